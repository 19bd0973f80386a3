"""A service as a process of its own, which cannot outlive the one that started it."""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import requests

from simulators.world.serving import served_session
from simulators.world.transport import OBSERVER
from simulators.world.waiting import wait_for

START_SECONDS = 60
STOP_SECONDS = 5


REMOVE_AT_END = 'cat > /dev/null; rm -rf "$0"'  # its input ends when we do, whatever way that is


class DidNotStart(Exception):  # noqa: N818 - reads as what happened
    """A process ended, or did not answer, before it was ready; the message quotes what it said."""


class Process:
    """`harness …` in its own process; it ends when its standard input does, so also when we are killed."""

    def __init__(
        self,
        arguments: Sequence[str],
        environ: Mapping[str, str],
        *,
        ready_url: str,
        log: Path,
        on_line: Callable[[str], None],
    ) -> None:
        self._arguments, self._environ = [*arguments, "--until-stdin-closes"], environ
        self._ready_url, self._log, self._on_line = ready_url, log, on_line
        self.start()

    def start(self) -> None:
        """Start it, or start it again."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - ourselves
                [sys.executable, "-m", "simulators.cli", *self._arguments],
                env={**os.environ, **self._environ},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        self._reader = threading.Thread(target=self._listen, daemon=True, name="process-output")
        self._reader.start()

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended, in whatever way."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """How it ended; None while it has not."""
        return self._process.poll()

    def await_ready(self) -> None:
        """Return once it answers, or raise DidNotStart."""
        with served_session(OBSERVER) as session:
            wait_for(lambda: not self.is_alive or _answers(session, self._ready_url), START_SECONDS)
            if not self.is_alive or not _answers(session, self._ready_url):
                raise DidNotStart(f"harness {' '.join(self._arguments)}:\n{self._log.read_text()[-2000:]}")

    def kill(self) -> int:
        """End it so that it cannot do anything about it; returns its id."""
        self._process.kill()
        self.await_end()
        return self._process.pid

    def terminate(self) -> None:
        """Ask it to end."""
        self._process.terminate()

    def await_end(self) -> None:
        """Wait for its end, insist after a while, and leave nothing of it."""
        if wait_for(lambda: not self.is_alive, STOP_SECONDS) is False:
            self._process.kill()
        self._process.wait()
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()

    def _listen(self) -> None:
        for line in self._process.stdout or ():
            if line.endswith(b"\n"):  # a process that is killed stops in mid-word
                self._on_line(line.decode())


def remove_when_we_end(folder: Path) -> None:
    """See to it that nothing is left of the folder, even if we are killed."""
    remover = subprocess.Popen(  # noqa: S603 - our own words; a session of its own, so that nobody kills it with us
        ["/bin/sh", "-c", REMOVE_AT_END, str(folder)], stdin=subprocess.PIPE, start_new_session=True
    )
    atexit.register(remover.communicate)


def _answers(session: requests.Session, url: str) -> bool:
    try:
        return session.get(url, timeout=1).ok
    except requests.RequestException:
        return False
