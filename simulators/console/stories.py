"""Guided stories: one button each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort

from simulators.console.answers import done, page, stage, world
from simulators.world.stories import STORIES

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

routes = Blueprint("stories", __name__)


@routes.get("/stories")
def every() -> ResponseReturnValue:
    """All stories."""
    return page("stories.html", items=[{"number": n, "title": each.title} for n, each in enumerate(STORIES)])


@routes.post("/stories/<int:number>/play")
def play(number: int) -> ResponseReturnValue:
    """Play one of them."""
    if number >= len(STORIES):
        abort(404)
    story = STORIES[number]
    with stage().acting():
        saga_id = story.act(world(), world().student(story.student), story.thing, lambda *_: None)
        story.must_end_as_told(world(), saga_id)
    return done(f"{story.outcome}: {story.ending}.", f"/sagas/{saga_id}", sagaId=saga_id)
