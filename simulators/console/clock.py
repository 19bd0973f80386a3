"""The clock that all services share: hold it, step, jump, run it faster, or let all happen that is still to happen."""

from datetime import timedelta
from http import HTTPStatus

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue

from simulators.console.due import due_at_services
from simulators.console.responses import acknowledge, field, page, session, world
from simulators.diagram.times import span
from simulators.kit.http.validation import parse_number
from simulators.world.foreign_world import ForeignWorld

routes = Blueprint("clock", __name__)
LONGEST = timedelta(days=31)
FARTHEST = timedelta(days=4)  # How far ahead `run until quiet` looks: Stripe gives a webhook up after three days.
ENOUGH_STEPS = 500
SPEEDS, FASTEST = (1, 10, 60, 600), 3600


@routes.get("/clock")
def show_clock() -> ResponseReturnValue:
    """The simulated time, how fast it runs, and what falls due next at each service."""
    clock, due = world().clock, world().next_due()
    return page(
        "clock.html", time=clock.now().isoformat(), isRunning=clock.running, speed=clock.speed,
        nextDue=due.isoformat() if due else None, services=list(due_at_services(session())), _speeds=SPEEDS,
    )  # fmt: skip


@routes.post("/clock/<act>")
def move(act: str) -> ResponseReturnValue:
    """Hold time, let it run, also faster, go to the next thing due, jump ahead, or go on until nothing is due."""
    moves = {"pause": _pause, "play": _play, "step": _step, "jump": _jump, "quiet": _until_quiet, "speed": _speed}
    if act not in moves:
        abort(HTTPStatus.NOT_FOUND)
    with session().acting():
        return acknowledge(moves[act]())


def _pause() -> str:
    if isinstance(world(), ForeignWorld):
        abort(HTTPStatus.CONFLICT, "The clock of your own service cannot be held; it can be moved ahead.")
    world().clock.pause()
    return "Time is paused. What is due now happens all the same; step or jump to go on."


def _play() -> str:
    world().clock.resume()
    return "Time runs."


def _speed() -> str:
    if isinstance(world(), ForeignWorld):
        abort(HTTPStatus.CONFLICT, "The clock of your own service cannot run faster; it can be moved ahead.")
    if (speed := parse_number(field("speed", "1"), 1, FASTEST)) is None:
        abort(HTTPStatus.BAD_REQUEST, f"speed must be a whole number from 1 to {FASTEST}")
    world().clock.run_at(speed)
    return "Time runs in real time." if speed == 1 else f"Time runs {speed} times as fast."


def _step() -> str:
    due = world().next_due()
    if due is None:
        return "Nothing is due any more: there is nothing to step to."
    by = due - world().clock.now()
    world().pass_time(max(by, timedelta(0)))
    return f"{span(by)} passed, to the next thing that was due."


def _jump() -> str:
    longest = int(LONGEST.total_seconds())
    if (seconds := parse_number(field("seconds", "60"), 1, longest)) is None:
        abort(HTTPStatus.BAD_REQUEST, f"seconds must be a whole number from 1 to {longest}")
    by = timedelta(seconds=seconds)
    world().pass_time(by)
    return f"{span(by)} passed, and all that fell due in it happened."


def _until_quiet() -> str:
    begin = world().clock.now()
    end = begin + FARTHEST
    for _ in range(ENOUGH_STEPS):
        world().settle()
        due = world().next_due()
        if due is None or due > end:
            break
        world().pass_time(max(due - world().clock.now(), timedelta(0)))
        session().touch()
    return f"Idle: nothing is due within {span(FARTHEST)}. {span(world().clock.now() - begin)} passed."
