from __future__ import annotations

from tests.unit.learning_simulator.school import School


def test_progress_grows_with_every_lesson_done_and_counts_each_once(school: School) -> None:
    first, _ = school.course()
    school.command()
    (before,) = school.enrollments("ada")
    assert before["progress"] == {"completedLessons": 0, "lessons": 2, "percent": 0}
    for _ in range(2):
        done = school.call("ada", "PUT", f"/enrollments/{before['enrollmentId']}/lessons/{first}")
    assert done.json is not None
    assert done.json["progress"] == {"completedLessons": 1, "lessons": 2, "percent": 50}
    assert school.enrollments("ada") == [done.json]


def test_only_the_own_lessons_can_be_done(school: School) -> None:
    first, _ = school.course()
    school.command(student="ada")
    (mine,) = school.enrollments("ada")
    before = school.state()
    assert school.call("bob", "PUT", f"/enrollments/{mine['enrollmentId']}/lessons/{first}").status_code == 403
    assert school.call("ada", "PUT", f"/enrollments/{mine['enrollmentId']}/lessons/other").status_code == 404
    assert school.call("ada", "PUT", f"/enrollments/none/lessons/{first}").status_code == 404
    assert school.state() == before


def test_a_student_sees_only_the_own_enrollments(school: School) -> None:
    school.course()
    school.command("s1", "ada")
    school.command("s2", "bob")
    for path in ("/enrollments", "/courses/algebra/enrollments", "/enrollments?studentId=ada"):
        assert [each["studentId"] for each in school.enrollments("ada", path)] == ["ada"]
    assert school.call("ada", "GET", "/enrollments?studentId=bob").status_code == 403


def test_operators_and_services_see_all_of_a_course_or_of_a_student(school: School) -> None:
    school.course("algebra")
    school.course("botany")
    for saga, student, course in (("s1", "ada", "algebra"), ("s2", "bob", "algebra"), ("s3", "ada", "botany")):
        school.command(saga, student, course)

    def seen(who: str, path: str) -> list[str]:
        return [each["sagaId"] for each in school.enrollments(who, path)]

    assert seen("operator", "/enrollments") == ["s1", "s2", "s3"]
    assert seen("service", "/enrollments?studentId=ada") == ["s1", "s3"]
    assert seen("operator", "/courses/algebra/enrollments") == ["s1", "s2"]


def test_enrollments_are_listed_page_by_page(school: School) -> None:
    school.course()
    for number in range(3):
        school.command(f"s{number}", f"student{number}")
    first = school.call("operator", "GET", "/enrollments?limit=2").json
    assert first is not None
    rest = school.enrollments("operator", f"/enrollments?cursor={first['nextCursor']}")
    assert [each["sagaId"] for each in [*first["items"], *rest]] == ["s0", "s1", "s2"]


def test_an_enrollment_in_a_deleted_course_stays_on_record(school: School) -> None:
    school.course()
    school.command()
    school.call("operator", "DELETE", "/courses/algebra")
    (record,) = school.enrollments("ada")
    assert record["progress"] == {"completedLessons": 0, "lessons": 0, "percent": 0}
