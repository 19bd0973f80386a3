"""The student's side: the school, the page to pay on, and what it honestly says at each moment."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
import requests

from simulators.console.pay import ACCOUNTS, TOKENS
from simulators.console.session import Session
from simulators.stripe.payments import bank_accounts, cards
from tests.integration.console.conftest import JSON, Visitor

pytestmark = pytest.mark.served
NAMES = count()


@pytest.fixture
def student() -> str:
    return f"pupil{next(NAMES)}"


def stands(visitor: Visitor, saga_id: str) -> str:
    return str(visitor.read_json(f"/pay/{saga_id}")["stands"]["heading"])


def asked(visitor: Visitor, session: Session, student: str, course: str = "geometry") -> str:
    saga_id = str(visitor.act("/school/enroll", **{"as": student, "courseId": course})["sagaId"])
    session.world.student(student).client_secret(saga_id)
    return saga_id


def test_every_card_and_account_on_the_page_is_one_of_stripes() -> None:
    assert {*cards.BY_TOKEN, *bank_accounts.BY_TOKEN} >= TOKENS
    numbers = {account.token: account.number for account in bank_accounts.BY_TOKEN.values()}
    shown = {token: number for _, accounts in ACCOUNTS.values() for token, number, _ in accounts}
    assert {token: number.replace(" ", "") for token, number in shown.items()}.items() <= numbers.items()


@pytest.mark.parametrize(
    ("account", "heading", "later"),
    [
        ("pm_success_at", "It is yours", timedelta(days=6)),
        ("pm_insufficientFunds_at", "Too late", timedelta(days=6)),
    ],
)
def test_a_bank_account_pays_after_days_and_the_page_says_so(
    visitor: Visitor, session: Session, student: str, account: str, heading: str, later: timedelta
) -> None:
    saga_id = asked(visitor, session, student)
    assert account in visitor.read_page(f"/pay/{saga_id}")
    assert visitor.act(f"/pay/{saga_id}/card", card=account)["status"] == "processing"
    assert stands(visitor, saga_id) == "Your bank is asked"
    assert 'name="card"' not in visitor.read_page(f"/pay/{saga_id}")
    session.world.pass_time(later)
    assert stands(visitor, saga_id) == heading


def test_a_course_is_bought_with_the_second_card(visitor: Visitor, session: Session, student: str) -> None:
    saga_id = asked(visitor, session, student)
    assert stands(visitor, saga_id) == "Ready to pay"
    declined = visitor.act(f"/pay/{saga_id}/card", card="pm_card_visa_chargeDeclinedInsufficientFunds")
    assert (declined["status"], declined["said"]) == ("declined", "Declined: Your card has insufficient funds.")
    assert "insufficient funds" in visitor.read_json(f"/pay/{saga_id}")["stands"]["sentence"]
    assert visitor.act(f"/pay/{saga_id}/card", card="pm_card_visa")["status"] == "succeeded"
    session.world.settle()
    assert stands(visitor, saga_id) == "It is yours"
    kinds = [each["kind"] for each in visitor.read_json(f"/inbox?person={student}")["items"]]
    assert kinds == ["CONFIRMED", "DECLINED"]
    assert [each["contextId"] for each in visitor.read_json(f"/school?as={student}")["bought"]] == ["geometry"]


@pytest.mark.parametrize(("answer", "heading"), [("complete", "It is yours"), ("fail", "Ready to pay")])
def test_the_bank_asks_on_its_own_page(
    visitor: Visitor, session: Session, student: str, answer: str, heading: str
) -> None:
    saga_id = asked(visitor, session, student)
    assert visitor.act(f"/pay/{saga_id}/card", card="pm_card_authenticationRequired")["status"] == "requires_action"
    content = visitor.read_json(f"/pay/{saga_id}")
    assert content["stands"]["heading"] == "Your bank wants to ask you something"
    assert f'href="{content["intent"]["bank"]}"' in visitor.read_page(f"/pay/{saga_id}")
    back = requests.post(content["intent"]["bank"], data={"outcome": answer}, allow_redirects=False, timeout=10)
    assert back.headers["Location"].startswith(f"http://127.0.0.1:8080/pay/{saga_id}?")
    session.world.settle()
    assert stands(visitor, saga_id) == heading


def test_while_the_news_is_missing_nothing_is_promised(visitor: Visitor, session: Session, student: str) -> None:
    saga_id = asked(visitor, session, student)
    visitor.act("/faults/stripe/lost_delivery", times="9")
    visitor.act(f"/pay/{saga_id}/card")
    content = visitor.read_json(f"/pay/{saga_id}")
    assert content["stands"]["heading"] == "Payment received"
    assert "nothing is confirmed" in content["stands"]["sentence"]
    assert 'name="card"' not in visitor.read_page(f"/pay/{saga_id}")


def test_what_cannot_be_delivered_is_given_back(visitor: Visitor, session: Session, student: str) -> None:
    saga_id = asked(visitor, session, student, "history")
    visitor.act("/school/courses/history/unpublish")
    assert "unpublished" in visitor.read_page("/school")
    visitor.act(f"/pay/{saga_id}/card")
    session.world.settle()
    visitor.act("/school/courses/history/publish")
    assert stands(visitor, saga_id) == "You have your money back"


def test_a_session_is_booked_in_the_calendar(visitor: Visitor, session: Session, student: str) -> None:
    def free() -> list[Any]:
        days = visitor.read_json(f"/school?as={student}&tutor=grace&minutes=60")["days"]
        return [slot["scheduledAt"] for day in days for slot in day["slots"] if slot["status"] == "FREE"]

    slot = free()[-1]
    booking = {"as": student, "tutorId": "grace", "scheduledAt": slot, "minutes": "60"}
    saga_id = visitor.act("/school/book", **booking)["sagaId"]
    session.world.student(student).client_secret(saga_id)
    assert slot not in free()
    visitor.act(f"/pay/{saga_id}/card")
    session.world.settle()
    assert stands(visitor, saga_id) == "It is yours"
    other = free()[-1]
    visitor.act("/school/tutors/grace/taken", scheduledAt=other)
    assert other not in free()


def test_a_price_is_changed(visitor: Visitor) -> None:
    def price() -> int:
        courses = visitor.read_json("/school")["courses"]
        return next(int(each["price"]["amount"]) for each in courses if each["courseId"] == "knitting")

    before = price()
    visitor.act("/school/courses/knitting/price", amount="1234")
    assert price() == 1234
    visitor.act("/school/courses/knitting/price", amount=str(before))
    assert visitor.post("/school/courses/knitting/price", data={"amount": "much"}, headers=JSON).status_code == 400
    assert visitor.post("/school/courses/knitting/burn", headers=JSON).status_code == 404


@pytest.mark.parametrize(
    ("path", "sent", "status"),
    [
        ("/school/enroll", {"as": "", "courseId": "algebra"}, 400),
        ("/school/enroll", {"courseId": "nothing"}, 404),
        ("/school/book", {"tutorId": "grace", "scheduledAt": "soon"}, 409),
        ("/school/book", {"tutorId": "grace", "scheduledAt": "2030-01-01T10:00:00Z", "minutes": "x"}, 400),
    ],
)
def test_a_wrong_wish_is_refused(visitor: Visitor, path: str, sent: dict[str, str], status: int) -> None:
    answer = visitor.post(path, data=sent, headers=JSON)
    assert (answer.status_code, answer.get_json()["status"]) == (status, status)


def test_a_card_that_is_not_on_the_page_is_refused(visitor: Visitor, session: Session, student: str) -> None:
    saga_id = asked(visitor, session, student)
    assert visitor.post(f"/pay/{saga_id}/card", data={"card": "4242"}, headers=JSON).status_code == 400
