"""The promises show what was played of them here, and never a sign of what nobody has seen."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from threading import Event, Thread

import pytest

from simulators.console import promise_book
from simulators.console.session import Session
from tests.integration.console.conftest import JSON, Visitor

pytestmark = pytest.mark.served
CHAPTER = "/promises/enroll_in_course.html"


def article(visitor: Visitor, name: str) -> str:
    return visitor.read_page(CHAPTER).partition(f'<article id="{name}">')[2].partition("</article>")[0]


def outcomes(visitor: Visitor, feature: str) -> set[str | None]:
    items = visitor.read_json("/promises/")["items"]
    return {each["outcome"] for item in items if item["feature"] == feature for each in item["examples"]}


def test_nothing_is_said_to_hold_before_it_was_played(visitor: Visitor) -> None:
    assert "Nothing was played yet" in visitor.read_page(CHAPTER)
    assert "✓" not in visitor.read_page(CHAPTER).partition("<main")[2]
    assert outcomes(visitor, "Enroll in a course") == {None}
    assert visitor.get("/promises/ENR-15.html").status_code == 404


def test_a_scenario_is_played_by_its_button_and_its_verdict_then_stands_there(
    visitor: Visitor, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "revision", "abc")
    assert 'action="/promises/ENR-15/play"' in article(visitor, "ENR-15")
    assert visitor.act("/promises/ENR-15/play")["said"] == "ENR-15: 1 of 1 held."
    assert visitor.act("/promises/ENR-17/play")["said"] == "ENR-17: 5 of 5 held."
    shown = article(visitor, "ENR-15")
    assert "✓ held</span> in one process" in shown
    assert "The naive service:</b> I1 every payment ends once" in shown
    assert "✓" not in article(visitor, "ENR-16")
    edition = r"reference\.app:create_app at revision abc, in one process: 6 runs on \d+ \w+ \d{4}, \d\d:\d\d"
    assert re.search(edition, visitor.read_page(CHAPTER))
    said = visitor.read_page("/promises/ENR-15.html")
    assert "asked by itself" in said
    assert '<nav aria-label="Pages">' in said
    assert 'style="' not in said, "the policy of the pages forbids it"


def test_what_the_demo_itself_writes_down_meanwhile_is_not_held_against_the_service(visitor: Visitor) -> None:
    is_over = Event()

    def write() -> None:
        while not is_over.wait(0.001):
            logging.getLogger("urllib3").debug(
                "GET /v1/payment_intents/pi_1?client_secret=pi_1_secret_abcdefghijklmnop"
            )

    other = Thread(target=write)
    other.start()
    try:
        assert visitor.act("/promises/ENR-15/play")["said"] == "ENR-15: 1 of 1 held."
    finally:
        is_over.set()
        other.join()


def test_all_of_a_feature_are_played_at_once(visitor: Visitor) -> None:
    said = visitor.act("/promises/book_session/play")["said"]
    assert re.fullmatch(r"book_session: (\d+) of \1 held\.", said)
    assert outcomes(visitor, "Book and pay for a session") == {"held"}


def test_what_does_not_hold_is_told_as_such(
    visitor: Visitor, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "service_name", "naive")
    assert visitor.act("/promises/ENR-15/play")["said"] == "ENR-15: 0 of 1 held."
    shown = article(visitor, "ENR-15")
    assert "✗ did not hold</span> in one process" in shown
    assert "ada paid 49.00 EUR for the course algebra" in shown


def test_a_verdict_on_another_text_is_forgotten(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor.act("/promises/ENR-15/play")
    assert "✓" in article(visitor, "ENR-15")
    changed = tuple(replace(each, text=f"{each.text}#") for each in promise_book._chapters())
    monkeypatch.setattr(promise_book, "_chapters", lambda: changed)
    assert "✓" not in article(visitor, "ENR-15")


def test_without_what_plays_scenarios_there_is_no_button_and_it_is_told_why(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promise_book, "NEEDED", ("no-such-package",))
    page = visitor.read_page(CHAPTER)
    assert "/play" not in page
    assert "payment-flow-harness[check]" in page
    answer = visitor.post("/promises/ENR-15/play", headers=JSON)
    assert answer.status_code == 409
    assert "payment-flow-harness[check]" in answer.get_json()["detail"]


def test_what_is_not_promised_cannot_be_played(visitor: Visitor) -> None:
    assert visitor.post("/promises/ENR-00/play", headers=JSON).status_code == 404
