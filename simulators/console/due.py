"""What falls due next at each service: timers and messages of the simulators, and what the sagas wait for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import requests

from simulators.clients.http_client import Refused
from simulators.console.session import Session
from simulators.kit.json_types import Json
from simulators.world.topology import PAYMENT

SHOWN = 8  # of one service
LOOKED_AT = 200  # sagas, the newest


def due_at_services(session: Session) -> Iterator[Json]:
    """Yield each service that runs with what it does next, soonest first; `nextDue` may be work that has no name."""
    world = session.world
    times = world.due_by_service()
    for name in world.topology.urls:
        if not world.is_up(name):
            continue
        due = times.get(name)
        with suppress(requests.RequestException):  # It may go down on purpose, while it is asked.
            items = _deadlines(session) if name == PAYMENT else world.control(name).due()
            first = due.isoformat() if due else None
            yield {"service": name, "nextDue": first, "items": items[:SHOWN], "more": max(len(items) - SHOWN, 0)}


def _deadlines(session: Session) -> list[Json]:
    """Return what the newest sagas wait for, by when they wait no longer."""
    try:
        sagas, _ = session.world.payment.saga_page(LOOKED_AT)
    except Refused:
        return []
    found = [
        {"at": each["waitingUntil"], "what": each["waitingFor"], "sagaId": each["sagaId"]}
        for each in sagas
        if each["waitingUntil"]
    ]
    return sorted(found, key=lambda each: str(each["at"]))
