"""The data of one saga: the exchanges that name it, how it began, and its history."""

from datetime import timedelta
from itertools import pairwise

from simulators.clients.learning import course_path, enroll_path
from simulators.clients.payments import BOOKINGS
from simulators.clients.stripe import INTENTS
from simulators.console.filters import abbreviate, date_and_time
from simulators.console.session import Session
from simulators.diagram.sequence import LONG, Numbered
from simulators.diagram.times import timestamp
from simulators.kit.json_types import Json

SESSION = {"tutorId", "scheduledAt", "duration"}  # What a command says of a session.
NEAR = 40  # So many exchanges before the first that names a saga one looks for the student's request that began it.


def exchanges_of(session: Session, saga: Json, intents: list[Json]) -> list[Numbered]:
    """Return what was said about the saga: by its ids, and how it began, when it had no id that others knew."""
    named = session.index.find([saga["sagaId"], *(each["id"] for each in intents)])
    return sorted({*_beginning(session, saga, named), *named})


def thing_bought(session: Session, saga: Json) -> str:
    """Return what people call it: a course's id; a session's tutor and time, or its id where nobody has said them."""
    if saga["context"] == "COURSE_ENROLLMENT":
        return str(saga["contextId"])
    payloads = session.world.recorder.payloads or {}
    said = (payloads.get(number, {}).get("data") for number, _ in session.index.find([saga["sagaId"]]))
    asked = next((each for each in said if isinstance(each, dict) and each.keys() >= SESSION), None)
    if asked is None:
        return abbreviate(saga["contextId"])
    return f"{asked['duration']} minutes with {asked['tutorId']}, {date_and_time(asked['scheduledAt'])}"


def history_with_gaps(saga: Json) -> list[tuple[Json, timedelta | None]]:
    """Return each entry of its history, with how long one had to wait for it; None when that was not long."""
    times = [timestamp(each["at"]) for each in saga["history"]]
    gaps = [later - earlier for earlier, later in pairwise(times) if earlier and later]
    first: list[timedelta | None] = [None] if times else []  # What cannot be read has no history.
    return [
        (each, gap if gap and gap > LONG else None) for each, gap in zip(saga["history"], [*first, *gaps], strict=True)
    ]


def _beginning(session: Session, saga: Json, named: list[Numbered]) -> list[Numbered]:
    """Return the student's request and the question about the course: they name no saga yet, but what is bought."""
    if not named:
        return []
    is_course, course_id, first = saga["context"] == "COURSE_ENROLLMENT", saga["contextId"], named[0][0]
    last = next((number for number, each in named if each.path == INTENTS), named[-1][0])
    near = session.world.recorder.entries()[max(first - NEAR, 0) : last]
    start = enroll_path(course_id) if is_course else BOOKINGS
    request = [each for each in near if each[0] < first and each[1].path == start][-1:]
    return request + [each for each in near if is_course and each[0] > first and each[1].path == course_path(course_id)]
