"""The school as a student sees it: courses, tutors' calendars, what they bought; and what the school can change."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, request

from simulators.console.filters import moment
from simulators.console.responses import done, given, page, stage, world
from simulators.world.topology import TUTORS

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from simulators.kit.json_types import Json

routes = Blueprint("school", __name__)
NAME = re.compile(r"[\w.-]{1,30}")
SOMEBODY = "lea"
MINUTES = (30, 45, 60, 90)
DAYS = 5


@routes.get("/school")
def school() -> ResponseReturnValue:
    """The catalogue and the calendar, as this student (`as`) sees them."""
    student = _student(request.args.get("as", SOMEBODY))
    minutes = int(request.args.get("minutes", "60")) if request.args.get("minutes", "60").isdigit() else 0
    if minutes not in MINUTES:
        abort(400, f"minutes must be one of {', '.join(map(str, MINUTES))}")
    tutors = list(world().tutors.client.items("/tutors"))
    chosen = request.args.get("tutor") or next((each["tutorId"] for each in tutors), "")
    if tutors and chosen not in {each["tutorId"] for each in tutors}:
        abort(404)
    return page(
        "school.html",
        student=student,
        courses=list(world().learning.client.items("/courses")),
        tutors=tutors,
        tutor=chosen,
        minutes=minutes,
        days=_days(chosen, minutes) if chosen else [],
        bought=stage().as_student(student).get("/sagas", limit=20)["items"],
        _lengths=MINUTES,
    )


@routes.get("/inbox")
def inbox() -> ResponseReturnValue:
    """What people were told: one person, or everybody, newest first; what was told twice is marked."""
    person = request.args.get("person", "")
    notices = list(world().communication.client.items("/notices", **({"personId": person} if person else {})))
    seen: set[tuple[Any, ...]] = set()
    for each in notices:
        key = (each["sagaId"], each["kind"], each.get("attempt"))
        each["isDuplicate"] = key in seen
        seen.add(key)
    return page("inbox.html", person=person, items=notices[::-1])


@routes.post("/school/enroll")
def enroll() -> ResponseReturnValue:
    """A student wants a course."""
    student, course = _student(given("as", SOMEBODY)), given("courseId")
    saga_id = world().student(student).enroll(course)
    return done(f"{student} asks for the course {course}.", f"/pay/{saga_id}", sagaId=saga_id)


@routes.post("/school/book")
def book() -> ResponseReturnValue:
    """A student wants a tutor's time."""
    student, minutes = _student(given("as", SOMEBODY)), given("minutes", "60")
    if not minutes.isdigit():
        abort(400, "minutes must be a whole number")
    saga_id = world().student(student).book(given("tutorId"), given("scheduledAt"), int(minutes))
    return done(f"{student} asks for {minutes} minutes with {given('tutorId')}.", f"/pay/{saga_id}", sagaId=saga_id)


@routes.post("/school/courses/<course_id>/<act>")
def change_course(course_id: str, act: str) -> ResponseReturnValue:
    """The school offers a course, takes it back, or asks for another price (`amount`, in cents)."""
    learning = world().learning
    if act == "price":
        amount = given("amount")
        if not amount.isdigit():
            abort(400, "amount must be a whole number of cents")
        learning.reprice(course_id, amount=int(amount))
        return done(f"The course {course_id} has another price from now on.")
    if act not in ("publish", "unpublish"):
        abort(404)
    (learning.publish if act == "publish" else learning.unpublish)(course_id)
    return done(f"The course {course_id} is {'offered' if act == 'publish' else 'taken back'}.")


@routes.post("/school/tutors/<tutor_id>/taken")
def give_away(tutor_id: str) -> ResponseReturnValue:
    """Somebody else gets a tutor's time, even if it is held."""
    asked = {"tutorId": tutor_id, "scheduledAt": given("scheduledAt"), "duration": 60}
    stage().simulator(TUTORS).post("/_sim/taken", asked)
    return done(f"Somebody else has {tutor_id} at that time.")


def _days(tutor: str, minutes: int) -> list[Json]:
    """Return a tutor's next days, each with its slots."""
    slots = world().tutors.client.get(f"/tutors/{tutor}/slots", duration=minutes)["items"]
    by_day = groupby(slots, key=lambda slot: f"{moment(slot['scheduledAt']):%a %-d %b}")
    return [{"day": day, "slots": list(each)} for day, each in by_day][:DAYS]


def _student(name: str) -> str:
    if not NAME.fullmatch(name):
        abort(400, "a student's name has 1 to 30 letters, digits, dots or dashes")
    return name
