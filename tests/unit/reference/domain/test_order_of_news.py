"""Stripe promises no order and no uniqueness: whatever arrives how often and when, the same must be true in the end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.domain.messages import Message
from reference.domain.payment import Payment
from reference.domain.payment_messages import PaymentSucceeded, PaymentUnusable, RefundPayment
from reference.domain.payment_status import PaymentStatus, RefundState
from tests.unit.reference.builders import WINDOW_END, canceled, created, declined, paid, payment, processing, refund

STORIES: list[tuple[PaymentStatus, list[Message]]] = [
    (PaymentStatus.SUCCEEDED, [created(), declined("ch_1"), declined("ch_2"), paid()]),
    (PaymentStatus.SUCCEEDED, [created(), paid(WINDOW_END + timedelta(hours=1), confirmed=True)]),
    (PaymentStatus.SUCCEEDED, [created(), paid(), refund(RefundState.SUCCEEDED, amount=100)]),
    (PaymentStatus.CANCELED, [created(), declined(), canceled()]),
    (PaymentStatus.PROCESSING, [created(), declined("ch_1"), processing("py_1")]),
    (PaymentStatus.PENDING, [created(), processing("py_1"), declined("py_1")]),
    (PaymentStatus.PROCESSING, [created(), processing("py_1"), declined("py_1"), processing("py_2")]),
    (PaymentStatus.SUCCEEDED, [created(), processing("py_1"), declined("py_1"), processing("py_2"), paid()]),
    (PaymentStatus.SUCCEEDED, [created(), processing("py_1"), declined("py_1"), paid()]),
    (PaymentStatus.CANCELED, [created(), processing("py_1"), declined("py_1"), canceled()]),
    (PaymentStatus.REFUNDED, [created(), paid(), refund(RefundState.PENDING), refund(RefundState.SUCCEEDED)]),
]
OUR_REFUNDS: list[tuple[PaymentStatus, list[Message]]] = [
    (PaymentStatus.REFUNDED, [refund(RefundState.PENDING), refund(RefundState.SUCCEEDED)]),
    (PaymentStatus.REFUND_FAILED, [refund(state) for state in RefundState]),
    (PaymentStatus.REFUNDED, [refund(RefundState.SUCCEEDED), refund(RefundState.FAILED, "re_2", amount=100)]),
    (PaymentStatus.REFUNDED, [refund(RefundState.FAILED), refund(RefundState.SUCCEEDED, "re_2")]),
]


def shuffle(data: st.DataObject, news: list[Message]) -> list[Message]:
    """Return the news in some order, some of them again."""
    again = data.draw(st.lists(st.sampled_from(news), max_size=6))
    return data.draw(st.permutations([*news, *again]))


def hear(it: Payment, news: list[Message]) -> list[Message]:
    return [asked for each in news for asked in it.apply(each) if isinstance(asked, Message)]


@pytest.mark.parametrize(("ending", "news"), STORIES)
@settings(max_examples=50, deadline=None)
@given(data=st.data())
@pytest.mark.fault(4)
def test_news_of_a_payment_lead_to_one_end_in_any_order(
    data: st.DataObject, ending: PaymentStatus, news: list[Message]
) -> None:
    it = payment()
    asked = hear(it, shuffle(data, news))
    assert it.status == ending
    assert len([each for each in asked if isinstance(each, PaymentSucceeded | PaymentUnusable)]) <= 1


@pytest.mark.parametrize(("ending", "news"), OUR_REFUNDS)
@settings(max_examples=50, deadline=None)
@given(data=st.data())
@pytest.mark.fault(4)
def test_news_of_refunds_lead_to_one_end_in_any_order(
    data: st.DataObject, ending: PaymentStatus, news: list[Message]
) -> None:
    it = payment()
    hear(it, [created(), paid()])
    it.apply(RefundPayment(saga_id="saga_1", reason="nothing to give"))
    hear(it, shuffle(data, news))
    assert it.status == ending


@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_hearing_everything_again_asks_for_nothing(data: st.DataObject) -> None:
    _, news = data.draw(st.sampled_from(STORIES))
    it = payment()
    hear(it, shuffle(data, news))
    assert hear(it, shuffle(data, news)) == []
