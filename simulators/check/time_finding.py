"""Finds out how the time of a service can be moved: what is asked for must work, and `auto` takes what does."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import requests

from simulators.check.subject import AUTO, CannotBeJudged, Subject, ports_here
from simulators.world.around import Around
from simulators.world.foreign_time import FAKED, HOW_TO_GET, REAL, TIME_WAYS, libfaketime
from simulators.world.serving import served_session
from simulators.world.transport import OBSERVER

ANSWER_SECONDS = 5


def find_time(subject: Subject) -> Subject:
    """Return the subject with its way of time, after a look at whether a command starts; else raise CannotBeJudged."""
    if subject.url:
        _must_answer(subject)
    if not subject.command:
        return replace(subject, time=REAL.name) if subject.time == AUTO else subject
    if subject.time == AUTO:
        faked = replace(subject, time=FAKED.name)
        real = replace(subject, time=REAL.name)
        return faked if libfaketime() and _can_move_time(faked) else _start_once(real)
    if not TIME_WAYS[subject.time].is_preloaded:
        return _start_once(subject)
    if libfaketime() is None:
        raise CannotBeJudged(f"--time {subject.time} needs libfaketime: {HOW_TO_GET}")
    if not _can_move_time(subject):
        raise CannotBeJudged(f"--time {subject.time}: its clock does not follow libfaketime (a static program?)")
    return subject


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
