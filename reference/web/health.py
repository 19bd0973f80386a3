"""Health, readiness, metrics, and the descriptions of the API."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue

from reference.web.services import services

routes = Blueprint("health", __name__)
OPENAPI = (Path(__file__).parent / "openapi.json").read_bytes()
ASYNCAPI = (Path(__file__).parent / "asyncapi.json").read_bytes()


@routes.get("/healthz")
def healthz() -> ResponseReturnValue:
    """The process is alive; nothing else is asked."""
    return jsonify(status="ok")


@routes.get("/readyz")
def readyz() -> ResponseReturnValue:
    """Whether the database can be used as it is."""
    if services().is_ready():
        return jsonify(database="ok")
    return jsonify(database="unavailable"), HTTPStatus.SERVICE_UNAVAILABLE


@routes.get("/metrics")
def metrics() -> ResponseReturnValue:
    """Return all figures as Prometheus reads them."""
    with services().reading() as unit:
        counts = unit.lists.counts()
    return Response(services().metrics.expose(counts), content_type="text/plain; version=0.0.4")


@routes.get("/openapi.json")
def openapi() -> ResponseReturnValue:
    """Describe all these routes."""
    return Response(OPENAPI, content_type="application/json")


@routes.get("/asyncapi.json")
def asyncapi() -> ResponseReturnValue:
    """Describe the messages of other services, and those to them."""
    return Response(ASYNCAPI, content_type="application/json")
