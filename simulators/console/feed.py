"""The stream by which an open page hears that something has changed; it says no more than that."""

from collections.abc import Iterator

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from simulators.console.responses import session
from simulators.console.session import Session
from simulators.world.waiting import wait_for

routes = Blueprint("feed", __name__)
HEARTBEAT_SECONDS = 10
POLL_SECONDS = 0.05


@routes.get("/feed")
def feed() -> ResponseReturnValue:
    """Server-sent events: the number of the newest change, whenever there is one."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Response(changes(session()), content_type="text/event-stream", headers=headers)


@routes.get("/version")
def version() -> ResponseReturnValue:
    """The number of the newest change, for those who ask again and again instead."""
    return {"version": session().version}


def changes(watched: Session) -> Iterator[str]:
    """Yield an event for each change until the session closes, and a comment now and then in between."""
    last = -1
    while watched.is_open:
        now = watched.version
        yield ": still here\n\n" if now == last else f"id: {now}\ndata: {now}\n\n"
        last = now
        wait_for(lambda: not watched.is_open or watched.version != last, HEARTBEAT_SECONDS, every=POLL_SECONDS)  # noqa: B023
