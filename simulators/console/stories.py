"""Guided stories: one button each, told as they happen, each ending in the sentence that it is told for."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import requests
from flask import Blueprint, abort

from simulators.console.promises import told as verdict_told
from simulators.console.responses import done, given, page, stage, world
from simulators.console.sagas import everything_about
from simulators.console.session import Play
from simulators.judge.fault_model import FAULTS
from simulators.stories import STORIES, Story, play, story_named
from simulators.world.waiting import really_pass

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from simulators.console.session import Stage
    from simulators.kit.json_types import Json

routes = Blueprint("stories", __name__)
LONGEST_PACE = 5
NOTHING: dict[str, Any] = {"saga": None}
FAULT_NAMES = {each.number: each.name for each in FAULTS}


@routes.get("/stories")
def every() -> ResponseReturnValue:
    """All stories, and what came of those that were played."""
    return page("stories.html", items=[_shown(story) for story in STORIES])


@routes.get("/stories/<name>")
def one(name: str) -> ResponseReturnValue:
    """One story: as it was told last, and everything about its saga."""
    story, played = _named(name), stage().plays.get(name)
    about = _about(played.saga_id) if played and played.saga_id else NOTHING
    return page("story.html", story=_shown(story), lines=played.lines if played else [], **about)


@routes.post("/stories/<name>/play")
def begin(name: str) -> ResponseReturnValue:
    """Play a story in the living world, line by line; `pace` is how many seconds each line stays alone."""
    story, pace = _named(name), _pace()
    with stage().acting():
        played = stage().plays[name] = Play(story)
        known = set(world().sagas)

        def tell(line: str, tone: str = "quiet") -> None:
            _note(stage(), played, known, line, tone)
            really_pass(pace if tone == "aside" else timedelta(0))

        try:
            played.told = play(story, world(), tell)
        except BaseException:
            del stage().plays[name]  # it is not being told any more
            raise
        played.saga_id = played.told.saga_id
    return done(played.told.sentence, f"/stories/{name}", **_shown(story))


def _about(saga_id: str) -> dict[str, Any]:
    """Return all about the saga; nothing while a service is down, which may be part of the story."""
    with suppress(requests.RequestException):
        saga = world().payment.find_saga(saga_id)
        return everything_about(saga) if saga else NOTHING
    return NOTHING


def _note(on: Stage, played: Play, known: set[str], line: str, tone: str) -> None:
    """Let the pages show one more line, and the saga as soon as there is one."""
    fresh = on.world.sagas - known
    played.saga_id = played.saga_id or next(iter(fresh), "")
    if tone != "title":
        played.lines.append((line, tone))
    on.touch()


def _shown(story: Story) -> Json:
    played = stage().plays.get(story.name)
    told = played.told if played else None
    return {
        "name": story.name,
        "title": story.title,
        "opening": f"{story.student} {story.thing.opening}",
        "proves": story.proven,
        "faults": [{"number": number, "name": FAULT_NAMES[number]} for number in story.faults],
        "isPlaying": played is not None and told is None,
        "sagaId": played.saga_id if played else None,
        "endedWell": told.ended_well if told else None,
        "outcome": told.outcome if told else None,
        "sentence": told.sentence if told else None,
        "verdicts": [verdict_told(each) for each in told.verdicts] if told else [],
    }


def _named(name: str) -> Story:
    try:
        return story_named(name)
    except LookupError:
        abort(404)


def _pace() -> timedelta:
    try:
        seconds = float(given("pace", str(stage().pace_seconds)))
    except ValueError:
        seconds = -1
    if not 0 <= seconds <= LONGEST_PACE:
        abort(400, f"pace must be a number of seconds from 0 to {LONGEST_PACE}")
    return timedelta(seconds=seconds)
