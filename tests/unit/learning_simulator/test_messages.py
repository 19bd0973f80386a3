from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.learning_simulator.school import PAYMENT, School

CONFIRMED = ("EnrollmentConfirmed", None)


def rejected(reason: str) -> tuple[str, str]:
    return ("EnrollmentRejected", reason)


def test_the_command_enrolls_and_says_so(school: School) -> None:
    school.course()
    school.command("s1", "ada", "algebra")
    (record,) = school.enrollments()
    (event,) = school.announcements()
    assert event["type"] == "EnrollmentConfirmed"
    assert event["data"] == {
        "sagaId": "s1",
        "enrollmentId": record["enrollmentId"],
        "courseId": "algebra",
        "studentId": "ada",
    }
    assert (record["sagaId"], record["studentId"], record["paymentId"]) == ("s1", "ada", "pay_s1")


@pytest.mark.parametrize("second", ["m1", "m2"], ids=["the same message", "a new message"])
def test_a_command_asked_again_announces_the_same_outcome_again(school: School, second: str) -> None:
    school.course()
    school.command(message="m1")
    school.call("operator", "POST", "/courses/algebra/unpublish")
    school.command(message=second)
    one, other = school.announcements()
    assert one["data"] == other["data"]
    assert one["id"] != other["id"]
    assert len(school.enrollments()) == 1


def test_a_rejection_stays_a_rejection(school: School) -> None:
    school.command()
    school.course()
    school.command(message="m2")
    assert school.outcomes() == [rejected("COURSE_NOT_FOUND")] * 2
    assert school.enrollments() == []


def test_a_course_taken_back_after_the_payment_is_rejected(school: School) -> None:
    school.course(published=False)
    school.command()
    assert school.outcomes() == [rejected("COURSE_NOT_PUBLISHED")]


def test_another_saga_of_the_same_student_for_the_same_course_is_rejected(school: School) -> None:
    school.course("algebra")
    school.course("botany")
    for saga, student, course in (("s1", "ada", "algebra"), ("s2", "ada", "algebra"), ("s3", "ada", "botany")):
        school.command(saga, student, course)
    assert school.outcomes() == [CONFIRMED, rejected("ALREADY_ENROLLED"), CONFIRMED]
    assert [each["sagaId"] for each in school.enrollments()] == ["s1", "s3"]


def test_a_refund_takes_the_enrollment_back_and_keeps_it_so(school: School) -> None:
    school.course()
    school.command("s1", message="m1")
    school.refund("s1")
    school.command("s1", message="m2")
    assert school.enrollments() == []
    assert school.outcomes() == [CONFIRMED, rejected("PAYMENT_REFUNDED")]


def test_a_refund_that_overtook_the_command_prevents_the_enrollment(school: School) -> None:
    school.course()
    school.refund("s1")
    school.command("s1")
    assert school.outcomes() == [rejected("PAYMENT_REFUNDED")]
    assert school.enrollments() == []


def test_a_refund_touches_no_other_saga(school: School) -> None:
    school.course()
    school.command("s1", "ada")
    school.refund("s2")
    assert [each["sagaId"] for each in school.enrollments()] == ["s1"]


def test_after_a_refund_the_student_may_buy_the_course_anew(school: School) -> None:
    school.course()
    school.command("s1", "ada")
    school.refund("s1")
    school.command("s2", "ada")
    assert school.outcomes() == [CONFIRMED, CONFIRMED]


def test_a_rejection_keeps_its_reason_when_the_money_is_back(school: School) -> None:
    school.command("s1", message="m1")
    school.refund("s1")
    school.command("s1", message="m2")
    assert school.outcomes() == [rejected("COURSE_NOT_FOUND")] * 2


@pytest.mark.parametrize(
    ("name", "more"), [("PaymentSucceeded", {}), ("PaymentFailed", {"reason": "card declined", "declineCode": None})]
)
def test_news_of_a_payment_is_kept_once_and_enrolls_nobody(school: School, name: str, more: dict[str, str]) -> None:
    school.course()
    for _ in range(2):
        assert school.say("/events", name, PAYMENT | {"sagaId": "s1"} | more, "m1").status_code == 202
    assert [each["type"] for each in school.state()["inbox"]] == [name]
    assert (school.enrollments(), school.announcements()) == ([], [])


def test_what_a_message_says_beyond_what_we_know_is_ignored(school: School) -> None:
    assert school.say("/events", "PaymentSucceeded", PAYMENT | {"sagaId": "s1", "newer": 1}).status_code == 202


def test_a_planted_fault_rejects_as_many_enrollments_as_it_says(school: School) -> None:
    school.course()
    assert school.call("", "POST", "/_sim/faults/rejected_enrollment", {"reason": "TUTOR_LEFT"}).status_code == 201
    school.command("s1", "ada")
    school.command("s2", "ada")
    assert school.outcomes() == [rejected("TUTOR_LEFT"), CONFIRMED]


def test_a_lost_answer_leaves_the_command_done(school: School) -> None:
    school.course()
    school.call("", "POST", "/_sim/faults/server_error_after", {"path": "/commands"})
    data = {"sagaId": "s1", "studentId": "ada", "courseId": "algebra", "paymentId": "p"}
    assert school.say("/commands", "CREATE_ENROLLMENT_RECORD", data).status_code == 500
    assert len(school.enrollments()) == 1
    school.command("s1")
    assert school.outcomes() == [CONFIRMED, CONFIRMED]
    assert len(school.enrollments()) == 1


def test_a_restart_loses_neither_enrollments_nor_announcements(tmp_path: Path) -> None:
    before = School(tmp_path / "school.jsonl")
    before.course()
    before.command("s1")
    before.simulator.close()
    after = School(tmp_path / "school.jsonl")
    assert len(after.enrollments()) == 1
    assert after.outcomes() == [CONFIRMED]
    after.command("s1", message="m2")
    assert after.outcomes() == [CONFIRMED, CONFIRMED]
    after.simulator.close()
