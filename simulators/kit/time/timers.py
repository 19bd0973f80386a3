"""Timers: what happens later by itself (money settles, a refund fails), remembered across a restart."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import Flask

from simulators.kit.http.validation import Shape, json_object, text
from simulators.kit.seams import Seams, new_id
from simulators.kit.storage.store import Store
from simulators.kit.time.background import Background
from simulators.kit.time.due_queue import DueQueue
from simulators.kit.time.timestamps import instant

TIMER: Shape = {"id": text, "due": instant, "handler": text, "arguments": json_object}


class Timers:
    """Each timer names a handler, which runs once, in one transaction, when the clock reaches it."""

    def __init__(self, app: Flask, seams: Seams, store: Store, background: Background) -> None:
        self._app, self._seams, self._store, self._background = app, seams, store, background
        self._handlers: dict[str, Callable[..., None]] = {}
        self._due = DueQueue()
        background.tasks.append(self)
        self.reload()

    def handler(self, function: Callable[..., None]) -> Callable[..., None]:
        """Let timers name this function."""
        self._handlers[function.__name__] = function
        return function

    def after(self, by: timedelta, function: Callable[..., None], **arguments: Any) -> None:  # noqa: ANN401 - JSON
        """Call the function (a registered one) with these arguments when so much time has passed."""
        due = self._seams.clock.now() + by
        timer_id = new_id(self._seams.randomness, "tmr")
        what = {"id": timer_id, "due": due.isoformat(), "handler": function.__name__, "arguments": arguments}
        self._store.table("timers").put(what)
        self._due.put(due, timer_id)
        self._background.wake()

    def pump(self) -> bool:
        """Run one timer that is due; False when none is."""
        if (due := self._due.take(self._seams.clock.now())) is None:
            return False
        lane, timer_id = due
        try:
            self._run(timer_id)
        finally:
            self._due.release(lane)
        return True

    def next_due(self) -> datetime | None:
        """Return when the next timer falls due, or None."""
        return self._due.next_due()

    def reload(self) -> None:
        """Wait for the timers that the store holds."""
        self._due.clear()
        for timer in self._store.table("timers").oldest():
            self._due.put(datetime.fromisoformat(timer["due"]), timer["id"])

    def _run(self, timer_id: str) -> None:
        timers = self._store.table("timers")
        with self._app.app_context(), self._store.transaction():
            if timer := timers.find(timer_id):
                timers.drop(timer_id)
                self._handlers[timer["handler"]](**timer["arguments"])
