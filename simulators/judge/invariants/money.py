"""The invariants of money: taken once, as agreed, and kept or given back, to the cent."""

from __future__ import annotations

from collections import Counter

from simulators.clients.payments import saga_path
from simulators.clients.stripe import amount_at_stripe
from simulators.judge.evidence import Evidence, saga_of
from simulators.judge.invariant import Finding, Findings, invariant
from simulators.kit.json_types import Json
from simulators.world.topology import PAYMENT

LIVE = ("pending", "requires_action", "succeeded")
METADATA = {"paymentId", "sagaId", "paymentContext", "contextId"}
REFUSALS = ("EnrollmentRejected", "SessionRejected")
CLIENT_ERRORS = range(400, 500)
DELIVERIES = ("CREATE_ENROLLMENT_RECORD", "CREATE_CONFIRMED_SESSION")


@invariant(1, "every payment ends once")
def every_payment_ends_once(evidence: Evidence) -> Findings:
    """Money taken became one delivery and stayed, or none and all went back for a reason, or waits for a person."""
    for intent in evidence.intents:
        saga_id = saga_of(intent)
        if intent["status"] != "succeeded" or evidence.is_under_way(saga_id):
            continue
        deliveries, back = len(evidence.deliveries_of(saga_id)), evidence.amount_back(intent, "succeeded")
        own = any(each["status"] in LIVE for each in evidence.own_refunds(intent))
        delivered = deliveries == 1 and not own and back < intent["amount_received"]
        refunded = deliveries == 0 and back == intent["amount_received"]
        if not (delivered or refunded or evidence.outcome(saga_id) == "PARKED"):
            yield Finding(saga_id, f"{intent['amount_received']} taken, {back} given back, {deliveries} deliveries")
        if refunded and own and not _has_reason(evidence, intent):
            yield Finding(saga_id, f"{back} given back, though nobody refused it, it was in time, and nothing was late")


def _has_reason(evidence: Evidence, intent: Json) -> bool:
    """Whether others show why the money went back: a refusal, a wish, a wrong sum, or that something came too late."""
    saga_id = saga_of(intent)
    about = [each for each in evidence.exchanges if each.saga_id == saga_id]
    refused = any(each.message in REFUSALS and each.callee == PAYMENT and each.is_accepted for each in about)
    denied = any(each.message in DELIVERIES and each.status in CLIENT_ERRORS for each in about)
    wish = f"{saga_path(saga_id)}/cancel"
    cancelled = any(each.path == wish and each.is_accepted for each in evidence.exchanges)
    is_other_sum = _sum_taken(intent) != _agreed_price(intent)
    return refused or denied or cancelled or is_other_sum or _is_late(evidence, intent)


def _is_late(evidence: Evidence, intent: Json) -> bool:
    """Whether the payment came when nobody waited any more (a tutor for half as long), or the delivery never came."""
    paid, arrived = evidence.paid_at(intent).timestamp(), evidence.arrived_at(intent).timestamp()
    window, patience = (evidence.waits[f"{name}_SECONDS"].total_seconds() for name in ("PAYMENT_WINDOW", "PATIENCE"))
    given_up = min(each["created"] for each in evidence.own_refunds(intent))
    is_session = intent["metadata"].get("paymentContext") == "SESSION_BOOKING"
    taken = (arrived if is_session else paid) - intent["created"]
    return bool(taken > window / (2 if is_session else 1) - 1 or given_up - arrived >= patience)


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
    """Whatever is retried, Stripe has one PaymentIntent for a payment and at most one refund of ours that counts."""
    for payment_id, count in Counter(each["metadata"].get("paymentId") for each in evidence.intents).items():
        if count > 1:
            yield Finding(_saga_of_payment(evidence, payment_id), f"payment {payment_id} has {count} intents")
    for intent in evidence.intents:
        live = [each for each in evidence.own_refunds(intent) if each["status"] in LIVE]
        if len(live) > 1:
            yield Finding(saga_of(intent), f"{intent['id']} has {len(live)} refunds")


@invariant(10, "the agreed price")
def the_agreed_price(evidence: Evidence) -> Findings:
    """Stripe was asked for the price the saga froze, and a seat was given only for exactly that much."""
    for intent in evidence.intents:
        price, asked = evidence.payment(saga_of(intent)).get("price"), _agreed_price(intent)
        if price and asked != _at_stripe(price):
            yield Finding(saga_of(intent), f"{asked} asked for, {price} agreed")
        taken = _sum_taken(intent)
        if evidence.deliveries_of(saga_of(intent)) and taken != asked:
            yield Finding(saga_of(intent), f"a seat for {taken} instead of {asked}")


@invariant(15, "the books balance")
def the_books_balance(evidence: Evidence) -> Findings:
    """Charges, refunds and intents tell the same sums, none refers to what is not there; we report what Stripe does."""
    charges = {each["id"]: each for each in evidence.charges}
    owners = {each["id"]: saga_of(each) for each in evidence.intents}
    for refund in evidence.refunds:
        if refund["charge"] not in charges:
            yield Finding(owners.get(refund["payment_intent"], ""), f"{refund['id']} is of no charge")
    for intent in evidence.intents:
        of_it = [each for each in evidence.charges if each["payment_intent"] == intent["id"] and each["paid"]]
        taken, back = (sum(each[key] for each in of_it) for key in ("amount_captured", "amount_refunded"))
        if (taken, back) != (intent["amount_received"], evidence.amount_back(intent, *LIVE)):
            yield Finding(saga_of(intent), f"{intent['id']}: charges say {taken} taken and {back} given back")
        yield from _misreports(evidence, intent)


def _misreports(evidence: Evidence, intent: Json) -> Findings:
    """Find a payment of which the service reports another status than Stripe shows, though it had all the news."""
    saga_id, status = saga_of(intent), evidence.payment(saga_of(intent)).get("status")
    if not status or evidence.is_under_way(saga_id) or not evidence.has_arrived(intent):
        return
    own = {each["status"] for each in evidence.own_refunds(intent)}
    is_failed = bool(own & {"failed", "canceled"}) or (not own and evidence.is_refund_denied(intent))
    is_back = 0 < intent["amount_received"] <= evidence.amount_back(intent, "succeeded")
    wrong = {
        "PENDING": intent["status"] == "processing",
        "PROCESSING": intent["status"] != "processing",
        "CANCELED": intent["status"] != "canceled",
        "SUCCEEDED": is_back or bool(own),
        "REFUND_PENDING": is_back or (bool(own) and not own & {"pending", "requires_action"}),
        "REFUND_FAILED": is_back or not is_failed,
        "REFUNDED": not is_back,
    }
    if wrong.get(status, False) or (intent["status"] == "canceled" and status != "CANCELED"):
        yield Finding(saga_id, f"reports {status}, but Stripe shows {intent['status']}, refunds {sorted(own)}")


@invariant(17, "Stripe knows what for")
def stripe_knows_what_for(evidence: Evidence) -> Findings:
    """An intent's metadata are the four keys, and they say of its saga what the saga says of itself to the end."""
    for intent in evidence.intents:
        metadata, saga = intent["metadata"], evidence.sagas.get(saga_of(intent))
        if set(metadata) != METADATA or saga is None:
            yield Finding(saga_of(intent), f"{intent['id']} has the metadata {metadata}")
        elif metadata != _owned_by(saga):
            yield Finding(saga_of(intent), f"{intent['id']} says {metadata}, its saga {_owned_by(saga)}")


def _agreed_price(intent: Json) -> Json:
    return intent.get("asked") or {"amount": intent["amount"], "currency": intent["currency"].upper()}


def _sum_taken(intent: Json) -> Json:
    return {"amount": intent["amount_received"], "currency": intent["currency"].upper()}


def _at_stripe(price: Json) -> Json:
    return {"amount": amount_at_stripe(price["amount"], price["currency"]), "currency": price["currency"].upper()}


def _saga_of_payment(evidence: Evidence, payment_id: str) -> str:
    return next(saga_of(each) for each in evidence.intents if each["metadata"].get("paymentId") == payment_id)


def _owned_by(saga: Json) -> Json:
    payment = saga["payment"] or {}
    return {
        "paymentId": payment.get("paymentId"),
        "sagaId": saga["sagaId"],
        "paymentContext": payment.get("context", saga["context"]),
        "contextId": payment.get("contextId", saga["contextId"]),
    }
