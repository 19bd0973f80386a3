"""The pages of the guided stories: one button each, told as they happen, each ending in what it proves."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import requests
from flask import Blueprint, abort
from flask.typing import ResponseReturnValue

from simulators.console.responses import acknowledge, field, note_made, page, session, world
from simulators.console.sagas import everything_about
from simulators.judge.fault_model import FAULTS
from simulators.kit.json_types import Json
from simulators.stories import STORIES, Play, Story, story_named
from simulators.world.waiting import really_pass

routes = Blueprint("stories", __name__)
LONGEST_PACE = 5
NOTHING: Json = {"saga": None}
FAULT_NAMES = {each.number: each.name for each in FAULTS}


@routes.get("/stories")
def every() -> ResponseReturnValue:
    """All stories, and what came of those that were played."""
    return page("stories.html", items=[_summary(story) for story in STORIES])


@routes.get("/stories/<name>")
def one(name: str) -> ResponseReturnValue:
    """One story: as it was told last, and everything about its saga."""
    story, last = _find(name), session().plays.get(name)
    about = _about(last.saga_id) if last and last.saga_id else NOTHING
    lines = [(each.line, each.tone) for each in last.lines if each.tone != "title"] if last else []
    return page("story.html", story=_summary(story), lines=lines, **about)


@routes.post("/stories/<name>/play")
def begin(name: str) -> ResponseReturnValue:
    """Play a story in the living world, line by line; `pace` is how many seconds each line stays alone."""
    story, pace, shown = _find(name), _pace(), session()

    def show(line: str, tone: str = "quiet") -> None:  # noqa: ARG001 - the play keeps it
        shown.touch()
        really_pass(pace if tone == "aside" else timedelta(0))

    with shown.acting():
        play = shown.plays[name] = Play(story, shown.world, show)
        try:
            play.perform()
        except BaseException:
            del shown.plays[name]  # it is not being told any more
            raise
    if play.saga_id:
        note_made(play.saga_id)
    return acknowledge(play.sentence, f"/stories/{name}", **_summary(story))


def _about(saga_id: str) -> dict[str, Any]:
    """Return all about the saga; nothing while a service is down, which may be part of the story."""
    with suppress(requests.RequestException):
        saga = world().payment.find_saga(saga_id)
        return everything_about(saga) if saga else NOTHING
    return NOTHING


def _summary(story: Story) -> Json:
    last = session().plays.get(story.name)
    is_over = last is not None and last.is_over
    return {
        "name": story.name,
        "title": story.title,
        "opening": f"{story.student} {story.thing.opening}",
        "proves": story.proven,
        "faults": [{"number": number, "name": FAULT_NAMES[number]} for number in story.faults],
        "isPlaying": last is not None and not is_over,
        "sagaId": last.saga_id if last else None,
        "endedWell": last.ended_well if last and is_over else None,
        "outcome": last.outcome if last else None,
        "sentence": last.sentence if last and is_over else None,
        "verdicts": [each.to_json() for each in last.verdicts] if last else [],
    }


def _find(name: str) -> Story:
    try:
        return story_named(name)
    except LookupError:
        abort(404)


def _pace() -> timedelta:
    try:
        seconds = float(field("pace", str(session().pace_seconds)))
    except ValueError:
        seconds = -1
    if not 0 <= seconds <= LONGEST_PACE:
        abort(400, f"pace must be a number of seconds from 0 to {LONGEST_PACE}")
    return timedelta(seconds=seconds)
