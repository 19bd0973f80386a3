"""The list of sagas, and one of them: what happened, why it is where it is, and whether every promise is kept."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import timedelta
from itertools import count

import pytest

from simulators.console.filters import date_and_time
from simulators.console.session import Session
from tests.integration.console.conftest import JSON, Visitor

pytestmark = pytest.mark.served
NAMES = count()


@pytest.fixture
def student() -> str:
    return f"student{next(NAMES)}"


def enrolled(session: Session, student: str, course: str = "algebra") -> str:
    saga_id = session.world.student(student).enroll(course)
    session.world.student(student).client_secret(saga_id)
    session.world.settle()
    return saga_id


def store(session: Session, statement: str, saga_id: str) -> None:
    """Write into the service's database behind its back."""
    with closing(sqlite3.connect(max(session._folder.glob("*/payment.sqlite")))) as database, database:
        database.execute(f"{statement} WHERE saga_id = ?", (saga_id,))


def test_the_list_can_be_narrowed_and_searched(visitor: Visitor, session: Session, student: str) -> None:
    saga_id = enrolled(session, student)

    def ids(query: str) -> list[str]:
        return [each["sagaId"] for each in visitor.read_json(f"/{query}")["items"]]

    assert ids("")[0] == saga_id
    assert ids(f"?student={student}") == ids(f"?q={student.upper()}") == ids(f"?q={saga_id}") == [saga_id]
    assert ids(f"?student={student}&context=SESSION_BOOKING") == []
    assert saga_id in ids("?state=AWAITING_PAYMENT")
    assert "No saga matches" in visitor.read_page("/?q=nobody-like-that")
    assert visitor.get("/?state=NOWHERE", headers=JSON).status_code == 409


def test_a_session_is_called_by_its_tutor_and_time(visitor: Visitor, session: Session, student: str) -> None:
    slot = next(each for each in session.world.tutors.slots("grace", 45) if each["status"] == "FREE")
    saga_id = session.world.student(student).book("grace", slot["scheduledAt"], 45)
    session.world.settle()
    named = f"45 minutes with grace, {date_and_time(slot['scheduledAt'])}"
    for path in (f"/?q={saga_id}", f"/sagas/{saga_id}", f"/pay/{saga_id}", f"/school?as={student}"):
        assert named in visitor.read_page(path), path


def test_a_refusal_is_told_with_its_reason(visitor: Visitor, session: Session, student: str) -> None:
    saga_id = enrolled(session, student)
    session.world.student(student).try_card(saga_id, "pm_card_visa_chargeDeclinedInsufficientFunds")
    session.world.settle()
    declined = "402: Your card has insufficient funds."
    assert any(declined in each["words"] for each in visitor.read_json(f"/sagas/{saga_id}")["steps"])
    assert declined in visitor.read_page(f"/sagas/{saga_id}")
    assert "Your card has insufficient funds." in visitor.read_page("/stripe/requests")


def test_counters_tell_how_many_are_where(visitor: Visitor, session: Session, student: str) -> None:
    before = visitor.read_json("/")["counters"].get("AWAITING_PAYMENT", 0)
    enrolled(session, student)
    assert visitor.read_json("/")["counters"]["AWAITING_PAYMENT"] == before + 1


def test_a_saga_that_waits_says_for_whom_and_until_when(visitor: Visitor, session: Session, student: str) -> None:
    content = visitor.read_json(f"/sagas/{enrolled(session, student)}")
    assert re.fullmatch(
        r"It waits for the student to pay, until .* UTC, for another (30|29) min.*\.", content["why"][0]
    )
    standings = {each["number"]: each["standing"] for each in content["promises"]}
    assert (standings[1], standings[9], len(standings)) == ("not yet", "holds", 18)


def test_a_saga_is_shown_from_the_first_wish_to_the_last_notice(visitor: Visitor, bought: str) -> None:
    content = visitor.read_json(f"/sagas/{bought}")
    said = [(step["caller"], step["said"]) for step in content["steps"]]
    assert said[0][0] == "student"
    assert said[0][1].endswith("/enroll")
    expected = ["EnrollInCourseInitiated", "GET /courses/algebra", "POST /payment_intents", "payment_intent.succeeded"]
    expected += ["CREATE_ENROLLMENT_RECORD", "EnrollmentConfirmed", "SEND_NOTICE", "NoticeSent"]
    assert [name for _, name in said if name in expected] == expected
    assert {each["standing"] for each in content["promises"]} == {"holds"}
    assert {row["agree"] for row in content["sides"]} <= {True, None}
    page = visitor.read_page(f"/sagas/{bought}")
    assert page.count('class="node') == 12
    assert "(taken)" in page
    assert "(it is here)" in page


def test_a_session_begins_with_its_students_wish(visitor: Visitor) -> None:
    content = visitor.read_json(f"/sagas/{visitor.act('/stories/session/play')['sagaId']}")
    said = [step["said"] for step in content["steps"]]
    assert said[:2] == ["POST /session-bookings", "CHECK_TUTOR_AVAILABILITY"]
    assert {"CREATE_CONFIRMED_SESSION", "SessionConfirmed"} < set(said)


def test_what_was_said_can_be_read_and_its_secrets_not(visitor: Visitor, bought: str) -> None:
    steps = {step["said"]: step["payload"] for step in visitor.read_json(f"/sagas/{bought}")["steps"]}
    assert steps["POST /payment_intents"]["metadata[sagaId]"] == bought
    assert steps["payment_intent.succeeded"]["data"]["object"]["client_secret"] == "(hidden)"
    assert steps["CREATE_ENROLLMENT_RECORD"]["data"]["courseId"] == "algebra"


def test_a_lost_webhook_is_crossed_and_explained(visitor: Visitor, session: Session, student: str) -> None:
    saga_id = enrolled(session, student)
    session.world.plant_fault("stripe", "lost_delivery", times=None)
    session.world.student(student).pay(saga_id)
    session.world.settle()
    content = visitor.read_json(f"/sagas/{saga_id}")
    assert "payment_intent.succeeded" in [step["said"] for step in content["steps"] if step["lost"]]
    assert content["why"][1].startswith("Stripe has the money, but its webhook was lost")
    assert "payment received" in visitor.read_page(f"/pay/{saga_id}").lower()
    session.world.pass_time(timedelta(minutes=6))
    content = visitor.read_json(f"/sagas/{saga_id}")
    assert content["saga"]["outcome"] == "COMPLETED"
    waited = r".* the webhook was lost. After (4 min 5\d s|5 min.*) the payment-service asked Stripe by itself\."
    assert re.fullmatch(waited, content["why"][1])
    (rescue,) = [step for step in content["steps"] if step["is_rescue"]]
    assert rescue["words"].endswith("200, asked by itself: nobody had told it")
    assert ", asked by itself" in visitor.read_page(f"/sagas/{saga_id}")


def test_news_that_came_is_no_rescue(visitor: Visitor, bought: str) -> None:
    content = visitor.read_json(f"/sagas/{bought}")
    assert not [step for step in content["steps"] if step["is_rescue"]]
    assert not any(each.startswith("Nobody told") for each in content["why"])


def test_a_message_that_is_tried_again_says_when(visitor: Visitor, session: Session, student: str) -> None:
    saga_id = enrolled(session, student)
    session.world.clock.pause()
    session.world.plant_fault("stripe", "ignored_answer", event="payment_intent.succeeded")
    session.world.student(student).pay(saga_id)
    session.world.settle()
    about = visitor.read_json(f"/webhooks?saga={saga_id}")["items"]
    assert [each["attempts"][0]["error"] for each in about if each["status"] == "PENDING"][:1] == ["IgnoredAnswer"]
    assert visitor.read_json(f"/sagas/{saga_id}")["saga"]["outcome"] == "COMPLETED"


def test_a_student_changes_their_mind_and_a_person_resumes(visitor: Visitor, session: Session, student: str) -> None:
    saga_id = enrolled(session, student)
    visitor.act(f"/sagas/{saga_id}/cancel")
    session.world.settle()
    assert visitor.read_json(f"/sagas/{saga_id}")["saga"]["outcome"] == "CANCELLED"
    assert visitor.post(f"/sagas/{saga_id}/resume", headers=JSON).status_code == 409
    parked = visitor.act("/stories/refund-fails/play")["sagaId"]
    assert "See at Stripe why" in " ".join(visitor.read_json(f"/sagas/{parked}")["why"])
    visitor.act(f"/sagas/{parked}/resume", why="it is mended")
    assert "it is mended" in str(visitor.read_json(f"/sagas/{parked}")["saga"]["history"])


@pytest.mark.parametrize(
    "odd", ["UPDATE sagas SET started_at = 'odd'", "UPDATE sagas SET body = '7'", "UPDATE payments SET body = '7'"]
)
def test_what_the_service_cannot_read_is_shown_as_such(
    visitor: Visitor, session: Session, student: str, odd: str
) -> None:
    saga_id = session.world.student(student).enroll("algebra")
    session.world.student(student).client_secret(saga_id)
    session.world.settle()
    store(session, odd, saga_id)
    assert "a person: it cannot be read" in visitor.read_page(f"/?student={student}")
    assert "The service cannot read what it has stored" in visitor.read_json(f"/sagas/{saga_id}")["why"][0]
    assert visitor.get(f"/sagas/{saga_id}").status_code == 200
    assert visitor.read_json(f"/pay/{saga_id}")["stands"]["heading"] == "A person is looking into it"
    store(session, "DELETE FROM payments", saga_id)
    store(session, "DELETE FROM sagas", saga_id)


def test_a_saga_shows_where_its_time_went_and_which_faults_struck(
    visitor: Visitor, session: Session, student: str
) -> None:
    saga_id = enrolled(session, student)
    session.world.plant_fault("stripe", "lost_delivery", event="payment_intent.succeeded")
    session.world.student(student).pay(saga_id)
    session.world.settle()
    session.world.pass_time(timedelta(minutes=6))
    content, page = visitor.read_json(f"/sagas/{saga_id}"), visitor.read_page(f"/sagas/{saga_id}")
    lanes = {each["name"]: each for each in content["timeline"]}
    assert [*lanes][:2] == ["VERIFYING_COURSE", "AWAITING_PAYMENT"]
    assert re.fullmatch(r"(4|5) min.*", lanes["AWAITING_PAYMENT"]["took"])
    assert not re.search(r"min|h", lanes["AWAITING_PAYMENT"]["wall"])
    assert "min" in lanes["AWAITING_PAYMENT"]["waited"]
    (strike,) = content["strikes"]
    assert (strike["fault"], strike["name"], strike["said"]) == (1, "webhook lost", "payment_intent.succeeded")
    assert f'<a href="/webhooks/{strike["event"]}">' in page
    assert '<a href="/faults#F1">F1 webhook lost</a>' in page
    links = re.findall(r'href="#([hx]\d+)"', page)
    assert len(links) > 8
    assert [each for each in links if f'id="{each}"' not in page] == []


def test_what_was_lost_is_still_told_when_much_has_been_sent_since(
    visitor: Visitor, session: Session, student: str, bought: str
) -> None:
    (other, *_) = [
        each["about"]
        for each in visitor.read_json(f"/webhooks?saga={bought}&sender=stripe")["items"]
        if "about" in each
    ]
    saga_id = enrolled(session, student)
    session.world.plant_fault("stripe", "lost_delivery", event="payment_intent.succeeded")
    session.world.student(student).pay(saga_id)
    session.world.settle()
    session.world.pass_time(timedelta(minutes=6))
    for _ in range(110):
        session.world.stripe.resend_event(other)
    content = visitor.read_json(f"/sagas/{saga_id}")
    assert content["why"][1].startswith("Nobody told it of the payment")
    assert [each["fault"] for each in content["strikes"]] == [1]
    assert len(visitor.read_json("/webhooks")["items"]) == 100
