"""The stream by which an open page hears that something has changed; it says no more than that."""

from collections.abc import Iterator

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from simulators.console.responses import session
from simulators.console.session import Session

routes = Blueprint("feed", __name__)
HEARTBEAT_SECONDS = 10


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
    last, now = -1, watched.version
    while watched.is_open:
        yield ": still here\n\n" if now == last else f"id: {now}\ndata: {now}\n\n"
        last, now = now, watched.wait_for_change(now, HEARTBEAT_SECONDS)
