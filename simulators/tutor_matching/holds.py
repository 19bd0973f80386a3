"""Holds: slots kept for a saga. Only a release ends one, for silence is all that tells us that it was paid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue

from simulators.kit.http.auth import caller
from simulators.kit.http.validation import MONEY, Shape, flag, json_body, object_of, one_of, optional, text, validate
from simulators.kit.json_types import Json
from simulators.kit.simulator import simulator
from simulators.kit.storage.documents import fetch, fresh_id, page, public_view, table
from simulators.kit.time.timestamps import SLOT, TimeSpan, format_instant, instant, span
from simulators.tutor_matching.faults import LapsingHold

routes = Blueprint("holds", __name__)

USUAL_HOLD = timedelta(minutes=15)  # how long a slot is held for a saga that has not paid
FREE, HELD, TAKEN = "FREE", "HELD", "TAKEN"
RELEASED, EXPIRED, LOST = "RELEASED", "EXPIRED", "LOST"
DOCUMENT: Shape = {
    **SLOT,
    **dict.fromkeys(("sagaId", "studentId", "sessionId"), text),
    "price": object_of(MONEY),
    "holdUntil": instant,
    "lapses": flag,
    "ended": optional(one_of(RELEASED, EXPIRED, LOST)),
}


@routes.get("/holds")
def list_holds() -> ResponseReturnValue:
    """Every hold there was, all or of one saga or tutor (`?sagaId=`, `?tutorId=`) (services, operators)."""
    caller("service", "operator")
    return page("holds", _public_view, sagaId=request.args.get("sagaId"), tutorId=request.args.get("tutorId"))


@routes.post("/_sim/taken")
def take() -> ResponseReturnValue:
    """Somebody else gets this time of a tutor (`tutorId`, `scheduledAt`, `duration`), even if it is held."""
    asked = validate(json_body(), SLOT)
    with simulator().store.transaction():
        fetch("tutors", asked["tutorId"])
        for hold in list(_open_holds(asked["tutorId"])):
            if span(hold).overlaps(span(asked)):
                end(hold["sagaId"], LOST)
        return public_view(table("taken").put({"id": fresh_id("tkn"), **asked})), 201


@routes.post("/_sim/holds/<saga_id>/expire")
def expire(saga_id: str) -> ResponseReturnValue:
    """The hold of this saga ends now, and its slot is free."""
    with simulator().store.transaction():
        fetch("holds", saga_id)
        end(saga_id, EXPIRED)
        return _public_view(fetch("holds", saga_id))


def hold_slot(asked: Json, price: Json) -> Json:
    """Keep the slot for the saga that asks, not longer than until it begins; return the hold."""
    until = min(simulator().seams.clock.now() + current_app.extensions["hold"], span(asked).start)
    lapses = bool(list(simulator().faults.strike(LapsingHold, asked["tutorId"])))
    hold = {"id": asked["sagaId"], **asked, "price": price, "holdUntil": format_instant(until)}
    return table("holds").put({**hold, "lapses": lapses, "ended": None})


def end(saga_id: str, how: str) -> None:
    """End the saga's hold, if there is one that has not ended."""
    hold = table("holds").find(saga_id)
    if hold and _status(hold) in {HELD, TAKEN}:
        table("holds").put(hold | {"ended": how})


def status(times: Iterable[tuple[TimeSpan, str]], wanted: TimeSpan) -> str:
    """Return whether this time is FREE, HELD or TAKEN, with these kept."""
    found = {each for time, each in times if time.overlaps(wanted)}
    return next((each for each in (TAKEN, HELD) if each in found), FREE)


def busy_times(tutor_id: str) -> Iterator[tuple[TimeSpan, str]]:
    """Yield the times of a tutor that are not free, and why not."""
    for hold in _open_holds(tutor_id):
        yield span(hold), _status(hold)
    for taken in table("taken").oldest(tutorId=tutor_id):
        yield span(taken), TAKEN


def _open_holds(tutor_id: str) -> Iterator[Json]:
    return (each for each in table("holds").oldest(tutorId=tutor_id) if _status(each) in {HELD, TAKEN})


def _status(hold: Json) -> str:
    """Return how it ended, or whether its time to pay is over: then it counts as sold until it is released."""
    if how := hold.get("ended"):
        return str(how)
    if simulator().seams.clock.now() < datetime.fromisoformat(hold["holdUntil"]):
        return HELD
    return EXPIRED if hold["lapses"] else TAKEN


def _public_view(hold: Json) -> Json:
    view = {field: value for field, value in public_view(hold).items() if field not in {"ended", "lapses"}}
    return view | {"status": _status(hold)}
