from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import stripe

from tests.integration.stripe_sdk.intents import a_paid_intent, recorded

if TYPE_CHECKING:
    from tests.stripe_world import World

DECIDED = timedelta(seconds=5)


def a_dispute(world: World, card: str = "pm_card_createDispute") -> stripe.Dispute:
    client = world.client()
    intent = a_paid_intent(client, card)
    world.settle()
    return client.v1.disputes.list({"payment_intent": intent.id}).data[0]


def answered(world: World, dispute: stripe.Dispute, text: str, **more: Any) -> stripe.Dispute:
    evidence: Any = {"evidence": {"uncategorized_text": text}, **more}
    return world.client().v1.disputes.update(dispute.id, evidence)


def moved(client: stripe.StripeClient, dispute: stripe.Dispute) -> list[tuple[int, int]]:
    transactions = client.v1.balance_transactions.list({"source": dispute.id}).data
    return [(each.amount, each.fee) for each in reversed(transactions)]


@pytest.mark.parametrize(
    ("card", "reason", "status", "refundable", "withdrawn"),
    [
        ("pm_card_createDispute", "fraudulent", "needs_response", False, [(-4900, 1500)]),
        ("pm_card_createDisputeProductNotReceived", "product_not_received", "needs_response", False, [(-4900, 1500)]),
        ("pm_card_createDisputeInquiry", "fraudulent", "warning_needs_response", True, []),
    ],
)
def test_a_test_card_is_disputed_as_soon_as_it_has_paid(
    world: World, client: stripe.StripeClient, card: str, reason: str, status: str, refundable: Any, withdrawn: Any
) -> None:
    dispute = a_dispute(world, card)
    assert (dispute.reason, dispute.status, dispute.amount, dispute.currency) == (reason, status, 4900, "eur")
    assert dispute.is_charge_refundable is refundable
    assert moved(client, dispute) == withdrawn
    assert [(each.amount, each.fee) for each in dispute.balance_transactions] == withdrawn
    assert client.v1.charges.retrieve(str(dispute.charge)).disputed
    assert recorded(client) == [
        "payment_intent.created", "charge.succeeded", "charge.dispute.created",
        *(["charge.dispute.funds_withdrawn"] if withdrawn else []), "payment_intent.succeeded",
    ]  # fmt: skip


def test_one_payment_can_be_disputed_twice_but_never_for_more_than_it_was(
    world: World, client: stripe.StripeClient
) -> None:
    charge = a_dispute(world, "pm_card_createMultipleDisputes").charge
    assert [each.amount for each in client.v1.disputes.list({"charge": str(charge)}).data] == [2450, 2450]


def test_a_disputed_charge_is_not_refunded_as_well(world: World, client: stripe.StripeClient) -> None:
    dispute = a_dispute(world)
    with pytest.raises(stripe.InvalidRequestError, match="charged back") as refusal:
        client.v1.refunds.create({"charge": str(dispute.charge)})
    assert refusal.value.code == "charge_disputed"


def test_an_inquiry_is_answered_by_a_refund(world: World, client: stripe.StripeClient) -> None:
    dispute = a_dispute(world, "pm_card_createDisputeInquiry")
    assert client.v1.refunds.create({"charge": str(dispute.charge)}).status == "succeeded"


def test_what_is_only_held_is_disputed_when_it_is_captured(client: stripe.StripeClient) -> None:
    held = a_paid_intent(client, "pm_card_createDispute", capture_method="manual")
    assert client.v1.disputes.list({"payment_intent": held.id}).data == []
    client.v1.payment_intents.capture(held.id, {"amount_to_capture": 1500})
    assert [each.amount for each in client.v1.disputes.list({"payment_intent": held.id}).data] == [1500]
    captured = [
        "charge.captured",
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "payment_intent.succeeded",
    ]
    assert recorded(client)[-4:] == captured


def test_a_dispute_can_be_answered_to_the_end_of_a_day(world: World, client: stripe.StripeClient) -> None:
    due = datetime.fromtimestamp(a_dispute(world).evidence_details.due_by or 0, UTC)
    assert (due - world.clock.now()).days == 8
    assert (due.hour, due.minute, due.second) == (23, 59, 59)


def test_the_balance_tells_of_a_dispute_by_its_charge(world: World, client: stripe.StripeClient) -> None:
    dispute = answered(world, a_dispute(world), "winning_evidence")
    world.settle(DECIDED)
    shown = [each.description for each in client.v1.balance_transactions.list({"source": dispute.id}).data]
    assert shown == [f"Chargeback reversal for {dispute.charge}", f"Chargeback withdrawal for {dispute.charge}"]


def test_winning_evidence_brings_the_money_back_and_not_the_fee(world: World, client: stripe.StripeClient) -> None:
    dispute = answered(world, a_dispute(world), "winning_evidence")
    assert (dispute.status, dispute.evidence_details.submission_count) == ("under_review", 1)
    world.settle(DECIDED)
    assert client.v1.disputes.retrieve(dispute.id).status == "won"
    assert moved(client, dispute) == [(-4900, 1500), (4900, 0)]
    shown = [name for name in world.receiver.names() if name.startswith("charge.dispute")]
    assert shown[-3:] == ["charge.dispute.updated", "charge.dispute.funds_reinstated", "charge.dispute.closed"]


def test_losing_evidence_leaves_the_money_gone(world: World, client: stripe.StripeClient) -> None:
    dispute = answered(world, a_dispute(world), "losing_evidence")
    world.settle(DECIDED)
    assert client.v1.disputes.retrieve(dispute.id).status == "lost"
    assert moved(client, dispute) == [(-4900, 1500)]
    assert world.receiver.names()[-1] == "charge.dispute.closed"
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.refunds.create({"charge": str(dispute.charge)})


def test_any_other_evidence_keeps_the_bank_thinking(world: World, client: stripe.StripeClient) -> None:
    dispute = answered(world, a_dispute(world), "The student has attended every lesson.")
    world.settle(timedelta(days=30))
    assert client.v1.disputes.retrieve(dispute.id).status == "under_review"


def test_evidence_is_staged_until_it_is_submitted(world: World, client: stripe.StripeClient) -> None:
    staged = answered(world, a_dispute(world), "winning_evidence", submit=False)
    assert (staged.status, staged.evidence_details.has_evidence) == ("needs_response", True)
    assert staged.evidence_details.submission_count == 0
    more = client.v1.disputes.update(staged.id, {"evidence": {"customer_name": "Ada"}, "submit": True})
    assert (more.evidence.customer_name, more.evidence.uncategorized_text) == ("Ada", "winning_evidence")
    world.settle(DECIDED)
    assert client.v1.disputes.retrieve(staged.id).status == "won"


def test_an_update_tells_what_was_before(world: World, client: stripe.StripeClient) -> None:
    answered(world, a_dispute(world), "Proof.")
    [event] = client.v1.events.list({"type": "charge.dispute.updated"}).data
    before = event.to_dict()["data"]["previous_attributes"]
    assert (before["status"], before["evidence"]) == ("needs_response", {"uncategorized_text": None})


def test_evidence_is_submitted_once(world: World, client: stripe.StripeClient) -> None:
    dispute = answered(world, a_dispute(world), "Proof.")
    with pytest.raises(stripe.InvalidRequestError, match="already under review"):
        answered(world, dispute, "More proof.")
    assert client.v1.disputes.update(dispute.id, {"metadata": {"case": "7"}}).metadata.to_dict() == {"case": "7"}


@pytest.mark.parametrize(
    ("card", "status"), [("pm_card_createDispute", "lost"), ("pm_card_createDisputeInquiry", "warning_closed")]
)
def test_a_merchant_can_give_in_once(world: World, client: stripe.StripeClient, card: str, status: str) -> None:
    dispute = a_dispute(world, card)
    assert client.v1.disputes.close(dispute.id).status == status
    with pytest.raises(stripe.InvalidRequestError, match="already closed"):
        client.v1.disputes.close(dispute.id)


def test_silence_loses_the_case(world: World, client: stripe.StripeClient) -> None:
    dispute = a_dispute(world)
    world.settle(timedelta(days=9))
    lost = client.v1.disputes.retrieve(dispute.id)
    assert (lost.status, lost.evidence_details.past_due) == ("lost", True)


def test_an_inquiry_can_turn_into_a_chargeback(world: World, client: stripe.StripeClient) -> None:
    dispute = answered(world, a_dispute(world, "pm_card_createDisputeInquiry"), "escalate_inquiry_evidence")
    assert dispute.status == "warning_under_review"
    world.settle(DECIDED)
    assert client.v1.disputes.retrieve(dispute.id).status == "needs_response"
    assert moved(client, dispute) == [(-4900, 1500)]


def test_a_dispute_shows_its_charge_and_intent_when_asked(world: World, client: stripe.StripeClient) -> None:
    dispute = client.v1.disputes.retrieve(a_dispute(world).id, {"expand": ["charge", "payment_intent"]})
    assert isinstance(dispute.charge, stripe.Charge)
    assert isinstance(dispute.payment_intent, stripe.PaymentIntent)


def test_no_such_dispute(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="No such dispute: 'du_x'"):
        client.v1.disputes.close("du_x")
