"""A world around a command: another team's service as a process, aged with our simulators and killed by us."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

from simulators.clients.payments import READINESS
from simulators.world.apart import SHORT
from simulators.world.credentials import Credentials
from simulators.world.foreign_time import FAKED, ClockFile, TimeWay
from simulators.world.foreign_world import ForeignWorld
from simulators.world.gate import Gate
from simulators.world.guarded_process import GuardedProcess
from simulators.world.serving import reserve
from simulators.world.together import ANY_PORTS
from simulators.world.topology import PAYMENT

FAKETIME_FAILED = "failed to parse FAKETIME timestamp"  # It reads its file in all threads at once.
PROBE, PROBE_TOLERANCE = timedelta(hours=1), timedelta(minutes=10)


@dataclass(frozen=True)
class StartCommand:
    """How a team starts its service, and where; `environ` is what it finds there besides what every world tells it."""

    arguments: tuple[str, ...]
    folder: Path = field(default_factory=Path.cwd)
    environ: Mapping[str, str] = field(default_factory=dict)
    ready_path: str = READINESS
    library: Path | None = None  # libfaketime; else whichever suits best


class Around(ForeignWorld):
    """`time` says how the command's clock is moved; on real time the settings are short, and long waits refused."""

    def __init__(
        self,
        directory: Path,
        command: StartCommand,
        *,
        time: TimeWay = FAKED,
        ports: Mapping[str, int] = ANY_PORTS,
        credentials: Credentials | None = None,
        instances: int = 1,
    ) -> None:
        port = reserve({PAYMENT: ports[PAYMENT]})[PAYMENT]
        own = [reserve({PAYMENT: 0})[PAYMENT] for _ in range(instances)] if instances > 1 else [port]
        for each in own:
            each.socket.close()
        self._gate = Gate(port, [each.url for each in own]) if instances > 1 else None
        settings = {**({} if time.is_moved else SHORT), **command.environ}
        super().__init__(directory, port.url, time=time, settings=settings, ports=ports, credentials=credentials)
        self._clock_file = ClockFile(directory)
        (directory / "data").mkdir()
        self.processes = [self._process(command, directory, each.url) for each in own]
        self.process, self._turn = self.processes[0], 0
        try:
            for process in self.processes:
                process.start()
        except BaseException:
            self.close()
            raise

    def is_up(self, name: str) -> bool:
        """Tell whether it runs."""
        if name == PAYMENT:
            return all(each.is_alive for each in self.processes)
        return super().is_up(name)

    def take_down(self, name: str) -> None:
        """End it at once: the command by kill -9."""
        if name != PAYMENT:
            super().take_down(name)
            return
        for each in self.processes:
            each.kill()
        if self._gate:
            self._gate.close()

    def crash(self, name: str) -> None:
        """Kill -9 one of the command's processes, in turn; where there is but one, that is all of it."""
        if name != PAYMENT or not self._gate:
            self.take_down(name)
            return
        self.processes[self._turn % len(self.processes)].kill()
        self._turn += 1

    def bring_back(self, name: str) -> None:
        """Start it again; the command on whatever it has stored."""
        if name != PAYMENT:
            super().bring_back(name)
            return
        for each in self.processes:
            if not each.is_alive:
                each.start()
        if self._gate:
            self._gate.open()

    def log(self) -> list[str]:
        """Return all that the command has printed, whichever of its processes."""
        return self.process.log.read_text(encoding="utf-8", errors="replace").splitlines()

    @property
    def is_ended_by_faketime(self) -> bool:
        """Whether the library that moves its clock has ended one of its processes, for which nobody is to blame."""
        return any(FAKETIME_FAILED in each.log_tail() for each in self.processes)

    def close(self) -> None:
        """Stop everything, the command first."""
        self.take_down(PAYMENT)
        super().close()

    def work_seconds(self) -> float:
        """Return how long the command's threads have run so far, or waited for a processor."""
        return sum(each.work_seconds() for each in self.processes)

    def jump(self, by: timedelta) -> None:
        """Move all clocks at once, and wake the command; one whose timers sleep through it is started again."""
        alive = [each for each in self.processes if each.is_alive]
        for each in alive if self.time.is_restarted else ():
            each.kill()
        super().jump(by)
        self._clock_file.advance(max(by, timedelta(0)))
        for each in alive:
            each.start() if self.time.is_restarted else each.answer()

    def can_move_time(self) -> bool:
        """Move all clocks by an hour, and tell whether the command went along: by the date of an answer."""
        before = self._date()
        self.jump(PROBE)
        after = self._date()
        return before is not None and after is not None and abs(after - before - PROBE) < PROBE_TOLERANCE

    def _process(self, command: StartCommand, directory: Path, url: str) -> GuardedProcess:
        data = directory / "data"
        return GuardedProcess(
            command.arguments,
            {**self.topology.environ(), "PORT": url.rpartition(":")[2], "DATA_DIR": str(data)},
            variables=self._clock_file.variables(self.time, command.library),
            folder=command.folder,
            ready_url=url + command.ready_path,
            log=directory / "service.log",
        )

    def _date(self) -> datetime | None:
        answer = self.process.answer()
        date = answer.headers.get("Date") if answer else None
        return parsedate_to_datetime(date) if date else None
