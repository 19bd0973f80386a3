"""Courses: a draft, its lessons, a price, and whether students are offered it."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Conflict

from simulators.kit.http.auth import caller
from simulators.kit.http.validation import (
    MONEY,
    Shape,
    flag,
    identifier,
    json_body,
    list_of,
    object_of,
    optional,
    text,
    validate,
)
from simulators.kit.json_types import Json
from simulators.kit.simulator import simulator
from simulators.kit.storage.documents import fetch, fresh_id, page, public_view, table

routes = Blueprint("courses", __name__)


COURSE = {"courseId": optional(identifier), "tutorId": text, "title": text, "price": object_of(MONEY)}
LESSON = {"title": text}
DOCUMENT: Shape = {
    **COURSE,
    "courseId": text,
    "isPublished": flag,
    "lessons": list_of(object_of({"lessonId": text, "title": text})),
}


@routes.post("/courses")
def create_course() -> ResponseReturnValue:
    """A new course, as a draft; `courseId` may be chosen (operators)."""
    caller("operator")
    asked = validate(json_body(), COURSE)
    with simulator().store.transaction():
        course_id = asked.get("courseId") or fresh_id("crs")
        if table("courses").find(course_id):
            raise Conflict(f"there already is a course {course_id!r}")
        course = {**asked, "id": course_id, "courseId": course_id, "isPublished": False, "lessons": []}
        return public_view(table("courses").put(course)), 201, {"Location": f"/courses/{course_id}"}


@routes.get("/courses")
def list_courses() -> ResponseReturnValue:
    """All courses, published or not (services, students, operators)."""
    caller("service", "student", "operator")
    return page("courses")


@routes.get("/courses/<course_id>")
def read_course(course_id: str) -> ResponseReturnValue:
    """One course, published or not (services, students, operators)."""
    caller("service", "student", "operator")
    return public_view(fetch("courses", course_id))


@routes.post("/courses/<course_id>/lessons")
def add_lesson(course_id: str) -> ResponseReturnValue:
    """One more lesson, as long as the course is not published (operators)."""
    caller("operator")
    lesson = {"lessonId": fresh_id("lsn"), **validate(json_body(), LESSON)}
    with simulator().store.transaction():
        course = fetch("courses", course_id)
        if course["isPublished"]:
            raise Conflict("a published course keeps its lessons; unpublish it first")
        table("courses").put(course | {"lessons": [*course["lessons"], lesson]})
    return lesson, 201


@routes.post("/courses/<course_id>/publish")
def publish(course_id: str) -> ResponseReturnValue:
    """Offer the course to students; not without lessons (operators)."""
    caller("operator")
    with simulator().store.transaction():
        course = fetch("courses", course_id)
        if not course["lessons"]:
            raise Conflict("a course without lessons cannot be published")
        return public_view(table("courses").put(course | {"isPublished": True}))


@routes.post("/courses/<course_id>/unpublish")
def unpublish(course_id: str) -> ResponseReturnValue:
    """Offer it no longer; who is enrolled stays enrolled (operators)."""
    return _change(course_id, {"isPublished": False})


@routes.put("/courses/<course_id>/price")
def change_price(course_id: str) -> ResponseReturnValue:
    """Another price, from now on (operators)."""
    caller("operator")
    return _change(course_id, {"price": validate(json_body(), MONEY)})


@routes.delete("/courses/<course_id>")
def delete_course(course_id: str) -> ResponseReturnValue:
    """The course is gone; enrollments in it stay on record (operators)."""
    caller("operator")
    with simulator().store.transaction():
        table("courses").drop(fetch("courses", course_id)["id"])
    return "", 204


def _change(course_id: str, changes: Json) -> Json:
    caller("operator")
    with simulator().store.transaction():
        return public_view(table("courses").put(fetch("courses", course_id) | changes))
