"""Group commit: those that come while another transaction waits for the disk are written together by the next one.

SQLite has one writer at a time, who waits for the disk at each commit: so sixteen at once wait twice, not 16 times.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Engine

from reference.storage.prepared import Write

Writes = Sequence[tuple[Write, Mapping[str, Any]]]


class Member:
    """What one transaction writes, and what came of it; its thread waits for its turn, to lead or to go on."""

    def __init__(self, writes: Writes) -> None:
        self.writes = writes
        self.said: list[Any] | None = None
        self.trouble: BaseException | None = None
        self.is_done = False
        self.turn = threading.Lock()
        self.turn.acquire()


class GroupCommit:
    """Lets one transaction at a time write, for all that wait. What they read before, they read over `reading`."""

    def __init__(self, reading: Engine) -> None:
        self.reading = reading
        self._lock = threading.Lock()
        self._waiting: list[Member] = []
        self._is_led = False

    def commit(self, writes: Writes, lead: Callable[[Callable[[], list[Member]]], None]) -> list[Any] | None:
        """Commit writes; return what each says, or None when they were claimed before. Raises what writing them raises.

        `lead` writes what its argument returns: the members of the group, to be asked once there is a transaction.
        """
        member = Member(writes)
        with self._lock:
            self._waiting.append(member)
            is_leader, self._is_led = not self._is_led, True
        if not is_leader:
            member.turn.acquire()
        if not member.is_done:
            self._lead(lead)
        if member.trouble:
            raise member.trouble
        return member.said

    def _lead(self, lead: Callable[[Callable[[], list[Member]]], None]) -> None:
        members: list[Member] = []

        def join() -> list[Member]:
            with self._lock:
                members.extend(self._waiting)
                self._waiting.clear()
            return members

        try:
            lead(join)
        except BaseException as trouble:  # noqa: BLE001 - each member raises it
            for each in members or join():
                each.trouble = each.trouble or trouble
        with self._lock:
            following = self._waiting[:1]
            self._is_led = bool(following)
        for each in members:
            each.is_done = True
        for each in (*members, *following):
            each.turn.release()
