"""A service of another team as a process that is started, killed and started again, and never outlives the harness."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import requests

from simulators.world import guardian
from simulators.world.process import STOP_SECONDS, DidNotStart
from simulators.world.serving import served_session
from simulators.world.transport import OBSERVER
from simulators.world.waiting import wait_for

START_SECONDS = 60
LOG_TAIL = 2000


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

    def start(self) -> None:
        """Start it, or start it again; returns once it is ready, or raises DidNotStart with what it said."""
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
        if not self.is_alive or self.answer() is None:
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
            except requests.RequestException:
                return None
            return answer if answer.ok else None

    def kill(self) -> None:
        """End it and all that it started, so that none of them can do anything about it."""
        if self._process and self._process.stdin:
            self._process.stdin.close()
            self._process.wait()

    def log_tail(self) -> str:
        """Return the last that it printed."""
        return self.log.read_bytes()[-LOG_TAIL:].decode(errors="replace") if self.log.exists() else ""

    def _why_not(self, code: int | None) -> str:
        how = (
            f"did not answer {self._ready_url} within {START_SECONDS} s"
            if code is None
            else f"ended with exit code {code}"
        )
        return f"{' '.join(self._command)} {how}. It printed:\n{self.log_tail() or '(nothing)'}"
