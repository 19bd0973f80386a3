"""Many hear, say and decide at the same time: what comes of it is what would have come one after the other."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import Engine, func, select

from reference.application.service import Receipt
from reference.domain.payment_status import PaymentStatus
from reference.storage.tables import dead_letters, inbox, outbox, sagas
from tests.integration.storage.world import INITIATED, RIVAL, VERIFIED, NewUnit, at_once, awaiting_payment, service
from tests.unit.reference.builders import WINDOW_END, created, declined, paid


def names_in_outbox(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return sorted(connection.scalars(select(outbox.c.name)))


@pytest.mark.fault(2, 18)
def test_the_same_message_at_once_takes_effect_once(engine: Engine, units: NewUnit) -> None:
    it = service(units)
    receipts = at_once([partial(it.receive, "learning", "e1", INITIATED)] * 6)
    assert sorted(receipts) == [Receipt.APPLIED] + [Receipt.DUPLICATE] * 5
    assert names_in_outbox(engine) == ["VerifyCourse"]


@pytest.mark.fault(3, 18)
def test_the_same_fact_in_many_messages_at_once_takes_effect_once(engine: Engine, units: NewUnit) -> None:
    it = awaiting_payment(units)
    receipts = at_once([partial(it.receive, "stripe", f"evt_{number}", paid()) for number in range(6)])
    assert receipts == [Receipt.APPLIED] * 6
    assert names_in_outbox(engine).count("CREATE_ENROLLMENT_RECORD") == 1
    with units() as unit:
        found = unit.sagas.get("saga_1")
        assert found
        assert [entry.message for entry in found.history].count("PaymentSucceeded") == 1


def test_different_news_at_once_are_all_taken(engine: Engine, units: NewUnit) -> None:
    it = awaiting_payment(units)
    news = [created(), paid(), *(declined(f"ch_{number}") for number in range(4))]
    receipts = at_once([partial(it.receive, "stripe", f"evt_{n}", each) for n, each in enumerate(news)])
    assert receipts == [Receipt.APPLIED] * 6
    with units() as unit:
        found = unit.payments.of_saga("saga_1")
        assert found
        assert (found.status, len(found.declined)) == (PaymentStatus.SUCCEEDED, 4)
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(dead_letters)) == 0


@pytest.mark.fault(16, 18)
def test_two_purchases_of_one_thing_at_once_are_one_purchase(engine: Engine, units: NewUnit) -> None:
    it = service(units)
    at_once([partial(it.receive, "learning", each.saga_id, each) for each in (INITIATED, RIVAL)])
    with engine.connect() as connection:
        states = sorted(connection.scalars(select(sagas.c.state)))
    assert states == ["rejected", "verifying_course"]


def test_an_answer_that_two_workers_bring_is_taken_once(units: NewUnit) -> None:
    it = service(units)
    it.receive("learning", "e1", INITIATED)
    with units() as unit:
        fresh = unit.outbox.claim(WINDOW_END, 1)
        unit.commit()
    receipts = at_once([partial(it.complete, fresh[0], [VERIFIED])] * 3)
    assert sorted(receipts) == [Receipt.APPLIED, Receipt.DUPLICATE, Receipt.DUPLICATE]


def test_every_message_is_accounted_for(engine: Engine, units: NewUnit) -> None:
    it = awaiting_payment(units)
    stray = paid(payment_id="pay_9", saga_id="saga_9", intent_id="pi_9")
    foreign = created(payment_id=None, saga_id="", intent_id="pi_of_others")
    heard = [it.receive("stripe", id_, news) for id_, news in (("1", paid()), ("1", paid()), ("2", stray))]
    heard.append(it.receive("stripe", "3", foreign))
    assert heard == [Receipt.APPLIED, Receipt.DUPLICATE, Receipt.DEAD, Receipt.IGNORED]
    assert it.receive("stripe", "2", stray) == Receipt.DUPLICATE
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(dead_letters)) == 1
        of_others = connection.scalars(select(inbox.c.ignored).where(inbox.c.message_id == "3")).one()
    assert of_others
