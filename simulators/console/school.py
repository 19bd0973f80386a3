"""The page of the school, as a student sees it, and what the school itself can change."""

import re
from http import HTTPStatus
from itertools import groupby

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from simulators.console.responses import acknowledge, field, note_made, page, world
from simulators.diagram.times import timestamp
from simulators.kit.http.validation import parse_number
from simulators.kit.json_types import Json
from simulators.kit.time.timestamps import LONGEST_MINUTES
from simulators.world.transport import OBSERVER

routes = Blueprint("school", __name__)
NAME = re.compile(r"[\w.-]{1,30}")
SOMEBODY = "lea"
MINUTES = (30, 45, 60, 90)
DAYS, PURCHASES = 5, 20
BOOKED_MINUTES = 60
MOST_CENTS = 10**9


@routes.get("/school")
def school() -> ResponseReturnValue:
    """The catalogue and the calendar, as this student (`as`) sees them."""
    student = _student(request.args.get("as", SOMEBODY))
    minutes = parse_number(request.args.get("minutes", "60"), min(MINUTES), max(MINUTES))
    if minutes not in MINUTES:
        abort(HTTPStatus.BAD_REQUEST, f"minutes must be one of {', '.join(map(str, MINUTES))}")
    tutors = world().tutors.tutors()
    tutor_ids = [each["tutorId"] for each in tutors]
    tutor = request.args.get("tutor") or next(iter(tutor_ids), "")
    if tutors and tutor not in tutor_ids:
        abort(HTTPStatus.NOT_FOUND)
    return page(
        "school.html",
        student=student,
        courses=world().learning.courses(),
        tutors=tutors,
        tutor=tutor,
        minutes=minutes,
        days=_days(tutor, minutes) if tutor else [],
        bought=world().student(student, OBSERVER).sagas(PURCHASES),
        _lengths=MINUTES,
    )


@routes.post("/school/enroll")
def enroll() -> ResponseReturnValue:
    """A student wants a course."""
    student, course = _student(field("as", SOMEBODY)), field("courseId")
    note_made(saga_id := world().student(student).enroll(course))
    return acknowledge(f"{student} asks for the course {course}.", f"/pay/{saga_id}", sagaId=saga_id)


@routes.post("/school/book")
def book() -> ResponseReturnValue:
    """A student wants a tutor's time."""
    student, minutes = _student(field("as", SOMEBODY)), parse_number(field("minutes", "60"), 1, LONGEST_MINUTES)
    if minutes is None:
        abort(HTTPStatus.BAD_REQUEST, f"minutes must be a whole number from 1 to {LONGEST_MINUTES}")
    tutor = field("tutorId")
    note_made(saga_id := world().student(student).book(tutor, field("scheduledAt"), minutes))
    return acknowledge(f"{student} asks for {minutes} minutes with {tutor}.", f"/pay/{saga_id}", sagaId=saga_id)


@routes.post("/school/courses/<course_id>/<act>")
def change_course(course_id: str, act: str) -> ResponseReturnValue:
    """The school offers a course, takes it back, or asks for another price (`amount`, in cents)."""
    learning = world().learning
    if act == "price":
        amount = parse_number(field("amount"), 0, MOST_CENTS)
        if amount is None:
            abort(HTTPStatus.BAD_REQUEST, f"amount must be a whole number of cents, {MOST_CENTS} at most")
        learning.reprice(course_id, amount=amount)
        return acknowledge(f"The course {course_id} has another price from now on.")
    if act not in ("publish", "unpublish"):
        abort(HTTPStatus.NOT_FOUND)
    (learning.publish if act == "publish" else learning.unpublish)(course_id)
    return acknowledge(f"The course {course_id} is {'published' if act == 'publish' else 'unpublished'}.")


@routes.post("/school/tutors/<tutor_id>/taken")
def give_away(tutor_id: str) -> ResponseReturnValue:
    """Somebody else gets a tutor's time, even if it is held."""
    world().tutors.give_away(tutor_id, field("scheduledAt"), BOOKED_MINUTES)
    return acknowledge(f"Somebody else has {tutor_id} at that time.")


def _days(tutor: str, minutes: int) -> list[Json]:
    """Return a tutor's next days, each with its slots."""
    slots = world().tutors.slots(tutor, minutes)
    by_day = groupby(slots, key=lambda slot: f"{timestamp(slot['scheduledAt']):%a %-d %b}")
    return [{"day": day, "slots": list(each)} for day, each in by_day][:DAYS]


def _student(name: str) -> str:
    if not NAME.fullmatch(name):
        abort(HTTPStatus.BAD_REQUEST, "a student's name has 1 to 30 letters, digits, dots or dashes")
    return name
