"""The lists of sagas and notices: searched in the services themselves, and paged both ways."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from itertools import count
from typing import Any

import pytest

from simulators.console import inbox, search
from simulators.console.session import Session
from tests.integration.console.conftest import JSON, Visitor

pytestmark = pytest.mark.served
NAMES = count()


@pytest.fixture
def student(session: Session) -> str:
    """A student with five purchases, each of whose payments was declined once."""
    name = f"lister{next(NAMES)}"
    for course in ("algebra", "biology", "chess", "french", "java"):
        saga_id = session.world.student(name).enroll(course)
        session.world.student(name).client_secret(saga_id)
        session.world.student(name).try_card(saga_id, "pm_card_visa_chargeDeclined")
    session.world.eventually(lambda: len(session.world.communication.notices(person_id=name)) == 5 or None)
    return name


@pytest.fixture
def two_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "SHOWN", 2)
    monkeypatch.setattr(inbox, "SHOWN", 2)


def link(page: str, rel: str) -> str | None:
    found = re.search(rf'rel="{rel}" href="([^"]+)"', page)
    return unescape(found[1]) if found else None


def walk(visitor: Visitor, path: str | None, rel: str) -> Iterator[tuple[str, list[Any]]]:
    """Yield the addresses of pages, and what is on them, by one of their links."""
    while path:
        yield path, visitor.read_json(path)["items"]
        path = link(visitor.read_page(path), rel)


@pytest.mark.usefixtures("two_a_page")
@pytest.mark.parametrize("query", ["/?q={}", "/?student={}", "/inbox?person={}", "/inbox?q={}"])
def test_pages_lead_on_and_back_the_same_way(visitor: Visitor, student: str, query: str) -> None:
    forth = list(walk(visitor, query.format(student), "next"))
    assert [len(items) for _, items in forth] == [2, 2, 1]
    assert len({str(each) for _, items in forth for each in items}) == 5
    back = list(walk(visitor, forth[-1][0], "prev"))
    assert [items for _, items in back] == [items for _, items in reversed(forth)]


def test_the_service_itself_is_searched_however_many_came_later(
    visitor: Visitor, student: str, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        session.world.student("later").enroll("algebra")
    monkeypatch.setattr(search, "SEARCHED", 1)
    assert len(visitor.read_json(f"/?q={student}")["items"]) == 5
    assert visitor.read_json(f"/?q={student[:-1]}")["items"] == []
    assert student in {each["studentId"] for each in visitor.read_json("/?q=chess")["items"]}
    saga_id = visitor.read_json(f"/?q={student}")["items"][-1]["sagaId"]
    assert [each["sagaId"] for each in visitor.read_json(f"/?q={saga_id}")["items"]] == [saga_id]
    assert visitor.read_json(f"/?q={saga_id}&student=somebody-else")["items"] == []
    waiting = visitor.read_json("/?q=awaiting payment")["items"]
    assert {each["state"] for each in waiting} == {"AWAITING_PAYMENT"}
    assert saga_id in {each["sagaId"] for each in waiting}


def test_the_inbox_has_the_texts_and_finds_their_words(visitor: Visitor, student: str) -> None:
    page = visitor.read_page(f"/inbox?person={student}")
    assert "Chess, patiently: the bank declined the payment. Nothing was charged" in page
    found = visitor.read_json(f"/inbox?person={student}&q=Patiently")
    assert [each["title"] for each in found["items"]] == ["Chess, patiently"]
    assert (found["total"], found["pages"]) == (1, 1)
    assert "No notice matches" in visitor.read_page("/inbox?q=nobody-wrote-this")
    assert visitor.get("/?cursor=none-of-yours", headers=JSON).status_code == 409
