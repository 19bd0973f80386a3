"""A world around a command: another team's service as a process, aged with our simulators and killed by us."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

from simulators.clients.payments import READINESS
from simulators.world.apart import LONGEST_WAIT_SECONDS, SHORT, CannotMoveTime
from simulators.world.foreign_time import FAKED, ClockFile, TimeWay, libfaketime
from simulators.world.guarded_process import GuardedProcess
from simulators.world.recorder import Exchange
from simulators.world.scheduler import NeverQuiet
from simulators.world.served import PATIENCE_SECONDS
from simulators.world.serving import reserve
from simulators.world.together import Together
from simulators.world.topology import PAYMENT
from simulators.world.waiting import really_pass, wait_for

QUIET_SECONDS, QUIET_ON_THE_WAY_SECONDS = 0.25, 0.12
FIRST_STEP, LONG = timedelta(seconds=20), timedelta(days=1)
GROWTH, GROWTH_WHEN_LONG = 0.2, 1.0
PROBE, PROBE_TOLERANCE = timedelta(hours=1), timedelta(minutes=10)


@dataclass(frozen=True)
class StartCommand:
    """How a team starts its service, and where; `environ` is what it finds there besides what every world tells it."""

    arguments: tuple[str, ...]
    folder: Path = field(default_factory=Path.cwd)
    environ: Mapping[str, str] = field(default_factory=dict)
    ready_path: str = READINESS
    library: Path | None = field(default_factory=libfaketime)


class Around(Together):
    """`time` says how the command's clock is moved; on real time the settings are short, and long waits refused."""

    def __init__(
        self,
        directory: Path,
        command: StartCommand,
        *,
        time: TimeWay = FAKED,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        port = reserve({PAYMENT: 0})[PAYMENT]
        port.socket.close()
        own = settings or ({} if time.is_moved else SHORT)
        super().__init__(directory, service_url=port.url, settings={**own, **command.environ})
        self.time, self._spoken = time, 0
        self._clock_file = ClockFile(directory)
        self.recorder.watch(self._hear)
        self.process = self._process(command, directory)
        try:
            self.process.start()
        except BaseException:
            self.close()
            raise

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
            self._jump(self._next_stop(now, max(FIRST_STEP, (now - start) * growth), start + by) - now)
            self._settle(QUIET_ON_THE_WAY_SECONDS)
        self.settle()

    def is_up(self, name: str) -> bool:
        """Tell whether it runs."""
        return self.process.is_alive if name == PAYMENT else super().is_up(name)

    def take_down(self, name: str) -> None:
        """End it at once: the command by kill -9."""
        if name == PAYMENT:
            self.process.kill()
        else:
            super().take_down(name)

    def bring_back(self, name: str) -> None:
        """Start it again; the command on whatever it has stored."""
        if name == PAYMENT:
            self.process.start()
        else:
            super().bring_back(name)

    def close(self) -> None:
        """Stop everything, the command first."""
        self.process.kill()
        super().close()

    def can_move_time(self) -> bool:
        """Move all clocks by an hour, and tell whether the command went along: by the date of an answer."""
        before = self._date()
        self._jump(PROBE)
        after = self._date()
        return before is not None and after is not None and abs(after - before - PROBE) < PROBE_TOLERANCE

    def _process(self, command: StartCommand, directory: Path) -> GuardedProcess:
        url, data = self.topology.urls[PAYMENT], directory / "data"
        data.mkdir()
        return GuardedProcess(
            command.arguments,
            {**self.topology.environ(), "PORT": url.rpartition(":")[2], "DATA_DIR": str(data), **command.environ},
            variables=self._clock_file.variables(self.time, command.library),
            folder=command.folder,
            ready_url=url + command.ready_path,
            log=directory / "service.log",
        )

    def _hear(self, _: int, __: Exchange) -> None:
        self._spoken += 1

    def _settle(self, quiet_seconds: float) -> None:
        def is_quiet() -> bool:
            spoken, due = self._spoken, self.next_due()
            is_busy = due is not None and due <= self.clock.now()
            return not is_busy and not wait_for(lambda: self._spoken != spoken, quiet_seconds)

        if not wait_for(is_quiet, PATIENCE_SECONDS):
            raise NeverQuiet(f"still busy after {PATIENCE_SECONDS} s:\n{self.recorder.tail()}")

    def _next_stop(self, now: datetime, step: timedelta, end: datetime) -> datetime:
        due = self.next_due()
        return min(end, now + step, due if due and due > now else end)

    def _jump(self, by: timedelta) -> None:
        is_up, by = self.process.is_alive, max(by, timedelta(0))
        if is_up and self.time.is_restarted:
            self.process.kill()
        self.clock.advance(by)
        self._clock_file.advance(by)
        if is_up and self.time.is_restarted:
            self.process.start()
        elif is_up:
            self.process.answer()

    def _really_pass(self, by: timedelta) -> None:
        if by.total_seconds() > LONGEST_WAIT_SECONDS:
            raise CannotMoveTime(f"on the machine's time one would have to wait for {by}")
        really_pass(by)
        self.settle()

    def _date(self) -> datetime | None:
        answer = self.process.answer()
        date = answer.headers.get("Date") if answer else None
        return parsedate_to_datetime(date) if date else None
