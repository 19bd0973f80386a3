from __future__ import annotations

from datetime import timedelta
from itertools import chain
from typing import Any

import pytest
from sqlalchemy import Engine, event

from reference.application.lists import Page, Span
from reference.domain.payment import Payment
from tests.integration.storage.world import NewUnit
from tests.unit.reference.builders import NOON, payment

EVER = Span(NOON - timedelta(days=1), NOON + timedelta(days=1))


def opened(number: int, minutes: int) -> Payment:
    ids = {"payment_id": f"pay_{number}", "saga_id": f"saga_{number}"}
    return payment(**ids, opened_at=NOON + timedelta(minutes=minutes))


@pytest.fixture
def units(units: NewUnit) -> NewUnit:
    """Five payments, of which the second to the fourth began at the same moment."""
    with units() as unit:
        for number, minutes in enumerate([10, 20, 20, 20, 30]):
            unit.payments.save(opened(number, minutes))
        unit.commit()
    return units


def pages(units: NewUnit, span: Span, limit: int) -> list[list[str]]:
    found: list[list[str]] = []
    cursor: str | None = ""
    while cursor is not None:
        with units() as unit:
            part = unit.lists.payments_between(span, Page(cursor, limit))
        found.append([each.payment_id for each in part.items])
        cursor = part.next_cursor
    return found


def test_payments_are_read_newest_first_and_each_once_whatever_the_page(units: NewUnit) -> None:
    newest_first = ["pay_4", "pay_3", "pay_2", "pay_1", "pay_0"]
    for limit in (1, 2, 3, 10):
        assert list(chain(*pages(units, EVER, limit))) == newest_first
    assert pages(units, EVER, 2) == [["pay_4", "pay_3"], ["pay_2", "pay_1"], ["pay_0"]]


def test_a_span_of_time_includes_both_its_ends(units: NewUnit) -> None:
    span = Span(NOON + timedelta(minutes=20), NOON + timedelta(minutes=30))
    assert pages(units, span, 10) == [["pay_4", "pay_3", "pay_2", "pay_1"]]
    with units() as unit:
        assert (unit.lists.count_payments_between(span), unit.lists.count_payments_between(EVER)) == (4, 5)


def test_a_page_is_found_by_an_index(units: NewUnit, engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL reads a table of five rows whole, rightly")
    said: list[Any] = []

    def note(*call: Any) -> None:
        said.append(call[2:4])

    with units() as unit:
        event.listen(unit._transaction.connection, "before_cursor_execute", note)
        unit.lists.payments_between(EVER, Page(str(unit.lists.payments_between(EVER, Page("", 2)).next_cursor), 2))
        statement, values = said[-1]
        plan = str(unit._transaction.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all())
    assert "newest_payments" in plan
    assert "TEMP B-TREE" not in plan
