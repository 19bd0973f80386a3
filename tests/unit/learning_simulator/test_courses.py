from __future__ import annotations

from tests.unit.learning_simulator.school import ALGEBRA, School


def test_a_new_course_is_a_draft_without_lessons(school: School) -> None:
    made = school.call("operator", "POST", "/courses", ALGEBRA)
    assert (made.status_code, made.headers["Location"]) == (201, "/courses/algebra")
    assert made.json == ALGEBRA | {"isPublished": False, "lessons": []}


def test_a_course_gets_an_id_when_none_is_chosen(school: School) -> None:
    made = school.call("operator", "POST", "/courses", {k: v for k, v in ALGEBRA.items() if k != "courseId"})
    assert made.json is not None
    assert school.call("service", "GET", f"/courses/{made.json['courseId']}").json == made.json


def test_two_courses_cannot_have_one_id(school: School) -> None:
    school.course()
    assert school.call("operator", "POST", "/courses", ALGEBRA | {"title": "Other"}).status_code == 409
    found = school.call("service", "GET", "/courses/algebra").json
    assert found is not None
    assert found["title"] == "Algebra"


def test_a_course_without_lessons_cannot_be_published(school: School) -> None:
    school.call("operator", "POST", "/courses", ALGEBRA)
    assert school.call("operator", "POST", "/courses/algebra/publish").status_code == 409


def test_a_published_course_keeps_its_lessons_until_it_is_unpublished(school: School) -> None:
    school.course()
    assert school.call("operator", "POST", "/courses/algebra/lessons", {"title": "Late"}).status_code == 409
    school.call("operator", "POST", "/courses/algebra/unpublish")
    assert school.call("operator", "POST", "/courses/algebra/lessons", {"title": "Late"}).status_code == 201


def test_publishing_twice_is_publishing_once(school: School) -> None:
    school.course()
    again = school.call("operator", "POST", "/courses/algebra/publish")
    assert again.status_code == 200
    assert again.json == school.call("service", "GET", "/courses/algebra").json


def test_the_price_can_change(school: School) -> None:
    school.course()
    school.call("operator", "PUT", "/courses/algebra/price", {"amount": 0, "currency": "JPY"})
    found = school.call("ada", "GET", "/courses/algebra").json
    assert found is not None
    assert found["price"] == {"amount": 0, "currency": "JPY"}


def test_a_deleted_course_is_gone(school: School) -> None:
    school.course()
    assert school.call("operator", "DELETE", "/courses/algebra").status_code == 204
    assert school.call("service", "GET", "/courses/algebra").status_code == 404
    assert school.call("operator", "DELETE", "/courses/algebra").status_code == 404


def test_courses_are_listed_page_by_page(school: School) -> None:
    for name in ("one", "two", "three"):
        school.course(name)
    first = school.call("ada", "GET", "/courses?limit=2").json
    assert first is not None
    second = school.call("ada", "GET", f"/courses?limit=2&cursor={first['nextCursor']}").json
    assert second is not None
    assert [each["courseId"] for each in first["items"] + second["items"]] == ["one", "two", "three"]
    assert second["nextCursor"] is None
