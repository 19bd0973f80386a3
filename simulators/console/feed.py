"""How an open page hears that there is something new: a stream that says no more than that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response

from simulators.console.responses import stage
from simulators.world.waiting import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.typing import ResponseReturnValue

    from simulators.console.session import Stage

routes = Blueprint("feed", __name__)
BREATH_SECONDS = 10
LOOK_AGAIN_SECONDS = 0.05


@routes.get("/feed")
def feed() -> ResponseReturnValue:
    """Server-sent events: the number of the newest change, whenever there is one."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Response(_changes(stage()), content_type="text/event-stream", headers=headers)


@routes.get("/version")
def version() -> ResponseReturnValue:
    """The number of the newest change, for those who ask again and again instead."""
    return {"version": stage().version}


def _changes(on: Stage) -> Iterator[str]:
    seen = -1
    while on.is_open:
        now = on.version
        yield ": still here\n\n" if now == seen else f"id: {now}\ndata: {now}\n\n"
        seen = now
        wait_for(lambda: not on.is_open or on.version != seen, BREATH_SECONDS, every=LOOK_AGAIN_SECONDS)  # noqa: B023
