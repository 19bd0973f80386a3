"""How the time of another team's process is moved: the ways there are, and the file that says how far it is ahead."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

CLOCK_VARIABLE = "HARNESS_CLOCK_FILE"
IN_THE_WHEEL = "vendor/libfaketime/src/libfaketime.so.1"
OF_DISTRIBUTIONS = ("/usr/lib/*/faketime/libfaketimeMT.so.1", "/usr/lib*/faketime/libfaketimeMT.so.1")
HOW_TO_GET = (
    "pip install 'payment-flow-harness[check]' brings libfaketime for x86-64 Linux; Debian: apt install faketime"
)


@dataclass(frozen=True)
class TimeWay:
    """One way; `is_moved` says whether time can be moved at all, so that what has to wait for long can be judged.

    Timers count by the monotonic clock. The wall clock alone is moved where the timers of a runtime stand still under a
    moved monotonic clock, as the timed waits of Python's threads do.
    """

    name: str
    description: str
    is_moved: bool = True
    is_preloaded: bool = False
    is_restarted: bool = False
    moves_timers: bool = True


FAKED = TimeWay("faked", "its clock is moved with ours, by libfaketime", is_preloaded=True)
WALL = TimeWay(
    "wall",
    "its wall clock is moved with ours, by libfaketime, but not its timers",
    is_preloaded=True,
    moves_timers=False,
)
RESTART = TimeWay(
    "restart", "it is stopped, its clock moved by libfaketime, and started again", is_preloaded=True, is_restarted=True
)
WALL_RESTART = TimeWay(
    "wall-restart",
    "it is stopped, its wall clock moved by libfaketime, and started again",
    is_preloaded=True,
    is_restarted=True,
    moves_timers=False,
)
HOOK = TimeWay("hook", f"it adds to its clock what the file named by {CLOCK_VARIABLE} says")
REAL = TimeWay("real", "it lives on the machine's time, which nobody moves", is_moved=False)
TIME_WAYS = {way.name: way for way in (FAKED, WALL, RESTART, WALL_RESTART, HOOK, REAL)}


class ClockFile:
    """The file from which a process learns how far its clock is ahead: one line, such as `+1860.250` seconds."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "clock"
        self._ahead = timedelta(0)
        self.advance(timedelta(0))

    def advance(self, by: timedelta) -> None:
        """Move the process's clock; whoever reads the file sees the old line or the new one."""
        self._ahead += by
        draft = self.path.with_suffix(".new")
        draft.write_text(f"+{self._ahead.total_seconds():.3f}\n")
        draft.replace(self.path)

    def variables(self, way: TimeWay, library: Path | None = None) -> Mapping[str, str]:
        """Return what the process finds in its environment, so that its time is moved in this way."""
        named = {CLOCK_VARIABLE: str(self.path)}
        if not way.is_preloaded:
            return named
        return named | {
            "LD_PRELOAD": str(library or libfaketime(way)),
            "FAKETIME_TIMESTAMP_FILE": str(self.path),
            "FAKETIME_NO_CACHE": "1",  # else a jump is seen ten seconds late
            "FAKETIME_DONT_FAKE_MONOTONIC": "0" if way.moves_timers else "1",
        }


def libfaketime(way: TimeWay = FAKED) -> Path | None:
    """Find the library that suits this way best; None when there is none.

    The distribution's suits many threads best. It moves sleeps as well, with which Python's end at once in an error
    when the monotonic clock stays as it is: then the wheel's is the better one.
    """
    found = [path for path in (*_of_distributions(), *_of_the_wheel()) if path.is_file()]
    return (found[0] if way.moves_timers else found[-1]) if found else None


def _of_distributions() -> Iterator[Path]:
    for pattern in OF_DISTRIBUTIONS:
        yield from Path("/").glob(pattern.removeprefix("/"))


def _of_the_wheel() -> Iterator[Path]:
    spec = find_spec("libfaketime")
    for folder in (spec and spec.submodule_search_locations) or ():
        yield Path(folder) / IN_THE_WHEEL
