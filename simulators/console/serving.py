"""The console on its own port."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from simulators.console.app import create_app
from simulators.console.session import Stage
from simulators.world.serving import Port, Server

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from simulators.console.session import Hear

PAGES = "pages"
PORT = 8080


@contextmanager
def console(
    folder: Path, ports: Mapping[str, int], number: int = PORT, *, hear: Hear | None = None
) -> Iterator[tuple[Stage, str]]:
    """Put up a world and serve its pages; yield the stage and the address of the pages. `hear` is told what is said."""
    port = Port(PAGES, number)
    try:
        stage = Stage(folder, ports, hear)
    except BaseException:
        port.socket.close()
        raise
    with stage:
        server = Server(create_app(stage), port)
        try:
            yield stage, port.url
        finally:
            stage.is_open = False
            server.stop()
