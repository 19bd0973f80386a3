"""A terminal in which a reader does what a document says: one shell, in a copy of the checkout, on ports of its own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from simulators.console.serving import PORT
from simulators.world.topology import PORTS
from tests.documents.reading import Command
from tests.rooms.source import ROOT

SECONDS = 240
BELOW_EPHEMERAL = range(15000, 30000, 10)
"""Where no system draws the ports of outgoing connections from."""
WRITTEN = [PORT, *PORTS.values()]
STAYING = {
    "make demo": ("harness demo", "Ctrl-C ends it"),
    "harness demo": ("harness demo", "Ctrl-C ends it"),
    "harness simulate": ("harness simulate", "Ctrl-C ends it"),
    "LOG_FORMAT=json harness serve > payments.log": (
        "env LOG_FORMAT=json sh -c 'exec harness serve > payments.log'",
        "listens at",
    ),
}
"""What stays until it is told to end, and is left running while one reads on: what is done, and when that is ready."""
MARK = "=-=-="
STAYS = """{command} >{log} 2>&1 &
until grep -q {ready!r} {log} || ! kill -0 $! 2>/dev/null; do sleep 0.05; done
cat {log}; kill -0 $!"""
LEFT_OUT = {".git", ".venv", ".ci"}


@dataclass(frozen=True)
class Answer:
    """What came of a command."""

    code: int
    output: str


class Terminal:
    """`environ` is what the reader's shell knows besides."""

    def __init__(self, folder: Path, environ: dict[str, str] | None = None) -> None:
        self._folder = folder
        self._ports = dict(zip(WRITTEN, _free_ports(len(WRITTEN)), strict=True))
        self._environ = os.environ | self._own_environ() | (environ or {})
        self._check_out()

    def does(self, commands: Sequence[Command]) -> list[Answer]:
        """Do all of it, one after the other, and tell what came of each."""
        script = "\n".join(self._line(number, each) for number, each in enumerate(commands))
        said = self._ran(script + "\nkill $(jobs -p) 2>/dev/null; wait\n")
        parts = re.split(rf"\n{MARK} (\d+)\n", said)
        assert len(parts) > 2 * len(commands), f"not all was done:\n{said}"
        return [Answer(int(parts[2 * n + 1]), self._as_written(parts[2 * n])) for n in range(len(commands))]

    def writes(self, file: str, text: str) -> None:
        """Put a file there, as a reader's editor does."""
        (self._folder / file).write_text(self._as_served(text))

    def _line(self, number: int, command: Command) -> str:
        line = self._as_served(command.text)
        if command.plain in STAYING:
            done, ready = STAYING[command.plain]
            line = STAYS.format(command=done, log=f".said-{number}", ready=ready)
        return f"{{ {line}\n}} </dev/null 2>&1; printf '\\n{MARK} %s\\n' $?"

    def _ran(self, script: str) -> str:
        process = subprocess.Popen(
            ["bash", "-c", script], cwd=self._folder, env=self._environ, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip
        try:
            return process.communicate(timeout=SECONDS)[0]
        finally:
            _end(process)

    def _as_served(self, text: str) -> str:
        return re.sub(r"(127\.0\.0\.1:)(\d+)", lambda found: found[1] + self._served(found[2]), text)

    def _served(self, port: str) -> str:
        return str(self._ports.get(int(port), port))

    def _as_written(self, text: str) -> str:
        written = {str(own): str(port) for port, own in self._ports.items()}
        return re.sub(r"(?<=127\.0\.0\.1:)\d+", lambda found: written.get(found[0], found[0]), text)

    def _own_environ(self) -> dict[str, str]:
        names = {name: name.removesuffix("-service").upper().replace("-", "_") for name in PORTS}
        ports = {f"HARNESS_{short}_PORT": str(self._ports[PORTS[name]]) for name, short in names.items()}
        service = self._as_served("http://127.0.0.1:8000")
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        own = {"HARNESS_PAGES_PORT": str(self._ports[PORT]), "PORT": service.rpartition(":")[2], "PATH": path}
        return ports | own | {"HARNESS_SERVICE_URL": service, "PYTHONPATH": str(ROOT), "COLUMNS": "100"}

    def _check_out(self) -> None:
        """What is there in a checkout is there: nothing that a command writes lands in the real one."""
        for each in ROOT.iterdir():
            if each.name not in LEFT_OUT and not each.name.startswith(".") and each.is_dir():
                (self._folder / each.name).symlink_to(each)
            elif each.is_file() and each.name not in LEFT_OUT:
                (self._folder / each.name).write_text(self._as_served(each.read_text()))


def _free_ports(count: int) -> list[int]:
    """Find as many ports in a row that are free, at another place for each process."""
    places = BELOW_EPHEMERAL[os.getpid() % len(BELOW_EPHEMERAL) :]
    for first in (*places, *BELOW_EPHEMERAL):
        if all(_is_free(first + number) for number in range(count)):
            return [first + number for number in range(count)]
    raise AssertionError("no port is free")


def _is_free(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) != 0


def _end(process: subprocess.Popen[str]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdout:
        process.stdout.close()
