"""A service of another team as a process that is started, killed and started again, and never outlives the harness."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import requests

from simulators.world import guardian
from simulators.world.process import STOP_SECONDS, DidNotStart
from simulators.world.serving import served_session
from simulators.world.transport import OBSERVER
from simulators.world.waiting import wait_for

START_SECONDS = 60
LOG_TAIL = 2000
COLOUR = re.compile(r"\x1b\[[\d;]*m")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # What would play tricks on a terminal.


class GuardedProcess:
    """One command with its environment and its log; `variables` are for the command alone, not for its guardian."""

    def __init__(
        self,
        command: Sequence[str],
        environ: Mapping[str, str],
        *,
        variables: Mapping[str, str],
        folder: Path,
        ready_url: str,
        log: Path,
    ) -> None:
        given = [f"{name}={value}" for name, value in variables.items()]
        self._arguments = [sys.executable, "-I", "-S", guardian.__file__, *given, "--", *command]
        self._environ, self._folder, self._ready_url, self.log = environ, folder, ready_url, log
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._last_answer, self._is_wanted = "", False

    def start(self) -> None:
        """Start it, or start it again; returns once it is ready, or raises DidNotStart with what it said.

        One that is killed while it is starting, as by a crash that is planned for what it says first, is only down.
        """
        self.kill()  # What is left of one that ended by itself.
        self._is_wanted = True
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - what the user asked to be judged
                self._arguments,
                env={**os.environ, **self._environ},
                cwd=self._folder,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_for(lambda: not self.is_alive or self.answer() is not None, START_SECONDS)
        is_ready = self.is_alive and self.answer() is not None
        if not is_ready and self._is_wanted:
            code = self._process.poll()
            self.kill()
            raise DidNotStart(self._why_not(code))

    @property
    def is_alive(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def answer(self) -> requests.Response | None:
        """Ask whether it is ready, which also wakes a service that sleeps; None when it is not."""
        with served_session(OBSERVER) as session:
            try:
                answer = session.get(self._ready_url, timeout=STOP_SECONDS)
            except requests.RequestException as silence:
                self._last_answer = f"is not answered ({type(silence).__name__})"
                return None
            self._last_answer = f"is answered {answer.status_code}"
            return answer if answer.ok else None

    def kill(self) -> None:
        """End it and all that it started, so that none of them can do anything about it."""
        self._is_wanted = False
        if self._process and self._process.stdin:
            self._process.stdin.close()
            self._process.wait()

    def work_seconds(self) -> float:
        """Return how long its threads have run so far, or waited for a processor; 0 where the machine cannot tell."""
        return sum(map(_work_seconds, _family(self._process.pid))) if self._process else 0.0

    def log_tail(self) -> str:
        """Return the last that it printed."""
        text = self.log.read_bytes()[-LOG_TAIL:].decode(errors="replace") if self.log.exists() else ""
        return CONTROL.sub("\N{REPLACEMENT CHARACTER}", COLOUR.sub("", text))

    def _why_not(self, code: int | None) -> str:
        how = self._unready() if code is None else f"ended with exit code {code} before it was ready"
        return f"{shlex.join(self._command)} {how}. It printed:\n{self.log_tail() or '(nothing)'}"

    def _unready(self) -> str:
        advice = "does it listen at PORT? Is --ready-url another?"
        return f"was not ready within {START_SECONDS} s: {self._ready_url} {self._last_answer}; {advice}"


def _family(process: int) -> Iterator[int]:
    """Yield a process and all that came of it; none of these where the machine cannot tell."""
    yield process
    for children in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):
            for child in children.read_text().split():
                yield from _family(int(child))


def _work_seconds(process: int) -> float:
    total = 0
    for thread in Path(f"/proc/{process}/task").glob("*/schedstat"):
        with suppress(OSError, ValueError):
            ran, waited, _ = map(int, thread.read_text().split())
            total += ran + waited
    return total / 1e9
