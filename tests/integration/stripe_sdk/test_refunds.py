from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import stripe

from tests.integration.stripe_sdk.intents import a_paid_intent, an_intent

if TYPE_CHECKING:
    from tests.stripe_world import World


def refund(client: stripe.StripeClient, intent: stripe.PaymentIntent, **more: Any) -> stripe.Refund:
    wanted: Any = {"payment_intent": intent.id}
    return client.v1.refunds.create(wanted | more)


def charge_of(client: stripe.StripeClient, intent: stripe.PaymentIntent) -> stripe.Charge:
    return client.v1.charges.retrieve(str(intent.latest_charge))


def test_all_of_a_payment_is_given_back(client: stripe.StripeClient) -> None:
    intent = a_paid_intent(client)
    given = refund(client, intent, metadata={"sagaId": "s1"}, reason="requested_by_customer")
    assert (given.status, given.amount, given.currency, given.charge) == (
        "succeeded",
        4900,
        "eur",
        intent.latest_charge,
    )
    charge = charge_of(client, intent)
    assert (charge.refunded, charge.amount_refunded) == (True, 4900)
    assert client.v1.payment_intents.retrieve(intent.id).status == "succeeded"
    assert client.v1.refunds.retrieve(given.id) == given
    assert [each.id for each in client.v1.refunds.list({"payment_intent": intent.id}).data] == [given.id]


def test_parts_are_given_back_but_never_more_than_was_taken(client: stripe.StripeClient) -> None:
    intent = a_paid_intent(client)
    refund(client, intent, amount=4000)
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded") as refusal:
        refund(client, intent, amount=901)
    assert (refusal.value.code, refusal.value.param) == (None, "amount")
    assert not charge_of(client, intent).refunded
    refund(client, intent, amount=900)
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        refund(client, intent)
    assert refusal.value.code == "charge_already_refunded"
    assert charge_of(client, intent).amount_refunded == 4900


def test_what_was_not_paid_is_not_given_back(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
        refund(client, an_intent(client))


@pytest.mark.parametrize("wanted", [{}, {"payment_intent": "pi_x", "charge": "ch_x"}])
def test_a_refund_is_of_an_intent_or_of_a_charge(client: stripe.StripeClient, wanted: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="payment_intent or charge"):
        client.v1.refunds.create(wanted)


def test_a_refund_can_be_asked_for_by_its_charge(client: stripe.StripeClient) -> None:
    intent = a_paid_intent(client)
    assert client.v1.refunds.create({"charge": str(intent.latest_charge)}).payment_intent == intent.id


def test_a_pending_refund_succeeds_later(world: World, client: stripe.StripeClient) -> None:
    given = refund(client, a_paid_intent(client, "pm_card_pendingRefund"))
    assert given.status == "pending"
    world.settle(timedelta(seconds=5))
    assert client.v1.refunds.retrieve(given.id).status == "succeeded"
    assert world.receiver.names()[-2:] == ["refund.updated", "charge.refund.updated"]


def test_a_refund_that_looked_good_fails_later_and_the_money_is_back(world: World, client: stripe.StripeClient) -> None:
    intent = a_paid_intent(client, "pm_card_refundFail")
    given = refund(client, intent)
    assert given.status == "succeeded"
    world.settle(timedelta(seconds=5))
    failed = client.v1.refunds.retrieve(given.id)
    assert (failed.status, failed.failure_reason) == ("failed", "expired_or_canceled_card")
    charge = charge_of(client, intent)
    assert (charge.refunded, charge.amount_refunded) == (False, 0)
    assert "refund.failed" in world.receiver.names()


def test_a_pending_refund_can_be_canceled_and_the_money_is_back(world: World, client: stripe.StripeClient) -> None:
    intent = a_paid_intent(client, "pm_card_pendingRefund")
    canceled = client.v1.refunds.cancel(refund(client, intent).id)
    assert (canceled.status, charge_of(client, intent).amount_refunded) == ("canceled", 0)
    world.settle(timedelta(seconds=5))
    assert client.v1.refunds.retrieve(canceled.id).status == "canceled"
    assert world.receiver.names().count("refund.updated") == 2
    assert refund(client, intent).amount == 4900


def test_a_refund_that_was_made_cannot_be_canceled(client: stripe.StripeClient) -> None:
    made = refund(client, a_paid_intent(client))
    with pytest.raises(stripe.InvalidRequestError, match="unsupported"):
        client.v1.refunds.cancel(made.id)


def test_a_charge_shows_its_refunds_when_asked_and_they_are_read_on_page_by_page(client: stripe.StripeClient) -> None:
    intent = a_paid_intent(client)
    for _ in range(11):
        client.v1.refunds.create({"payment_intent": intent.id, "amount": 100})
    charge = client.v1.charges.retrieve(str(intent.latest_charge), {"expand": ["refunds"]})
    assert charge.refunds
    assert (len(charge.refunds.data), charge.refunds.has_more) == (10, True)
    every = [refund.id for refund in charge.refunds.auto_paging_iter()]
    assert len(every) == 11
    assert every == [refund.id for refund in client.v1.refunds.list({"charge": charge.id, "limit": 11}).data]
    assert not hasattr(client.v1.charges.retrieve(charge.id), "refunds")


def test_a_refund_is_found_by_its_own_charge_only(world: World, client: stripe.StripeClient) -> None:
    made, other = refund(client, a_paid_intent(client)), a_paid_intent(client)
    key = {"Authorization": "Bearer sk_test_of_the_tests"}
    for charge, status in ((made.charge, 200), (other.latest_charge, 404)):
        assert world.http.get(f"{world.url}/v1/charges/{charge}/refunds/{made.id}", headers=key).status_code == status


def test_metadata_of_a_refund_are_merged_and_an_empty_value_unsets(client: stripe.StripeClient) -> None:
    made = refund(client, a_paid_intent(client), metadata={"sagaId": "s1", "note": "x"})
    changed = client.v1.refunds.update(made.id, {"metadata": {"note": "", "who": "ada"}})
    assert changed.metadata
    assert changed.metadata.to_dict() == {"sagaId": "s1", "who": "ada"}
    [event] = client.v1.events.list({"type": "charge.refund.updated", "limit": 1}).data
    assert event.to_dict()["data"]["previous_attributes"] == {"metadata": {"note": "x", "who": None}}


@pytest.mark.parametrize("reason", ["duplicate", "fraudulent", "requested_by_customer"])
def test_a_refund_tells_its_reason(client: stripe.StripeClient, reason: str) -> None:
    assert refund(client, a_paid_intent(client), reason=reason).reason == reason


@pytest.mark.parametrize("wanted", [{"reason": "regret"}, {"amount": 0}, {"amount": -1}, {"amount": "all"}])
def test_a_refund_that_makes_no_sense_is_refused_by_name(client: stripe.StripeClient, wanted: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        refund(client, a_paid_intent(client), **wanted)
    assert refusal.value.param == next(iter(wanted))


def test_a_refund_shows_what_it_belongs_to_when_asked(client: stripe.StripeClient) -> None:
    fields = ["charge.balance_transaction", "payment_intent.latest_charge", "balance_transaction"]
    shown = refund(client, a_paid_intent(client, capture_method="automatic"), expand=fields)
    assert shown.charge.balance_transaction.type == "charge"  # type: ignore[union-attr]
    assert shown.payment_intent.latest_charge.amount_refunded == 4900  # type: ignore[union-attr]
    assert shown.balance_transaction.type == "refund"  # type: ignore[union-attr]


def test_a_list_of_refunds_is_read_page_by_page(client: stripe.StripeClient) -> None:
    intent = a_paid_intent(client)
    made = [refund(client, intent, amount=100).id for _ in range(5)]
    first = client.v1.refunds.list({"charge": str(intent.latest_charge), "limit": 2})
    assert ([each.id for each in first.data], first.has_more) == (made[:2:-1], True)
    assert [each.id for each in first.auto_paging_iter()] == made[::-1]
