from __future__ import annotations

from datetime import timedelta

from tests.unit.learning_simulator.school import School
from tests.unit.neighbour import SERVICE_TOKEN


def test_enrolling_announces_that_it_was_asked_for(school: School) -> None:
    school.course()
    answer = school.call("ada", "POST", "/courses/algebra/enroll")
    assert answer.status_code == 202
    assert answer.json is not None
    (event,) = school.announcements()
    assert event["data"] == {"sagaId": answer.json["sagaId"], "studentId": "ada", "courseId": "algebra"}
    assert (event["type"], event["source"]) == ("EnrollInCourseInitiated", "edtech.learning-service")
    assert event["subject"] == answer.json["sagaId"]


def test_announcements_go_to_the_events_of_the_payment_service_with_the_token(school: School) -> None:
    school.course()
    school.call("ada", "POST", "/courses/algebra/enroll")
    school.announcements()
    url, headers, _ = school.listener.received[0]
    assert url == "http://payment.test/events"
    assert headers == {"Content-Type": "application/cloudevents+json", "Authorization": f"Bearer {SERVICE_TOKEN}"}


def test_enrolling_alone_enrolls_nobody(school: School) -> None:
    school.course()
    school.call("ada", "POST", "/courses/algebra/enroll")
    assert school.enrollments() == []


def test_an_announcement_that_was_not_accepted_comes_again_as_the_same_event(school: School) -> None:
    school.course()
    school.listener.status = 503
    school.call("ada", "POST", "/courses/algebra/enroll")
    school.announcements()
    school.listener.status = 202
    school.clock.advance(timedelta(seconds=5))
    first, second = school.announcements()
    assert first == second
    school.clock.advance(timedelta(days=1))
    assert len(school.announcements()) == 2


def test_a_course_that_is_not_published_or_not_there_cannot_be_asked_for(school: School) -> None:
    school.course(published=False)
    assert school.call("ada", "POST", "/courses/algebra/enroll").status_code == 409
    assert school.call("ada", "POST", "/courses/nothing/enroll").status_code == 404
    assert school.announcements() == []


def test_who_is_enrolled_cannot_enroll_again(school: School) -> None:
    school.course()
    school.command(student="ada")
    assert school.call("ada", "POST", "/courses/algebra/enroll").status_code == 409
    assert school.call("bob", "POST", "/courses/algebra/enroll").status_code == 202


def test_a_student_who_is_not_enrolled_yet_may_start_twice(school: School) -> None:
    school.course()
    started = [school.call("ada", "POST", "/courses/algebra/enroll").json for _ in range(2)]
    assert started[0] != started[1]


def test_the_same_key_gets_the_same_saga_and_announces_once(school: School) -> None:
    school.course()
    first, again = [
        school.call("ada", "POST", "/courses/algebra/enroll", None, **{"Idempotency-Key": key})
        for key in ("k1", '"k1"')
    ]
    assert first.json == again.json
    assert (first.headers.get("Idempotent-Replayed"), again.headers["Idempotent-Replayed"]) == (None, "true")
    assert len(school.announcements()) == 1


def test_the_same_key_for_another_course_is_refused(school: School) -> None:
    school.course("algebra")
    school.course("botany")
    school.call("ada", "POST", "/courses/algebra/enroll", None, **{"Idempotency-Key": "k1"})
    assert school.call("ada", "POST", "/courses/botany/enroll", None, **{"Idempotency-Key": "k1"}).status_code == 422
    assert len(school.announcements()) == 1


def test_two_students_may_use_the_same_key(school: School) -> None:
    school.course()
    started = [
        school.call(who, "POST", "/courses/algebra/enroll", None, **{"Idempotency-Key": "k1"}).json
        for who in ("ada", "bob")
    ]
    assert started[0] != started[1]


def test_a_control_route_announces_for_a_course_that_is_not_there(school: School) -> None:
    body = {"sagaId": "s9", "studentId": "ada", "courseId": "nothing"}
    answer = school.call("", "POST", "/_sim/announcements", body)
    assert (answer.status_code, answer.json) == (202, {"sagaId": "s9"})
    assert [each["data"] for each in school.announcements()] == [body]
