"""The database of a world in one process: a SQLite file in memory, which has its tables from the second world on."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Collection
from contextlib import closing, suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from simulators.world.process import remove_when_we_end

MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made there, which nobody else may enter
ROOM = 2**28  # Bytes that must be free there; a world takes a few million at most.

_PREPARED: dict[tuple[object, ...], bytes] = {}


class QuickDatabase:
    """Dies with the world. A crash in one process takes no power away, so nobody has to wait for a disk.

    `kind` is the service and its settings: what it made of an empty file is given to the next of its kind.
    """

    def __init__(self, directory: Path, kind: tuple[object, ...]) -> None:
        self._folder = TemporaryDirectory(prefix="world-", dir=_room_in_memory()) if _has_memory() else None
        self._path = Path(self._folder.name if self._folder else directory, "payment.sqlite")
        self._kind = kind
        if kind in _PREPARED and not self._path.exists():
            self._path.write_bytes(_PREPARED[kind])

    @property
    def url(self) -> str:
        """Where the service finds it."""
        return f"sqlite:///{self._path}"

    def remember(self, secrets: Collection[str]) -> None:
        """Keep what the service has made of it for others, unless something of this world's own is in it."""
        if self._kind in _PREPARED or not self._path.exists():
            return
        with closing(sqlite3.connect(self._path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        content = self._path.read_bytes()
        if not any(secret.encode() in content for secret in secrets):
            _PREPARED[self._kind] = content

    def close(self) -> None:
        """Leave nothing in memory."""
        if self._folder:
            self._folder.cleanup()


@cache
def _room_in_memory() -> Path:
    """Return this process's folder, of which nothing is left when the process ends, in whatever way."""
    folder = Path(mkdtemp(prefix=f"harness-{os.getpid()}-", dir=MEMORY))
    remove_when_we_end(folder)
    return folder


def _has_memory() -> bool:
    with suppress(OSError):
        return shutil.disk_usage(MEMORY).free >= ROOM
    return False
