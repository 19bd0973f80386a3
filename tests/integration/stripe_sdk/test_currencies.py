"""Sums that a currency cannot move are refused wherever a sum stands: in whole, in part, in a price."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import stripe

from tests.integration.stripe_sdk.intents import a_paid_intent, an_intent

WHOLE = {"ugx": 500_000, "isk": 500_000, "kwd": 50_000, "jpy": 5000, "eur": 5000}
ODD = [("ugx", 150), ("ugx", 1010), ("isk", 150), ("kwd", 1111), ("kwd", 1005)]


def price(currency: str, amount: int) -> Any:
    return {"currency": currency, "unit_amount": amount, "product_data": {"name": "Algebra"}}


def shop(currency: str, amount: int) -> Any:
    item = {"price_data": price(currency, amount), "quantity": 100}
    return {"mode": "payment", "success_url": "https://shop.example/", "line_items": [item]}


MOVED: dict[str, Callable[[stripe.StripeClient, str, int], Any]] = {
    "amount": lambda client, code, amount: an_intent(client, currency=code, amount=amount),
    "amount of an update": lambda client, code, amount: client.v1.payment_intents.update(
        an_intent(client, currency=code, amount=WHOLE[code]).id, {"amount": amount}
    ),
    "amount of a refund": lambda client, code, amount: client.v1.refunds.create(
        {"payment_intent": a_paid_intent(client, currency=code, amount=WHOLE[code]).id, "amount": amount}
    ),
    "amount_to_capture": lambda client, code, amount: client.v1.payment_intents.capture(
        a_paid_intent(client, currency=code, amount=WHOLE[code], capture_method="manual").id,
        {"amount_to_capture": amount},
    ),
    "unit_amount": lambda client, code, amount: client.v1.prices.create(price(code, amount)),
    "line_items[0][price_data][unit_amount]": lambda client, code, amount: client.v1.checkout.sessions.create(
        shop(code, amount)
    ),
}


@pytest.mark.parametrize("where", MOVED)
@pytest.mark.parametrize(("code", "amount"), ODD)
def test_a_sum_that_the_currency_cannot_move_is_refused(
    client: stripe.StripeClient, where: str, code: str, amount: int
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        MOVED[where](client, code, amount)
    assert (refusal.value.http_status, refusal.value.param) == (400, where.partition(" ")[0])


@pytest.mark.parametrize("where", MOVED)
@pytest.mark.parametrize(("code", "amount"), [("ugx", 1000), ("kwd", 1110), ("jpy", 1111), ("eur", 1111)])
def test_a_sum_that_the_currency_can_move_is_taken(
    client: stripe.StripeClient, where: str, code: str, amount: int
) -> None:
    assert MOVED[where](client, code, amount)


def test_another_currency_judges_the_amount_anew(client: stripe.StripeClient) -> None:
    intent = an_intent(client, amount=4950)
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.payment_intents.update(intent.id, {"currency": "ugx"})
    assert refusal.value.param == "amount"


def test_a_bank_disputes_only_a_part_that_the_currency_can_move(client: stripe.StripeClient) -> None:
    intent = a_paid_intent(client, "pm_card_createMultipleDisputes", currency="ugx", amount=500_100)
    amounts = [dispute.amount for dispute in client.v1.disputes.list({"payment_intent": intent.id}).data]
    assert amounts == [250_000, 250_000]


@pytest.mark.parametrize(("code", "most"), [("idr", 999_999_999_999), ("eur", 99_999_999), ("jpy", 99_999_999)])
def test_each_currency_has_its_most(client: stripe.StripeClient, code: str, most: int) -> None:
    assert a_paid_intent(client, currency=code, amount=most).amount_received == most
    assert client.v1.prices.create(price(code, most)).unit_amount == most
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        an_intent(client, currency=code, amount=most + 1)
    assert (refusal.value.code, refusal.value.param) == ("amount_too_large", "amount")
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.prices.create(price(code, most + 1))
