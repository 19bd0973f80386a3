"""What the worlds around another team's service have in common: how one knows that it is quiet, and how it ages."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from simulators.world.apart import LONGEST_WAIT_SECONDS, CannotMoveTime
from simulators.world.credentials import Credentials
from simulators.world.foreign_time import TimeWay
from simulators.world.recorder import Exchange
from simulators.world.scheduler import NeverQuiet
from simulators.world.served import NOT_YET, PATIENCE_SECONDS
from simulators.world.together import ANY_PORTS, Together
from simulators.world.topology import PAYMENT
from simulators.world.waiting import really_pass, wait_for

T = TypeVar("T")
QUIET_SECONDS, QUIET_ON_THE_WAY_SECONDS = 0.25, 0.12
BUSY, MOST_BUSY_SECONDS = 0.3, 3  # Of a moment in which nobody speaks; whoever works on for so long has no more to say.
SILENT_SECONDS = 8  # Whoever has said nothing for so long, although all is well, has nothing more to say.
FIRST_STEP, LONG = timedelta(seconds=20), timedelta(days=1)
GROWTH, GROWTH_WHEN_LONG = 0.2, 1.0


class CannotTakeDown(Exception):  # noqa: N818 - reads as what happened
    """Nobody here can stop a service that others have started."""


class ForeignWorld(Together):
    """Our simulators, and a service of which only its URL is known; `time` says how its clock is moved."""

    def __init__(
        self,
        directory: Path,
        url: str,
        *,
        time: TimeWay,
        settings: Mapping[str, str] | None = None,
        ports: Mapping[str, int] = ANY_PORTS,
        credentials: Credentials | None = None,
    ) -> None:
        super().__init__(directory, ports=ports, service_url=url, settings=settings, credentials=credentials)
        self.time, self._spoken = time, 0
        self.recorder.watch(self._hear)

    def settle(self) -> None:
        """Wait until no simulator has anything due, and nothing has been said for a moment."""
        self._settle(QUIET_SECONDS)

    def pass_time(self, by: timedelta) -> None:
        """Move all clocks in growing steps, and stop wherever a simulator has work; CannotMoveTime on real time."""
        self.settle()
        if not self.time.is_moved:
            self._really_pass(by)
            return
        start, growth = self.clock.now(), GROWTH_WHEN_LONG if by >= LONG else GROWTH
        while (now := self.clock.now()) < start + by:
            self.jump(self._next_stop(now, max(FIRST_STEP, (now - start) * growth), start + by) - now)
            self._settle(QUIET_ON_THE_WAY_SECONDS)
        self.settle()

    def eventually(self, check: Callable[[], T | None]) -> T:
        """Look again and again, until it is so or nobody has said anything for long."""
        problems: list[str] = []

        def look() -> T | None:
            try:
                return check()
            except NOT_YET as problem:
                problems[:] = [f" ({problem})"]
                return None

        def has_ended() -> bool:
            spoken = self._spoken
            return bool(wait_for(look, SILENT_SECONDS)) or self._spoken == spoken

        wait_for(has_ended, PATIENCE_SECONDS)
        if not (result := look()):
            raise AssertionError(f"not so, although all is quiet{''.join(problems)}:\n{self.recorder.tail()}")
        return result

    def take_down(self, name: str) -> None:
        """End a simulator at once; CannotTakeDown for the service, which is not ours."""
        if name == PAYMENT:
            raise CannotTakeDown("it was not started here, so nobody here can kill it")
        super().take_down(name)

    def work_seconds(self) -> float:
        """Return how long the service has worked so far, or waited for a processor; always 0 where nobody can tell."""
        return 0.0

    def jump(self, by: timedelta) -> None:
        """Move all clocks at once."""
        self.clock.advance(max(by, timedelta(0)))

    def _hear(self, _: int, __: Exchange) -> None:
        self._spoken += 1

    def _settle(self, quiet_seconds: float) -> None:
        silent_seconds = 0.0

        def is_quiet() -> bool:
            nonlocal silent_seconds
            spoken, due, worked = self._spoken, self.next_due(), self.work_seconds()
            if due is not None and due <= self.clock.now():
                return False
            if wait_for(lambda: self._spoken != spoken, quiet_seconds):
                silent_seconds = 0.0
                return False
            silent_seconds += quiet_seconds
            is_at_work = self.work_seconds() - worked > BUSY * quiet_seconds
            return not is_at_work or silent_seconds > MOST_BUSY_SECONDS

        if not wait_for(is_quiet, PATIENCE_SECONDS):
            raise NeverQuiet(f"still busy after {PATIENCE_SECONDS} s:\n{self.recorder.tail()}")

    def _next_stop(self, now: datetime, step: timedelta, end: datetime) -> datetime:
        due = self.next_due()
        return min(end, now + step, due if due and due > now else end)

    def _really_pass(self, by: timedelta) -> None:
        if by.total_seconds() > LONGEST_WAIT_SECONDS:
            raise CannotMoveTime(f"its time cannot be moved, and {by} are too long to wait for")
        really_pass(by)
        self.settle()
