"""A queue of what falls due: a heap for each lane, so that a lane that is stuck holds up no other."""

from __future__ import annotations

import heapq
import threading
from collections import Counter
from datetime import datetime

PARALLEL_PER_LANE = 1


class DueQueue:
    """Keys of stored documents by due time; one taken is its taker's until it is done."""

    def __init__(self) -> None:
        self._lanes: dict[str, list[tuple[datetime, int, str]]] = {}
        self._busy: Counter[str] = Counter()
        self._count = 0
        self._lock = threading.Lock()

    def put(self, due: datetime, key: str, lane: str = "") -> None:
        """Note that this falls due then; equal times keep their order."""
        with self._lock:
            self._count += 1
            heapq.heappush(self._lanes.setdefault(lane, []), (due, self._count, key))

    def take(self, now: datetime) -> tuple[str, str] | None:
        """Return (lane, key) of the earliest that is due in a lane with room, or None. Say `release` afterwards."""
        with self._lock:
            heads = [(lane[0], name) for name, lane in self._lanes.items() if lane and self._has_room(name)]
            if not heads or min(heads)[0][0] > now:
                return None
            (_, _, key), name = min(heads)
            heapq.heappop(self._lanes[name])
            self._busy[name] += 1
            return name, key

    def release(self, lane: str) -> None:
        """Give the lane its room back."""
        with self._lock:
            self._busy[lane] -= 1

    def drop(self, key: str) -> None:
        """Let this key wait no longer."""
        with self._lock:
            for lane in self._lanes.values():
                lane[:] = [each for each in lane if each[-1] != key]
                heapq.heapify(lane)

    def next_due(self) -> datetime | None:
        """Return when the next one falls due, or None when nothing waits."""
        with self._lock:
            return min((lane[0][0] for lane in self._lanes.values() if lane), default=None)

    def clear(self) -> None:
        """Forget all that waits."""
        with self._lock:
            self._lanes.clear()

    def _has_room(self, lane: str) -> bool:
        return self._busy[lane] < PARALLEL_PER_LANE
