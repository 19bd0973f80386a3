"""The list of all sagas, and the page of one: what happened, what it waits for, whether every promise is kept."""

from collections import Counter
from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue
from prometheus_client.parser import text_string_to_metric_families as parse_metrics

from simulators.clients.http_client import Refused
from simulators.console.causes import causes_of
from simulators.console.explanations import explain
from simulators.console.paging import cursor_links
from simulators.console.promises import promises
from simulators.console.responses import acknowledge, field, page, session, world
from simulators.console.saga_data import exchanges_of, history_with_gaps
from simulators.console.search import search_sagas
from simulators.console.states import picture
from simulators.console.strikes import strikes
from simulators.console.timeline import Timeline
from simulators.diagram.sequence import Numbered, sequence
from simulators.judge.comparison import compare
from simulators.kit.json_types import Json

routes = Blueprint("sagas", __name__)
FILTERS = ("context", "state", "student")
CANCELLABLE = ("VERIFYING_COURSE", "CHECKING_AVAILABILITY", "AWAITING_PAYMENT")
SAGA_COUNT = "payments_sagas"


@routes.get("/")
def list_sagas() -> ResponseReturnValue:
    """The newest sagas, of those that are asked for."""
    filters = {name: value for name in FILTERS if (value := request.args.get(name, ""))}
    words, cursor = request.args.get("q", "").strip(), request.args.get("cursor")
    found, following = search_sagas(world().payment, words, cursor, filters)
    items = [each for each in found if each["sagaId"] not in session().forgotten]
    return page(
        "sagas.html", items=items, nextCursor=following, counters=_counters(), _filters=filters, _q=words,
        _states=_states(), _links=cursor_links(cursor, following),
    )  # fmt: skip


@routes.get("/sagas/<saga_id>")
def show_saga(saga_id: str) -> ResponseReturnValue:
    """Everything about one saga, each part as another service tells it."""
    return page("saga.html", **everything_about(_find(saga_id)))


def everything_about(saga: Json) -> dict[str, Any]:
    """Return all that is shown of a saga."""
    saga_id = saga["sagaId"]
    intents = world().stripe.intents(saga_id)
    exchanges = exchanges_of(session(), saga, intents)
    deliveries = [each for each in session().deliveries() if each.get("sagaId") == saga_id]
    lost = [{"at": each["created"], **each} for each in deliveries if each["status"] == "LOST"]
    recorder = world().recorder
    diagram = sequence(exchanges, recorder.payloads or {}, lost, services=world().topology.urls)
    flow = next((each for each in _flows() if each["saga"] == saga["saga"]), None)
    drawn = diagram.numbers
    causes = [each if each in drawn else None for each in causes_of(saga["history"], exchanges)]
    return {
        "saga": saga,
        "why": explain(session(), saga, intents, deliveries),
        "strikes": [asdict(each) for each in strikes(exchanges, deliveries)],
        "timeline": [asdict(each) | {"waited": each.waited} for each in _timeline(exchanges).rows(flow, saga)],
        "steps": [asdict(step) | {"words": step.words} for step in diagram.steps],
        "promises": promises(session(), saga_id, exchanges),
        "sides": [asdict(row) for row in compare(world(), saga_id)] if intents and saga["payment"] else [],
        "_history": [(*each, cause) for each, cause in zip(history_with_gaps(saga), causes, strict=True)],
        "_can_cancel": not saga["outcome"] and saga["state"] in CANCELLABLE,
        "_sequence": diagram,
        "_picture": picture(flow, saga) if flow else None,
        "_intents": intents,
    }


def _timeline(exchanges: list[Numbered]) -> Timeline:
    recorder = world().recorder
    now = world().clock.now()
    wall_now = recorder.wall_clock.now() if recorder.wall_clock else now
    return Timeline(exchanges, recorder.payloads or {}, recorder.wall_times, (now, wall_now))


@routes.post("/sagas/<saga_id>/cancel")
def cancel(saga_id: str) -> ResponseReturnValue:
    """The student changes their mind."""
    student = world().student(_find(saga_id)["studentId"])
    student.cancel(saga_id)
    return acknowledge(f"{student.name} asks to cancel; a payment under way may still win.")


@routes.post("/sagas/<saga_id>/resume")
def resume(saga_id: str) -> ResponseReturnValue:
    """The person in charge lets a parked saga go on."""
    world().payment.resume(saga_id, field("why") or "tried again from the console")
    return acknowledge("The saga goes on.")


def _find(saga_id: str) -> Json:
    return world().payment.find_saga(saga_id) or abort(HTTPStatus.NOT_FOUND)


def _counters() -> dict[str, int]:
    """Return how many sagas there are of each state, as the service counts them, without those forgotten."""
    counters: Counter[str] = Counter()
    try:
        families = parse_metrics(world().payment.metrics())
    except Refused:
        return counters
    for sample in (each for family in families for each in family.samples if each.name == SAGA_COUNT):
        counters[sample.labels["state"]] += int(sample.value)
    return +(counters - Counter(session().forgotten.values()))


def _flows() -> list[Json]:
    """Return the tables of the sagas; empty where the service has none to show."""
    try:
        return world().payment.flows()
    except Refused:
        return []


def _states() -> list[str]:
    states = [each["state"] for flow in _flows() for each in flow["states"]]
    return [each for each in dict.fromkeys(states) if each != "INITIATED"]
