from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import stripe

from tests.integration.stripe_sdk.intents import a_paid_intent, an_intent

if TYPE_CHECKING:
    from tests.stripe_world import World

SETTLED = timedelta(seconds=2)


def held(client: stripe.StripeClient, currency: str = "eur") -> tuple[int, int]:
    """Available and pending."""
    balance = client.v1.balance.retrieve()
    [available] = [each.amount for each in balance.available if each.currency == currency]
    [pending] = [each.amount for each in balance.pending if each.currency == currency]
    return available, pending


def test_an_account_without_payments_holds_nothing(client: stripe.StripeClient) -> None:
    assert held(client, "usd") == (0, 0)


def test_a_charge_is_pending_for_days_less_the_fee(world: World, client: stripe.StripeClient) -> None:
    a_paid_intent(client)
    world.settle(SETTLED)
    assert held(client) == (0, 4900 - 172)
    world.clock.advance(timedelta(days=2))
    assert held(client) == (4900 - 172, 0)


def test_the_balance_of_an_async_charge_comes_later_by_an_event(world: World, client: stripe.StripeClient) -> None:
    charge_id = str(a_paid_intent(client).latest_charge)
    assert client.v1.charges.retrieve(charge_id).balance_transaction is None
    assert client.v1.balance_transactions.list().data == []
    world.settle(SETTLED)
    [updated] = client.v1.events.list({"type": "charge.updated"}).data
    [transaction] = client.v1.balance_transactions.list({"source": charge_id}).data
    assert updated.data.object["balance_transaction"] == transaction.id
    assert updated.to_dict()["data"]["previous_attributes"] == {"balance_transaction": None}


def test_an_automatic_charge_knows_its_balance_transaction_at_once(client: stripe.StripeClient) -> None:
    intent = a_paid_intent(client, capture_method="automatic", expand=["latest_charge.balance_transaction"])
    transaction = intent.latest_charge.balance_transaction  # type: ignore[union-attr]
    assert isinstance(transaction, stripe.BalanceTransaction)
    assert (transaction.amount, transaction.fee, transaction.net) == (4900, 172, 4728)
    assert (transaction.type, transaction.reporting_category, transaction.status) == ("charge", "charge", "pending")
    assert [(each.amount, each.type) for each in transaction.fee_details] == [(172, "stripe_fee")]


def test_a_card_that_bypasses_pending_pays_into_the_available_balance(client: stripe.StripeClient) -> None:
    a_paid_intent(client, "pm_card_bypassPending", capture_method="automatic")
    assert held(client) == (4728, 0)


def test_a_transaction_becomes_available_as_time_passes(world: World, client: stripe.StripeClient) -> None:
    a_paid_intent(client, capture_method="automatic")
    [transaction] = client.v1.balance_transactions.list().data
    world.clock.advance(timedelta(days=2))
    assert client.v1.balance_transactions.retrieve(transaction.id).status == "available"
    [charge] = client.v1.charges.list({"expand": ["data.balance_transaction"]}).data
    assert charge.balance_transaction.status == "available"  # type: ignore[union-attr]


def test_a_refund_leaves_the_balance_and_the_fee_is_not_given_back(client: stripe.StripeClient) -> None:
    intent = a_paid_intent(client, capture_method="automatic")
    refund = client.v1.refunds.create({"payment_intent": intent.id, "expand": ["balance_transaction.source"]})
    transaction = refund.balance_transaction
    assert isinstance(transaction, stripe.BalanceTransaction)
    assert (transaction.amount, transaction.fee, transaction.type) == (-4900, 0, "refund")
    assert transaction.source.id == refund.id  # type: ignore[union-attr]
    assert sum(held(client)) == -172


def test_a_failed_refund_comes_back(world: World, client: stripe.StripeClient) -> None:
    intent = a_paid_intent(client, "pm_card_refundFail", capture_method="automatic")
    refund = client.v1.refunds.create({"payment_intent": intent.id})
    world.settle(timedelta(seconds=5))
    failed = client.v1.refunds.retrieve(refund.id, {"expand": ["failure_balance_transaction"]})
    back = failed.failure_balance_transaction
    assert isinstance(back, stripe.BalanceTransaction)
    assert (back.amount, back.type, back.source) == (4900, "refund_failure", refund.id)
    assert sum(held(client)) == 4728


def test_each_currency_has_its_own_balance(client: stripe.StripeClient) -> None:
    a_paid_intent(client, "pm_card_bypassPending", capture_method="automatic")
    a_paid_intent(client, "pm_card_bypassPending", capture_method="automatic", currency="jpy", amount=1000)
    assert (held(client), held(client, "jpy")) == ((4728, 0), (941, 0))


def test_transactions_are_listed_by_type_and_currency(client: stripe.StripeClient) -> None:
    intent = a_paid_intent(client, capture_method="automatic")
    client.v1.refunds.create({"payment_intent": intent.id, "amount": 100})
    listed = client.v1.balance_transactions.list
    assert [each.type for each in listed().data] == ["refund", "charge"]
    assert [each.amount for each in listed({"type": "refund"}).data] == [-100]
    assert listed({"currency": "usd"}).data == []


def test_a_decline_and_an_open_intent_move_no_money(world: World, client: stripe.StripeClient) -> None:
    an_intent(client)
    with pytest.raises(stripe.CardError):
        a_paid_intent(client, "pm_card_chargeDeclined")
    world.settle(SETTLED)
    assert client.v1.balance_transactions.list().data == []


def test_no_such_transaction(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="No such balance transaction: 'txn_x'"):
        client.v1.balance_transactions.retrieve("txn_x")
