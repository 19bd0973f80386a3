"""The invariants of money: taken once, as agreed, and kept or given back, to the cent."""

from __future__ import annotations

from collections import Counter

from simulators.judge.evidence import Evidence, saga_of
from simulators.judge.invariant import Finding, Findings, invariant
from simulators.kit.json_types import Json

LIVE = ("pending", "requires_action", "succeeded")
METADATA = {"paymentId", "sagaId", "paymentContext", "contextId"}


@invariant(1, "every payment ends once")
def every_payment_ends_once(evidence: Evidence) -> Findings:
    """Money taken became one delivery and stayed, or none and all went back, or waits for a person."""
    for intent in evidence.intents:
        saga_id = saga_of(intent)
        if intent["status"] != "succeeded" or evidence.is_under_way(saga_id):
            continue
        deliveries, back = len(evidence.deliveries_of(saga_id)), evidence.amount_back(intent, "succeeded")
        delivered = deliveries == 1 and evidence.amount_back(intent, *LIVE) == 0
        refunded = deliveries == 0 and back == intent["amount_received"]
        if not (delivered or refunded or evidence.outcome(saga_id) == "PARKED"):
            yield Finding(saga_id, f"{intent['amount_received']} taken, {back} given back, {deliveries} deliveries")


@invariant(2, "never more back than taken")
def never_more_back_than_taken(evidence: Evidence) -> Findings:
    """No charge is refunded beyond what it took, and a saga that says refunded has all of it back at Stripe."""
    for intent in evidence.intents:
        saga_id, taken = saga_of(intent), intent["amount_received"]
        if (back := evidence.amount_back(intent, *LIVE)) > taken:
            yield Finding(saga_id, f"{back} given back of {taken}")
        if evidence.outcome(saga_id) == "REFUNDED" and evidence.amount_back(intent, "succeeded") < taken:
            yield Finding(saga_id, f"says refunded, but Stripe gave back only {back} of {taken}")


@invariant(4, "one intent, one refund")
def one_intent_one_refund(evidence: Evidence) -> Findings:
    """Whatever is retried, Stripe has one PaymentIntent for a payment and at most one refund of it that counts."""
    for payment_id, count in Counter(each["metadata"].get("paymentId") for each in evidence.intents).items():
        if count > 1:
            yield Finding(_saga_of_payment(evidence, payment_id), f"payment {payment_id} has {count} intents")
    for intent in evidence.intents:
        live = [each for each in evidence.refunds_of(intent) if each["status"] in LIVE]
        if len(live) > 1:
            yield Finding(saga_of(intent), f"{intent['id']} has {len(live)} refunds")


@invariant(10, "the agreed price")
def the_agreed_price(evidence: Evidence) -> Findings:
    """Stripe was asked for the price the saga froze, and a seat was given only for exactly that much."""
    for intent in evidence.intents:
        saga = evidence.sagas.get(saga_of(intent))
        price = ((saga or {}).get("payment") or {}).get("price")
        if price and (intent["amount"], intent["currency"].upper()) != (price["amount"], price["currency"].upper()):
            yield Finding(saga_of(intent), f"{intent['amount']} {intent['currency']} asked for, {price} agreed")
        if evidence.deliveries_of(saga_of(intent)) and intent["amount_received"] != intent["amount"]:
            yield Finding(saga_of(intent), f"a seat for {intent['amount_received']} of {intent['amount']}")


@invariant(15, "the books balance")
def the_books_balance(evidence: Evidence) -> Findings:
    """Charges, refunds and intents tell the same sums, and none refers to what is not there."""
    charges = {each["id"]: each for each in evidence.charges}
    owners = {each["id"]: saga_of(each) for each in evidence.intents}
    for refund in evidence.refunds:
        if refund["charge"] not in charges:
            yield Finding(owners.get(refund["payment_intent"], ""), f"{refund['id']} is of no charge")
    for intent in evidence.intents:
        of_it = [each for each in evidence.charges if each["payment_intent"] == intent["id"]]
        taken, back = (sum(each[key] for each in of_it) for key in ("amount_captured", "amount_refunded"))
        if (taken, back) != (intent["amount_received"], evidence.amount_back(intent, *LIVE)):
            yield Finding(saga_of(intent), f"{intent['id']}: charges say {taken} taken and {back} given back")


@invariant(17, "Stripe knows what for")
def stripe_knows_what_for(evidence: Evidence) -> Findings:
    """An intent's metadata are the four keys, and they say of its saga what the saga says of itself."""
    for intent in evidence.intents:
        metadata, saga = intent["metadata"], evidence.sagas.get(saga_of(intent))
        if set(metadata) != METADATA or saga is None:
            yield Finding(saga_of(intent), f"{intent['id']} has the metadata {metadata}")
        elif metadata != _owned_by(saga):
            yield Finding(saga_of(intent), f"{intent['id']} says {metadata}, its saga {_owned_by(saga)}")


def _saga_of_payment(evidence: Evidence, payment_id: str) -> str:
    return next(saga_of(each) for each in evidence.intents if each["metadata"].get("paymentId") == payment_id)


def _owned_by(saga: Json) -> Json:
    return {
        "paymentId": (saga["payment"] or {}).get("paymentId"),
        "sagaId": saga["sagaId"],
        "paymentContext": saga["context"],
        "contextId": saga["contextId"],
    }
