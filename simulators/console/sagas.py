"""All sagas, and one of them: what happened, what it waits for, and whether every promise is kept."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, request

from simulators.clients.http_client import Refused
from simulators.console.explanations import reasons
from simulators.console.promises import promises
from simulators.console.responses import done, given, page, stage, world
from simulators.console.saga_data import exchanges_of, intents_of
from simulators.console.sequence import sequence
from simulators.console.states import picture
from simulators.judge.comparison import compare
from simulators.stories.run import SERVICES

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from simulators.kit.json_types import Json

routes = Blueprint("sagas", __name__)
PER_PAGE = 100
SEARCHED = 1000
FILTERS = ("context", "state", "student")
COUNT = re.compile(r"^payments_sagas\{(.*)\} ([0-9.e+]+)$", re.MULTILINE)
LABEL = re.compile(r'(\w+)="([^"]*)"')
NOT_FOUND = 404


@routes.get("/")
def every() -> ResponseReturnValue:
    """The newest sagas, of those that are asked for."""
    asked = {name: value for name in FILTERS if (value := request.args.get(name, ""))}
    wanted, cursor = request.args.get("q", "").strip(), request.args.get("cursor")
    if wanted:
        items, following = _searched(wanted, asked), None
    else:
        answer = stage().service().get("/sagas", limit=PER_PAGE, **asked, **({"cursor": cursor} if cursor else {}))
        items, following = answer["items"], answer["nextCursor"]
    return page(
        "sagas.html", items=items, nextCursor=following, counters=_counters(), _asked=asked, _q=wanted,
        _states=_states(),
    )  # fmt: skip


@routes.get("/sagas/<saga_id>")
def one(saga_id: str) -> ResponseReturnValue:
    """Everything about one saga, each part as another service tells it."""
    return page("saga.html", **everything_about(world().payment.find_saga(saga_id) or abort(NOT_FOUND)))


def everything_about(saga: Json) -> dict[str, Any]:
    """Return all that is shown of a saga."""
    intents = intents_of(world(), saga["sagaId"])
    exchanges = exchanges_of(stage(), saga, intents)
    about = [each for each in stage().deliveries() if each.get("sagaId") == saga["sagaId"]]
    drawn = sequence(
        exchanges,
        world().recorder.payloads or {},
        [{"at": each["created"], **each} for each in about if each["status"] == "LOST"],
    )
    flow = next((each for each in _flows() if each["saga"] == saga["saga"]), None)
    return {
        "saga": saga,
        "why": reasons(stage(), saga, intents, about),
        "steps": [asdict(step) | {"words": step.words} for step in drawn.steps],
        "promises": promises(stage(), saga["sagaId"], exchanges),
        "sides": [asdict(row) for row in compare(world(), saga["sagaId"])] if intents and saga["payment"] else [],
        "_sequence": drawn,
        "_picture": picture(flow, saga) if flow else None,
        "_intents": intents,
    }


@routes.post("/sagas/<saga_id>/cancel")
def cancel(saga_id: str) -> ResponseReturnValue:
    """The student changes their mind."""
    saga = world().payment.find_saga(saga_id) or abort(NOT_FOUND)
    world().student(saga["studentId"]).cancel(saga_id)
    return done(f"{saga['studentId']} asks to cancel; a payment under way may still win.")


@routes.post("/sagas/<saga_id>/resume")
def resume(saga_id: str) -> ResponseReturnValue:
    """The person in charge lets a parked saga go on."""
    stage().service().post(f"/sagas/{saga_id}/resume", {"why": given("why") or "tried again from the console"})
    return done("The saga goes on.")


@routes.post("/reset")
def reset() -> ResponseReturnValue:
    """New services, in which nothing has happened; `service` names which payment-service is the new one."""
    service = given("service", "reference")
    if service not in SERVICES:
        abort(400, f"service must be one of {', '.join(SERVICES)}")
    with stage().acting():
        return done(f"All is new: {stage().reset(service)} are gone.", "/")


def _searched(wanted: str, asked: dict[str, str]) -> list[Json]:
    """Return the sagas in which these words stand, among the newest thousand."""
    found, cursor, looked = [], None, 0
    while looked < SEARCHED:
        answer = stage().service().get("/sagas", limit=200, **asked, **({"cursor": cursor} if cursor else {}))
        found += [each for each in answer["items"] if wanted.lower() in _text(each)]
        looked, cursor = looked + len(answer["items"]), answer["nextCursor"]
        if not cursor:
            break
    return found


def _text(saga: Json) -> str:
    told = (saga["sagaId"], saga["studentId"], saga["contextId"], saga["state"], saga["saga"], saga["waitingFor"] or "")
    return " ".join(told).lower()


def _counters() -> dict[str, int]:
    """Return how many sagas there are of each state, as the service counts them for Prometheus."""
    found: dict[str, int] = {}
    for labels, count in COUNT.findall(stage().metrics()):
        state = dict(LABEL.findall(labels))["state"]
        found[state] = found.get(state, 0) + int(float(count))
    return found


def _flows() -> list[Json]:
    """Return the tables of the sagas, if this service tells them."""
    try:
        return list(stage().service().get("/flows")["items"])
    except Refused:
        return []


def _states() -> list[Any]:
    return list(
        dict.fromkeys(each["state"] for flow in _flows() for each in flow["states"] if each["state"] != "INITIATED")
    )
