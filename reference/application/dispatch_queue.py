"""The outbox messages that this process holds: a lane for each receiver, so that a slow one makes only its own wait."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from heapq import heappop, heappush
from itertools import count

from reference.application.ports import OutboxMessage

SHARE = 8  # So many workers at most wait for one receiver's answers (a bulkhead).
ROOM = 1000  # So many messages of one receiver are held; further ones wait in the outbox.
Place = tuple[bool, int]  # What only looks goes last; else first come, first served.


class Lane:
    """The messages for one receiver that wait here or are being sent."""

    def __init__(self) -> None:
        self._places: list[tuple[Place, str]] = []  # A heap.
        self._waiting: dict[str, OutboxMessage] = {}
        self._again: dict[str, tuple[Place, OutboxMessage]] = {}  # What is asked for anew while it is being sent.
        self._sending: set[str] = set()

    @property
    def first(self) -> Place | None:
        """The place of the next message that may be sent; None when there is none, or when the share is used up."""
        return self._places[0][0] if self._places and len(self._sending) < SHARE else None

    @property
    def is_full(self) -> bool:
        """Whether further messages must wait in the outbox."""
        return len(self._waiting) >= ROOM

    def put(self, place: Place, outgoing: OutboxMessage) -> None:
        """Add a message that was just stored, unless the lane is full: it is claimed once its lease has ended."""
        if outgoing.key in self._sending:
            self._again[outgoing.key] = (place, outgoing)
        elif outgoing.key in self._waiting:
            self._waiting[outgoing.key] = outgoing
        elif not self.is_full:
            self._waiting[outgoing.key] = outgoing
            heappush(self._places, (place, outgoing.key))

    def hold(self, place: Place, claimed: OutboxMessage) -> None:
        """Add a claimed message; of one that is here already only the lease is new."""
        if waiting := self._waiting.get(claimed.key):
            self._waiting[claimed.key] = replace(waiting, leased_until=claimed.leased_until)
        elif claimed.key not in self._sending:
            self.put(place, claimed)

    def take(self) -> OutboxMessage:
        """Take the first message out, to be sent."""
        _, key = heappop(self._places)
        self._sending.add(key)
        return self._waiting.pop(key)

    def clear(self) -> list[OutboxMessage]:
        """Take out all that wait."""
        left, self._waiting, self._places = [*self._waiting.values()], {}, []
        return left

    def finish(self, key: str) -> None:
        """Give a worker back to the receiver's share."""
        self._sending.discard(key)
        if again := self._again.pop(key, None):
            self.put(*again)


class DispatchQueue:
    """All lanes, and the workers who wait for them."""

    def __init__(self) -> None:
        self._lanes: defaultdict[str, Lane] = defaultdict(Lane)
        self._changed = threading.Condition()
        self._numbers = count()
        self._wakings = 0
        self._busy: set[int] = set()  # The threads that send; each looks for more when it is done.

    def enqueue(self, messages: Sequence[OutboxMessage]) -> None:
        """Add messages that this process has just stored."""
        with self._changed:
            for outgoing in messages:
                self._lanes[outgoing.to].put(self._place(outgoing), outgoing)
            self._changed.notify(len(messages) - (threading.get_ident() in self._busy))

    def hold(self, claimed: Sequence[OutboxMessage]) -> None:
        """Add messages that this process has claimed: those it holds already are not added again."""
        with self._changed:
            for outgoing in claimed:
                self._lanes[outgoing.to].hold(self._place(outgoing), outgoing)
            self._changed.notify(len(claimed))

    def full_lanes(self) -> list[str]:
        """Return the receivers of whom nothing more should be claimed now."""
        with self._changed:
            return [to for to, lane in self._lanes.items() if lane.is_full]

    def take(self, *, wait: bool) -> OutboxMessage | None:
        """Return the next message, which must be finished; None when there is none, or when woken."""
        with self._changed:
            wakings = self._wakings
            while not (lane := self._next_lane()) and wait and wakings == self._wakings:
                self._changed.wait()
            if not lane:
                return None
            self._busy.add(threading.get_ident())
            return lane.take()

    def finish(self, outgoing: OutboxMessage) -> None:
        """Say that a message taken is no longer being sent."""
        with self._changed:
            self._lanes[outgoing.to].finish(outgoing.key)
            self._busy.discard(threading.get_ident())

    def clear(self, to: str = "") -> list[OutboxMessage]:
        """Return all that wait here, or for one receiver alone, and hold them no longer."""
        with self._changed:
            lanes = [self._lanes[to]] if to else self._lanes.values()
            return [outgoing for lane in lanes for outgoing in lane.clear()]

    def wake(self) -> None:
        """Let all waiting workers go on without a message."""
        with self._changed:
            self._wakings += 1
            self._changed.notify_all()

    def _next_lane(self) -> Lane | None:
        ready = [(lane.first, to) for to, lane in self._lanes.items() if lane.first]
        return self._lanes[min(ready)[1]] if ready else None

    def _place(self, outgoing: OutboxMessage) -> Place:
        return (outgoing.message.only_looks, next(self._numbers))
