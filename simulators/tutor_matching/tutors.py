"""Tutors: what an hour costs, and in which hours of their week they teach."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Conflict

from simulators.kit.http.auth import caller
from simulators.kit.http.validation import MONEY, Shape, identifier, json_body, object_of, optional, text, validate
from simulators.kit.json_types import Json
from simulators.kit.simulator import simulator
from simulators.kit.storage.documents import fetch, fresh_id, page, public_view, table
from simulators.tutor_matching.availability import time_zone, weekly

routes = Blueprint("tutors", __name__)

TUTOR = {"tutorId": optional(identifier), "name": text, "hourlyRate": object_of(MONEY), "timeZone": time_zone}
AVAILABILITY = {"weekly": weekly}
DOCUMENT: Shape = {**TUTOR, **AVAILABILITY, "tutorId": text}


@routes.post("/tutors")
def create_tutor() -> ResponseReturnValue:
    """A new tutor, who has no hours yet; `tutorId` may be chosen (operators)."""
    caller("operator")
    asked = validate(json_body(), TUTOR)
    with simulator().store.transaction():
        tutor_id = asked.get("tutorId") or fresh_id("ttr")
        if table("tutors").find(tutor_id):
            raise Conflict(f"there already is a tutor {tutor_id!r}")
        tutor = {**asked, "id": tutor_id, "tutorId": tutor_id, "weekly": []}
        return public_view(table("tutors").put(tutor)), 201, {"Location": f"/tutors/{tutor_id}"}


@routes.get("/tutors")
def list_tutors() -> ResponseReturnValue:
    """All tutors (services, students, operators)."""
    caller("service", "student", "operator")
    return page("tutors")


@routes.get("/tutors/<tutor_id>")
def read_tutor(tutor_id: str) -> ResponseReturnValue:
    """One tutor, with hourly rate and hours (services, students, operators)."""
    caller("service", "student", "operator")
    return public_view(fetch("tutors", tutor_id))


@routes.put("/tutors/<tutor_id>/availability")
def set_availability(tutor_id: str) -> ResponseReturnValue:
    """Other hours of the week from now on, by the tutor's own clock; what is held stays held (operators)."""
    return _change(tutor_id, AVAILABILITY)


@routes.put("/tutors/<tutor_id>/hourly-rate")
def change_rate(tutor_id: str) -> ResponseReturnValue:
    """Another hourly rate from now on; who holds a slot keeps the price (operators)."""
    return _change(tutor_id, MONEY, "hourlyRate")


@routes.delete("/tutors/<tutor_id>")
def delete_tutor(tutor_id: str) -> ResponseReturnValue:
    """The tutor is gone; holds stay on record (operators)."""
    caller("operator")
    with simulator().store.transaction():
        table("tutors").drop(fetch("tutors", tutor_id)["id"])
    return "", 204


def _change(tutor_id: str, shape: Shape, field: str | None = None) -> Json:
    """Replace one field by the body, or the fields of the body."""
    caller("operator")
    asked = validate(json_body(), shape)
    with simulator().store.transaction():
        return public_view(table("tutors").put(fetch("tutors", tutor_id) | ({field: asked} if field else asked)))
