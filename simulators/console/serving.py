"""The console on its own port."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from simulators.check.subject import Subject
from simulators.console.app import create_app
from simulators.console.session import Listener, Session
from simulators.world.serving import Port, Server

PAGES = "pages"
PORT = 8080
FAREWELL_SECONDS = 1  # So long open pages may take to hear that it is over.


@contextmanager
def console(
    folder: Path,
    ports: Mapping[str, int],
    number: int = PORT,
    *,
    listener: Listener | None = None,
    own: Subject | None = None,
    settings: Mapping[str, str] | None = None,
    revision: str = "",
) -> Iterator[tuple[Session, str]]:
    """Put up a world and serve its pages; yield the session and the address of the pages.

    `listener` is called with each exchange that is over; `own` is a payment-service in the place of the reference,
    `settings` is what more the reference finds in its environment; `revision` is that of the service shown first.
    """
    port = Port(PAGES, number)
    try:
        session = Session(folder, ports, listener, own, settings, revision)
    except BaseException:
        port.socket.close()
        raise
    with session:
        server = Server(create_app(session), port)
        try:
            yield session, port.url
        finally:
            session.close()
            server.drain(FAREWELL_SECONDS)
