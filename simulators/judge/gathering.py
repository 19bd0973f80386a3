"""Gathers the evidence: asks everybody what there is, of everything or of one saga."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from simulators.clients.http_client import Refused
from simulators.clients.payments import require_saga
from simulators.clients.stripe import LARGEST_PAGE
from simulators.judge.evidence import Evidence, saga_of
from simulators.kit.json_types import Json
from simulators.world.recorder import Exchange
from simulators.world.world import World

# How soon a right service looks for itself, and nobody can pay any more; how long it tries to deliver at least.
DEFAULT_SECONDS = {
    "PAYMENT_CHECK_SECONDS": 300,
    "BANK_CHECK_SECONDS": 21_600,
    "PAYMENT_WINDOW_SECONDS": 1800,
    "PATIENCE_SECONDS": 3600,
}
WHOLE = {"sagaId", "studentId", "state", "outcome", "waitingFor", "waitingUntil", "payment", "history"}


def gather(world: World, saga_id: str | None = None, exchanges: list[Exchange] | None = None) -> Evidence:
    """Ask everybody: about everything, or about one saga only, so that it costs no more because there are others.

    The outcomes seen are remembered for the next time. `exchanges` are those that matter, all if not given.
    """
    saga = None if saga_id is None else _saga(world, saga_id)
    events = world.stripe.events() if saga_id is None else []
    intents = _as_created(world.stripe.intents(saga_id), events)
    payments = [None] if saga_id is None else [each["id"] for each in intents]
    enrollments = world.learning.enrollments(None if saga_id is None else (saga or {}).get("studentId", ""))
    sessions, holds = world.communication.sessions(saga_id), world.tutors.active_holds(saga_id)
    mentioned = {saga_of(each) for each in intents} | {each.get("sagaId") for each in enrollments + sessions + holds}
    sagas = _sagas(world, mentioned) if saga_id is None else {saga_id: saga}
    earlier = dict(world.outcomes)
    _remember(world, sagas)
    known = world.topology.credentials
    return Evidence(
        now=world.clock.now(),
        intents=intents,
        refunds=[refund for each in payments for refund in world.stripe.refunds(each)],
        charges=[charge for each in payments for charge in world.stripe.charges(each)],
        enrollments=enrollments,
        sessions=sessions,
        holds=holds,
        notices=world.communication.notices(saga_id),
        sagas=sagas,
        exchanges=list(world.recorder) if exchanges is None else exchanges,
        begun=set(world.sagas),
        earlier_outcomes={each: earlier[each] for each in earlier if saga_id in (None, each)},
        waits={name: _wait(world, name) for name in DEFAULT_SECONDS},
        secrets=(known.stripe_key, known.webhook_secret, known.service_token, known.jwt_secret),
        events=events,
        log=world.log(),
    )


def remember_outcomes(world: World) -> None:
    """Remember how each saga that a student was given has ended so far: what is gathered later must not differ."""
    _remember(world, _sagas(world, set()))


def _remember(world: World, sagas: dict[str, Json | None]) -> None:
    world.outcomes |= {each: saga["outcome"] for each, saga in sagas.items() if saga and saga["outcome"]}


def _sagas(world: World, mentioned: set[str | None]) -> dict[str, Json | None]:
    wanted = sorted(filter(None, world.sagas | mentioned))
    listed = _list_sagas(world) if len(wanted) > 1 else {}
    return {each: listed[each] if each in listed else _saga(world, each) for each in wanted}


def _saga(world: World, saga_id: str) -> Json | None:
    found = world.payment.find_saga(saga_id)
    return found and require_saga(found, saga_id)


def _list_sagas(world: World) -> dict[str, Json]:
    """Return the sagas that the service's list tells whole: nobody has to ask for each of them."""
    with suppress(Refused):
        return {each["sagaId"]: each for each in world.payment.sagas(LARGEST_PAGE) if each.keys() >= WHOLE}
    return {}


def _as_created(intents: list[Json], events: list[Json]) -> list[Json]:
    """Return the intents with the metadata and the sum that the service gave them, as Stripe announced them."""
    created = {
        each["data"]["object"]["id"]: each["data"]["object"]
        for each in events
        if each["type"] == "payment_intent.created"
    }
    pairs = [(each, created.get(each["id"], each)) for each in intents]
    return [each | {"metadata": first["metadata"], "asked": _sum(first)} for each, first in pairs]


def _sum(intent: Json) -> Json:
    return {"amount": intent["amount"], "currency": intent["currency"].upper()}


def _wait(world: World, name: str) -> timedelta:
    return timedelta(seconds=float(world.topology.settings.get(name, DEFAULT_SECONDS[name])))
