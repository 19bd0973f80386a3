"""The transcript of a case: what was said in its world, what was lost, what the service printed, what was judged."""

from contextlib import suppress
from dataclasses import asdict

import requests

from simulators.clients.http_client import Refused
from simulators.diagram.index import ExchangeIndex
from simulators.diagram.sequence import Numbered
from simulators.judge.verdict import Verdict, broken_promises
from simulators.kit.json_types import Json
from simulators.world.around import Around
from simulators.world.world import World

KEPT_EXCHANGES, KEPT_LOG_LINES = 150, 40


def transcribe(world: World, since: int = 0) -> Json:
    """Return what happened from that exchange on: about the purchases whose promises are broken, else all."""
    sagas = {finding.saga_id for each in broken_promises(world.verdicts) for finding in each.findings} - {""}
    chosen = _entries_about(world, since, sagas)
    numbers = {number for number, _ in chosen}
    payloads = world.recorder.payloads or {}
    return {
        "exchanges": [[number, asdict(each)] for number, each in chosen[-KEPT_EXCHANGES:]],
        "payloads": {str(number): payloads[number] for number in sorted(numbers & payloads.keys())},
        "said": len(world.recorder.entries(since)),
        "lost": [each for each in _lost_messages(world) if not sagas or each["sagaId"] in sagas],
        "log": _log(world),
    }


def standings(world: World) -> list[Json]:
    """Return how each promise was last judged to stand, with all that is known of those that are broken."""
    return [_standing(each) for each in world.verdicts]


def _standing(verdict: Verdict) -> Json:
    about = verdict.to_json()
    return about if verdict.findings else {name: about[name] for name in ("number", "standing")}


def _entries_about(world: World, since: int, sagas: set[str]) -> list[Numbered]:
    entries = world.recorder.entries(since)
    if not sagas:
        return entries
    ids = [*sagas]
    with suppress(requests.RequestException, Refused):  # Stripe may be away in a world that is broken.
        ids += [each["id"] for saga_id in sagas for each in world.stripe.intents(saga_id)]
    return [each for each in ExchangeIndex(world.recorder).find(ids) if each[0] >= since] or entries


def _lost_messages(world: World) -> list[Json]:
    with suppress(requests.RequestException):
        return world.lost_messages()
    return []


def _log(world: World) -> str:
    if isinstance(world, Around):
        return world.process.log_tail()
    return "\n".join([line for line in world.log() if not line.startswith("DEBUG ")][-KEPT_LOG_LINES:])
