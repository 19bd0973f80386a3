"""Enrollments: asked for by a student, made when the payment-service says so, and how far each has got."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Conflict, Forbidden, NotFound, UnprocessableEntity

from simulators.kit.http.auth import caller, limit_to_caller
from simulators.kit.http.problems import BadField
from simulators.kit.http.validation import Shape, json_body, list_of, optional, text, validate
from simulators.kit.json_types import Json
from simulators.kit.outgoing_events import announce
from simulators.kit.simulator import simulator
from simulators.kit.storage.documents import fetch, fresh_id, now, page, table
from simulators.kit.time.timestamps import instant

routes = Blueprint("enrollments", __name__)

ANNOUNCEMENT = {"sagaId": text, "studentId": text, "courseId": text}
STARTED: Shape = {**ANNOUNCEMENT, "key": optional(text), "startedAt": instant}
DOCUMENT: Shape = {
    **ANNOUNCEMENT,
    "enrollmentId": text,
    "paymentId": text,
    "enrolledAt": instant,
    "completedLessons": list_of(text),
}


@routes.post("/courses/<course_id>/enroll")
def enroll(course_id: str) -> ResponseReturnValue:
    """A student wants the course; the same Idempotency-Key gets the same saga (students)."""
    student_id, key = caller("student").id, _idempotency_key()
    validate(json_body() if request.data else {}, {})
    with simulator().store.transaction():
        if key and (earlier := table("sagas").first(studentId=student_id, key=key)):
            return _replay(earlier, course_id)
        _may_enroll(student_id, course_id)
        data = {"sagaId": fresh_id("saga"), "studentId": student_id, "courseId": course_id}
        table("sagas").put({**data, "id": data["sagaId"], "key": key, "startedAt": now()})
        announce("EnrollInCourseInitiated", data)
    return {"sagaId": data["sagaId"]}, 202


@routes.post("/_sim/announcements")
def announce_initiated() -> ResponseReturnValue:
    """Announce EnrollInCourseInitiated unasked, for any course there is or is not; `sagaId` may be chosen."""
    data = validate({"sagaId": fresh_id("saga"), **json_body()}, ANNOUNCEMENT)
    with simulator().store.transaction():
        announce("EnrollInCourseInitiated", data)
    return {"sagaId": data["sagaId"]}, 202


@routes.get("/courses/<course_id>/enrollments")
def list_of_course(course_id: str) -> ResponseReturnValue:
    """Who is enrolled in a course, and how far each has got; a student sees only the own enrollment."""
    return page("enrollments", public_view, courseId=course_id, studentId=limit_to_caller(None))


@routes.get("/enrollments")
def list_all() -> ResponseReturnValue:
    """Enrollments with progress, all or of one student (`?studentId=`); a student sees only the own ones."""
    return page("enrollments", public_view, studentId=limit_to_caller(request.args.get("studentId")))


@routes.put("/enrollments/<enrollment_id>/lessons/<lesson_id>")
def complete_lesson(enrollment_id: str, lesson_id: str) -> ResponseReturnValue:
    """The student has done this lesson (students)."""
    student_id = caller("student").id
    with simulator().store.transaction():
        enrollment = fetch("enrollments", enrollment_id)
        if enrollment["studentId"] != student_id:
            raise Forbidden("it is another student's enrollment")
        if lesson_id not in _lessons(enrollment):
            raise NotFound("there is no such lesson in this course")
        completed = sorted({*enrollment["completedLessons"], lesson_id})
        return public_view(table("enrollments").put(enrollment | {"completedLessons": completed}))


def public_view(enrollment: Json) -> Json:
    """Return an enrollment as others see it, with its progress."""
    lessons, completed = len(_lessons(enrollment)), len(enrollment["completedLessons"])
    percent = 100 * completed // lessons if lessons else 0
    progress = {"completedLessons": completed, "lessons": lessons, "percent": percent}
    return {field: value for field, value in enrollment.items() if field not in {"id", "completedLessons"}} | {
        "progress": progress
    }


def find_enrollment(student_id: str, course_id: str) -> Json | None:
    """Return the one enrollment of this student in this course, or None."""
    return table("enrollments").first(studentId=student_id, courseId=course_id)


def _may_enroll(student_id: str, course_id: str) -> None:
    if not fetch("courses", course_id)["isPublished"]:
        raise Conflict("the course is not published")
    if find_enrollment(student_id, course_id):
        raise Conflict("already enrolled in this course")


def _replay(earlier: Json, course_id: str) -> ResponseReturnValue:
    if earlier["courseId"] != course_id:
        raise UnprocessableEntity("this Idempotency-Key was used for another course")
    return {"sagaId": earlier["id"]}, 202, {"Idempotent-Replayed": "true"}


def _idempotency_key() -> str | None:
    """Return the key, quoted as the draft has it or bare as Stripe does."""
    if (sent := request.headers.get("Idempotency-Key")) is None:
        return None
    if why := text(sent.strip('" ')):
        raise BadField("Idempotency-Key", why)
    return sent.strip('" ')


def _lessons(enrollment: Json) -> list[str]:
    course = table("courses").find(enrollment["courseId"]) or {"lessons": []}
    return [lesson["lessonId"] for lesson in course["lessons"]]
