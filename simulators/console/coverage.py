"""The page of what was seen: each message in each state of a saga, by what went wrong with it, and the holes."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus

from flask import Blueprint, abort, current_app
from flask.typing import ResponseReturnValue

from simulators.check.storm_faults import CRASH
from simulators.check.subject import Subject
from simulators.console.responses import acknowledge, field, page, session, world
from simulators.console.states import moves_of
from simulators.explore.coverage import HEARD, SAID, Coverage
from simulators.explore.playing import play_spec
from simulators.explore.rare_things import RARE_THINGS
from simulators.explore.search import STEERED, SearchResult
from simulators.explore.sightings import TROUBLES, UNKNOWN, SagaSightings, Sighting, TroubleReader
from simulators.explore.spec import StormSpec
from simulators.kit.json_types import Json
from simulators.stories.run import SERVICES
from simulators.world.topology import PAYMENT

routes = Blueprint("coverage", __name__)
MOST_STORMS, SIZE = 16, 2  # So many at once at most; so many purchases, and kinds of faults, in each.


@routes.get("/coverage")
def show_coverage() -> ResponseReturnValue:
    """What this session has seen so far, with what it has not; and what storms have seen."""
    seen, stormy = session_coverage(), _storms()
    return page(
        "coverage.html",
        session={"moments": seen.to_json()["moments"]},
        storms=stormy.to_json(),
        _moments=seen.moments,
        _cells=len(seen.cells),
        _holes=len(list(seen.holes())),
        _storms=stormy,
        _rare=RARE_THINGS,
        _can_storm=session().service_name in SERVICES,
        _troubles=TROUBLES,
        _faults=HEARD | SAID,
        _crash=CRASH,
    )


@routes.post("/coverage/storms")
def play_storms() -> ResponseReturnValue:
    """Play the next storms, in worlds of their own; `storms` says how many. Each second goes where none has been."""
    service, wanted = SERVICES.get(session().service_name), field("storms", "4")
    if service is None:
        abort(HTTPStatus.CONFLICT, "Storms are played here with our own services only; with yours: harness explore.")
    if not (wanted.isascii() and wanted.isdecimal() and len(wanted) < 4 and 1 <= int(wanted) <= MOST_STORMS):  # noqa: PLR2004 - nor huge to read
        abort(HTTPStatus.BAD_REQUEST, f"storms must be a number from 1 to {MOST_STORMS}")
    found = _storms()
    for seed in range(found.storms, found.storms + int(wanted)):
        wishes = found.coverage.wish() if seed % STEERED == 1 else ()
        found.add(play_spec(StormSpec(seed, SIZE, SIZE, wishes), Subject(factory=service)))
    broken = len(found.failures)
    return acknowledge(f"{found.storms} storms were played; {broken or 'none'} broke a promise.", "/coverage")


def session_coverage() -> Coverage:
    """Return what was seen of every saga of this session, found by what was said and by its history."""
    flows = {each["saga"]: each for each in world().payment.flows()}
    seen: dict[str, list[Sighting]] = {}
    states = {each["sagaId"]: _StatesOf(flows.get(each["saga"]), each) for each in world().payment.sagas()}
    troubles = TroubleReader()
    for exchange in world().recorder:
        is_heard, saga_id = exchange.callee == PAYMENT, exchange.saga_id
        if saga_id and saga_id in states and (is_heard or exchange.caller == PAYMENT):
            state = states[saga_id].at(exchange.at, is_heard=is_heard)
            partner = exchange.caller if is_heard else exchange.callee
            sighting = Sighting(state, exchange.subject, partner, is_heard, troubles.read(exchange))
            seen.setdefault(saga_id, []).append(sighting)
    coverage = Coverage()
    coverage.add(tuple(SagaSightings(None, tuple(each)) for each in seen.values()))
    return coverage


class _StatesOf:
    """In which state a saga was when, by its history; of a service without `GET /flows` only the last is known."""

    def __init__(self, flow: Json | None, saga: Json) -> None:
        moves = moves_of(flow, saga) if flow else []
        self._since = [(datetime.fromisoformat(each.at), each.target) for each in moves]
        self._otherwise = UNKNOWN if flow else str(saga["state"])

    def at(self, instant: str, *, is_heard: bool) -> str:
        """Return the state at an instant: before what is heard then moves it, after the move that lets it speak."""
        now = datetime.fromisoformat(instant)
        now = now.replace(microsecond=now.microsecond // 1000 * 1000)  # A history knows no more.
        before = [state for at, state in self._since if at < now or (at == now and not is_heard)]
        return before[-1] if before else self._otherwise


def _storms() -> SearchResult:
    """Return what storms with this payment-service have seen, since the pages are there."""
    found: dict[str, SearchResult] = current_app.extensions.setdefault("storms", {})
    return found.setdefault(session().service_name, SearchResult())
