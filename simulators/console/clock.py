"""The clock that all services share: hold it, step, jump, or let everything happen that is still to happen."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, abort

from simulators.console.filters import span
from simulators.console.responses import done, given, page, stage, world

if TYPE_CHECKING:
    from datetime import datetime

    from flask.typing import ResponseReturnValue

routes = Blueprint("clock", __name__)
LONGEST = timedelta(days=31)
FARTHEST = timedelta(days=4)
"""How far ahead `run until quiet` looks: Stripe gives a webhook up after three days."""
ENOUGH_STEPS = 500


@routes.get("/clock")
def read() -> ResponseReturnValue:
    """The simulated time, and what falls due next."""
    due = world().next_due()
    now = world().clock.now().isoformat()
    return page("clock.html", time=now, isRunning=world().clock.running, nextDue=due.isoformat() if due else None)


@routes.post("/clock/<act>")
def move(act: str) -> ResponseReturnValue:
    """Hold time, let it run, go to the next thing due, jump ahead, or go on until nothing is due."""
    moves = {"pause": _pause, "play": _play, "step": _step, "jump": _jump, "quiet": _until_quiet}
    if act not in moves:
        abort(404)
    with stage().acting():
        return done(moves[act]())


def _pause() -> str:
    world().clock.pause()
    return "Time stands still. What is due happens all the same; step or jump to go on."


def _play() -> str:
    world().clock.resume()
    return "Time runs."


def _step() -> str:
    due = _next()
    if due is None:
        return "Nothing is due any more: there is nothing to step to."
    by = due - world().clock.now()
    world().pass_time(max(by, timedelta(0)))
    return f"{span(by)} passed, to the next thing that was due."


def _jump() -> str:
    asked = given("seconds", "60")
    if not asked.isdigit() or not 0 < int(asked) <= LONGEST.total_seconds():
        abort(400, f"seconds must be a whole number from 1 to {int(LONGEST.total_seconds())}")
    world().pass_time(timedelta(seconds=int(asked)))
    return f"{span(timedelta(seconds=int(asked)))} passed, and all that fell due in it happened."


def _until_quiet() -> str:
    begin = world().clock.now()
    end = begin + FARTHEST
    for _ in range(ENOUGH_STEPS):
        world().settle()
        due = _next()
        if due is None or due > end:
            break
        world().pass_time(max(due - world().clock.now(), timedelta(0)))
        stage().touch()
    return f"Quiet: nothing is due within {span(FARTHEST)}. {span(world().clock.now() - begin)} passed."


def _next() -> datetime | None:
    return world().next_due()
