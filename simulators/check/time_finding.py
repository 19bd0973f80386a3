"""Finds out how the time of a service can be moved: what is asked for must work, and `auto` takes what does."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import requests

from simulators.check.subject import AUTO, CannotBeJudged, Subject, ports_here
from simulators.world.around import Around
from simulators.world.foreign_time import (
    FAKED,
    HOW_TO_GET,
    REAL,
    RESTART,
    TIME_WAYS,
    WALL,
    WALL_RESTART,
    TimeWay,
    libfaketime,
)
from simulators.world.scheduler import NeverQuiet
from simulators.world.served import NOT_YET
from simulators.world.serving import served_session
from simulators.world.topology import STRIPE
from simulators.world.transport import OBSERVER
from simulators.world.waiting import wait_for
from simulators.world.world import World

ANSWER_SECONDS = 5
COURSE, LOOKS_WITHIN = "probe", timedelta(minutes=10)
SECONDS, SECONDS_ON_REAL_TIME = 5, 15

Tell = Callable[[str], object]


def find_time(subject: Subject, tell: Tell = lambda _: None) -> Subject:
    """Return the subject with its way of time, after a look at whether a command starts; else raise CannotBeJudged."""
    if subject.url:
        _must_answer(subject)
    if not subject.command:
        return replace(subject, time=REAL.name) if subject.time == AUTO else subject
    if subject.time == AUTO:
        can_fake = libfaketime() and _can_move_time(_on(subject, FAKED))
        return _on(subject, _way(subject, tell)) if can_fake else _start_once(_on(subject, REAL))
    if not TIME_WAYS[subject.time].is_preloaded:
        return _start_once(subject)
    if libfaketime() is None:
        raise CannotBeJudged(f"--time {subject.time} needs libfaketime: {HOW_TO_GET}")
    if not _can_move_time(subject):
        raise CannotBeJudged(f"--time {subject.time}: its clock does not follow libfaketime (a static program?)")
    return subject


def _way(subject: Subject, tell: Tell) -> TimeWay:
    """Return the first way on which its timers do what they do on real time.

    Whoever looks for lost news only when it starts, or never, must not be taken for one whose timers sleep: it has the
    first way on which it sells a course at all, and FAKED if it sells none.
    """
    for way in (FAKED, WALL):
        if _finds_lost_news(_on(subject, way)):
            return way
    tell("its timers do not follow a clock that is moved; trying what they do on the machine's time")
    if _finds_lost_news(_on(subject, REAL)):
        for way in (RESTART, WALL_RESTART):
            if _finds_lost_news(_on(subject, way)):
                tell(f"they sleep through; where a hook is no choice, --time {way.name} says so at once")
                return way
    way = next((way for way in (FAKED, WALL, REAL) if _sells_a_course(_on(subject, way))), FAKED)
    tell(f"nothing looks for lost news there either; --time {way.name} says at once how it is judged")
    return way


def _finds_lost_news(subject: Subject) -> bool:
    """Tell whether it looks by itself for a payment whose webhook is lost."""
    way = TIME_WAYS[subject.time]
    try:
        with TemporaryDirectory() as folder, subject.open_world(Path(folder)) as world:
            world.plant_fault(STRIPE, "lost_delivery", times=None)
            return _ends(world, way, LOOKS_WITHIN)
    except (*NOT_YET, NeverQuiet):
        return False


def _sells_a_course(subject: Subject) -> bool:
    """Tell whether it ends a purchase with which nothing goes wrong, once its clock has moved."""
    way = TIME_WAYS[subject.time]
    try:
        with TemporaryDirectory() as folder, subject.open_world(Path(folder)) as world:
            if way.is_moved:
                world.pass_time(LOOKS_WITHIN)
            return _ends(world, way, timedelta(0))
    except (*NOT_YET, NeverQuiet):
        return False


def _ends(world: World, way: TimeWay, within: timedelta) -> bool:
    """Tell whether a purchase, once it is paid, ends within that time."""
    world.learning.create_course(COURSE)
    buyer = world.student("ada")
    saga_id = buyer.enroll(COURSE)
    buyer.pay(saga_id)
    if way.is_moved:
        world.pass_time(within)

    def has_ended() -> bool:
        return bool((world.payment.find_saga(saga_id) or {}).get("outcome"))

    return bool(wait_for(has_ended, SECONDS if way.is_moved else SECONDS_ON_REAL_TIME))


def _on(subject: Subject, way: TimeWay) -> Subject:
    return replace(subject, time=way.name)


def _must_answer(subject: Subject) -> None:
    ports_here()
    with served_session(OBSERVER) as session:
        try:
            session.get(subject.url + subject.ready_path, timeout=ANSWER_SECONDS)
        except requests.RequestException as problem:
            raise CannotBeJudged(f"nothing answers at {subject.url} ({type(problem).__name__})") from problem


def _start_once(subject: Subject) -> Subject:
    with TemporaryDirectory() as folder, subject.open_world(Path(folder)):
        return subject


def _can_move_time(subject: Subject) -> bool:
    with TemporaryDirectory() as folder, subject.open_world(Path(folder)) as world:
        return isinstance(world, Around) and world.can_move_time()
