"""Deliveries to other services, at least once: stored first, sent later, tried again until the receiver has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, Protocol

import requests

from simulators.kit.attempt import Attempt
from simulators.kit.faults.deliveries import AttemptFault, SendFault
from simulators.kit.faults.fault import Fault, Faults
from simulators.kit.http.validation import Shape, json_object, list_of, one_of, string, text
from simulators.kit.json_types import Json
from simulators.kit.seams import Seams, new_id
from simulators.kit.storage.store import DocumentTable, Store
from simulators.kit.time.background import Background
from simulators.kit.time.due_queue import DueQueue
from simulators.kit.time.timestamps import instant

# Quick at first, as a person who waits wants it; the last one repeats until the message is given up.
RETRY_SECONDS = (1, 2, 4, 8, 15, 30, 60, 120, 300, 900, 3600)

GIVE_UP_AFTER = timedelta(days=3)
TIMEOUT_SECONDS = (3, 10)


DELIVERY: Shape = {
    **dict.fromkeys(("id", "receiver", "url", "event"), text),
    "body": string,
    "status": one_of("PENDING", "DELIVERED", "FAILED", "LOST"),
    "created": instant,
    "due": instant,
    "attempts": list_of(json_object),
}


@dataclass
class Schedule:
    """When a message that failed is tried again, and when it is given up: a setting, not state."""

    retry_seconds: Sequence[float] = RETRY_SECONDS
    give_up_after: timedelta = GIVE_UP_AFTER


class Receivers(Protocol):
    """What the sender knows about those it sends to."""

    def secrets(self, delivery: Json) -> Sequence[str]:
        """Return what to sign with (or the bearer token), or nothing when the receiver wants no more of it."""
        ...

    def headers(self, attempt: Attempt) -> dict[str, str]:
        """Return the headers of this one try; a retry is signed anew."""
        ...


class Deliveries:
    """A background task that brings each message to its receiver; `status` is PENDING, DELIVERED, FAILED or LOST."""

    def __init__(
        self,
        seams: Seams,
        store: Store,
        faults: Faults,
        background: Background,
        receivers: Receivers,
    ) -> None:
        self._seams, self._store, self._faults, self._background = seams, store, faults, background
        self._receivers, self.schedule = receivers, Schedule()
        self._due = DueQueue()
        background.tasks.append(self)
        self.reload()

    def send(self, receiver: str, url: str, event: str, body: str, **details: Any) -> None:  # noqa: ANN401 - JSON
        """Keep the message for this receiver (a name: its lane); the sender's own `details` are stored beside it."""
        message = {"receiver": receiver, "url": url, "event": event, "body": body, **details}
        messages = [message | self._pending_fields()]
        for fault in self._faults.strike(SendFault, event, receiver, url):
            messages = list(chain.from_iterable(fault.replace(each) for each in messages))
        for each in messages:
            self._keep(each | self._fresh_id())
        self._background.wake()

    def resend(self, delivery_id: str, fault: Fault | None = None) -> None:
        """Send this message once more, and let the fault strike it; LookupError if there is none of this id."""
        self._strike(self._find(delivery_id) | self._pending_fields() | self._fresh_id(), fault)

    def strike(self, delivery_id: str, fault: Fault) -> None:
        """Let a fault strike this message as it waits, or as it is sent once more; LookupError if there is none."""
        found = self._find(delivery_id)
        if found["status"] == "PENDING":
            self._strike(found, fault)
        else:
            self.resend(delivery_id, fault)

    def send_now(self, delivery_id: str) -> None:
        """Let a message that waits wait no longer; LookupError if there is none that does."""
        found = self._find(delivery_id)
        if found["status"] != "PENDING":
            raise LookupError(f"{delivery_id!r} does not wait: it is {found['status']}")
        self._strike(found | {"due": self._seams.clock.now().isoformat()}, None)

    def pump(self) -> bool:
        """Make one attempt that is due; False when none is."""
        if (due := self._due.take(self._seams.clock.now())) is None:
            return False
        lane, delivery_id = due
        try:
            self._try(self._table.find(delivery_id))
        finally:
            self._due.release(lane)
        return True

    def due(self) -> list[tuple[str, str]]:
        """Return the id and the event of each message that is due now, in the order in which they were sent."""
        now = self._seams.clock.now()
        pending = self._table.oldest(status="PENDING")
        return [(each["id"], each["event"]) for each in pending if datetime.fromisoformat(each["due"]) <= now]

    def attempt(self, delivery_id: str) -> None:
        """Make an attempt with this message now, before others that are due: whoever drives a world may choose."""
        self._due.drop(delivery_id)
        self._try(self._table.find(delivery_id))

    def next_due(self) -> datetime | None:
        """Return when the next attempt falls due, or None."""
        return self._due.next_due()

    def reload(self) -> None:
        """Wait for what the store holds undelivered."""
        self._due.clear()
        for delivery in self._table.oldest(status="PENDING"):
            self._schedule(delivery)

    @property
    def _table(self) -> DocumentTable:
        return self._store.table("deliveries")

    def _find(self, delivery_id: str) -> Json:
        if (found := self._table.find(delivery_id)) is None:
            raise LookupError(f"there is no {delivery_id!r} among the deliveries")
        return found

    def _fresh_id(self) -> Json:
        return {"id": new_id(self._seams.randomness, "dlv")}

    def _pending_fields(self) -> Json:
        """Return what a message has that is about to be sent."""
        now = self._seams.clock.now().isoformat()
        return {"status": "PENDING", "created": now, "due": now, "attempts": []}

    def _strike(self, delivery: Json, fault: Fault | None) -> None:
        first, *copies = fault.replace(delivery) if isinstance(fault, SendFault) else [delivery]
        if isinstance(fault, AttemptFault):
            fault.message = delivery["id"]
            self._faults.add(fault)
        self._due.drop(delivery["id"])
        self._keep(first | {"attempts": delivery["attempts"]})
        for each in copies:
            self._keep(each | self._fresh_id())
        self._background.wake()

    def _keep(self, delivery: Json) -> None:
        self._table.put(delivery)
        if delivery["status"] == "PENDING":
            self._schedule(delivery)

    def _schedule(self, delivery: Json) -> None:
        self._due.put(datetime.fromisoformat(delivery["due"]), delivery["id"], delivery["receiver"])

    def _try(self, delivery: Json | None) -> None:
        """Post once and note what came of it; one that was rolled back or forgotten meanwhile is no more."""
        if delivery is None:
            return
        secrets = self._receivers.secrets(delivery)
        if not secrets:
            self._keep(delivery | {"status": "FAILED"})
            return
        attempt = Attempt(delivery, self._seams.clock.now(), secrets, delivery["body"])
        outcome = self._post(attempt)
        with self._store.transaction():
            if self._table.find(delivery["id"]):  # a reset may have come between
                self._note(delivery, outcome)

    def _post(self, attempt: Attempt) -> Json:
        """Return the attempt's outcome: its status, or why there is none."""
        where = (attempt.event, *(attempt.delivery[name] for name in ("receiver", "url", "id")))
        faults = list(self._faults.strike(AttemptFault, *where))
        for fault in faults:
            fault.before(attempt)
        headers = self._receivers.headers(attempt)
        for fault in faults:
            headers = fault.headers(attempt, headers)
        outcome = _post(self._seams.http, attempt, headers)
        for fault in faults:
            outcome = fault.after(outcome)
        return outcome

    def _note(self, delivery: Json, outcome: Json) -> None:
        now = self._seams.clock.now()
        delivery["attempts"].append({"at": now.isoformat(), **outcome})
        tries, age = len(delivery["attempts"]), now - datetime.fromisoformat(delivery["created"])
        if 200 <= (outcome["status"] or 0) < 300:  # noqa: PLR2004 - HTTP's success; a redirect is none
            delivery["status"] = "DELIVERED"
        elif age >= self.schedule.give_up_after:
            delivery["status"] = "FAILED"
        else:
            waits = self.schedule.retry_seconds
            wait = waits[min(tries, len(waits)) - 1]
            delivery["due"] = (now + timedelta(seconds=wait)).isoformat()
        self._keep(delivery)


def _post(http: requests.Session, attempt: Attempt, headers: dict[str, str]) -> Json:
    url, body = attempt.delivery["url"], attempt.body.encode()
    try:
        answer = http.post(url, data=body, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False)
    except requests.RequestException as error:
        return {"status": None, "error": type(error).__name__}
    return {"status": answer.status_code, "error": None}
