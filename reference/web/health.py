"""Whether the service lives, may be used, and what it is."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue

from reference.web.doors import doors

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
    is_ready = doors().is_ready()
    return jsonify(database="ok" if is_ready else "unavailable"), 200 if is_ready else 503


@routes.get("/metrics")
def metrics() -> ResponseReturnValue:
    """Tell Prometheus."""
    return Response(doors().metrics.scraped(doors().reader.counts()), content_type="text/plain; version=0.0.4")


@routes.get("/flows")
def flows() -> ResponseReturnValue:
    """Tell the states of each saga and what leads from one to another, for whoever draws them."""
    return jsonify(items=doors().flows)


@routes.get("/openapi.json")
def openapi() -> ResponseReturnValue:
    """Describe all these routes."""
    return Response(OPENAPI, content_type="application/json")


@routes.get("/asyncapi.json")
def asyncapi() -> ResponseReturnValue:
    """Describe what is heard from other services and said to them."""
    return Response(ASYNCAPI, content_type="application/json")
