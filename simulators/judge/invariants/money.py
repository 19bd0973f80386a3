"""The invariants of money: taken once, as agreed, and kept or given back, to the cent."""

from __future__ import annotations

from collections import Counter

from simulators.clients.payments import saga_path
from simulators.judge.evidence import Evidence, saga_of
from simulators.judge.invariant import Finding, Findings, invariant
from simulators.judge.wording import fate, payment, purchase, sum_of, times
from simulators.kit.currencies import amount_at_stripe, money, money_at_stripe
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
            yield Finding(saga_id, f"{payment(evidence, intent)}, and {_fate(evidence, intent, deliveries)}")
        if refunded and own and not _has_reason(evidence, intent):
            why_not = "though nobody refused it, and nothing came too late"
            yield Finding(saga_id, f"{payment(evidence, intent)}, and the money went back, {why_not}")


def _fate(evidence: Evidence, intent: Json, deliveries: int) -> str:
    back = evidence.amount_back(intent, *LIVE)
    return fate(deliveries, sum_of(intent, back) if back else "")


def _has_reason(evidence: Evidence, intent: Json) -> bool:
    """Whether others show why the money went back: a refusal, a wish, a wrong sum, or that something came too late."""
    saga_id = saga_of(intent)
    about = evidence.about(saga_id, "exchanges")
    refused = any(each.message in REFUSALS and each.callee == PAYMENT and each.is_accepted for each in about)
    denied = any(each.message in DELIVERIES and each.status in CLIENT_ERRORS for each in about)
    cancelled = f"{saga_path(saga_id)}/cancel" in evidence.accepted_paths
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
            yield Finding(saga_id, f"{payment(evidence, intent)}, and gets {sum_of(intent, back)} back")
        if evidence.outcome(saga_id) == "REFUNDED" and evidence.amount_back(intent, "succeeded") < taken:
            back = evidence.amount_back(intent, "succeeded")
            said = f"the service says REFUNDED, but Stripe gave back {sum_of(intent, back) if back else 'nothing'}"
            yield Finding(saga_id, f"{payment(evidence, intent)}; {said}")


@invariant(4, "one intent, one refund")
def one_intent_one_refund(evidence: Evidence) -> Findings:
    """Whatever is retried, Stripe has one PaymentIntent for a payment and at most one refund of ours that counts."""
    for payment_id, count in Counter(each["metadata"].get("paymentId") for each in evidence.intents).items():
        if count > 1:
            saga_id = _saga_of_payment(evidence, payment_id)
            yield Finding(
                saga_id, f"{purchase(evidence, saga_id)} has {count} PaymentIntents: it can be charged {times(count)}"
            )
    for intent in evidence.intents:
        live = [each for each in evidence.own_refunds(intent) if each["status"] in LIVE]
        if len(live) > 1:
            sums = " and ".join(sum_of(each, "amount") for each in live)
            yield Finding(saga_of(intent), f"{payment(evidence, intent)}, and was refunded {times(len(live))}: {sums}")


@invariant(10, "the agreed price")
def the_agreed_price(evidence: Evidence) -> Findings:
    """Stripe was asked for the price the saga froze, and a seat was given only for exactly that much."""
    for intent in evidence.intents:
        price, asked = evidence.payment(saga_of(intent)).get("price"), _agreed_price(intent)
        if price and asked != _at_stripe(price):
            agreed = f"Stripe was asked for {_money(asked)}, though {money(**price)} were agreed"
            yield Finding(saga_of(intent), f"{purchase(evidence, saga_of(intent))}: {agreed}")
        taken = _sum_taken(intent)
        if evidence.deliveries_of(saga_of(intent)) and taken != asked:
            yield Finding(saga_of(intent), f"{payment(evidence, intent)}, and has it: {_money(asked)} were due")


@invariant(15, "the books balance")
def the_books_balance(evidence: Evidence) -> Findings:
    """Charges, refunds and intents tell the same sums, none refers to what is not there; we report what Stripe does."""
    charges = {each["id"]: each for each in evidence.charges}
    owners = {each["id"]: saga_of(each) for each in evidence.intents}
    for refund in evidence.refunds:
        if refund["charge"] not in charges:
            sum_ = sum_of(refund, "amount")
            yield Finding(owners.get(refund["payment_intent"], ""), f"{sum_} went back ({refund['id']}) of no charge")
    for intent in evidence.intents:
        of_it = evidence.paid_charges(intent)
        taken, back = (sum(each[key] for each in of_it) for key in ("amount_captured", "amount_refunded"))
        if (taken, back) != (intent["amount_received"], evidence.amount_back(intent, *LIVE)):
            charged = f"the charges say {sum_of(intent, taken)} taken and {sum_of(intent, back)} given back"
            text = f"the payment says {sum_of(intent, 'amount_received')} and the refunds {_back(evidence, intent)}"
            yield Finding(saga_of(intent), f"{purchase(evidence, saga_of(intent))}: {charged}, {text}")
        yield from _misreports(evidence, intent)


def _back(evidence: Evidence, intent: Json) -> str:
    return sum_of(intent, evidence.amount_back(intent, *LIVE))


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
        refunds = f" and the refund {', '.join(sorted(own))}" if own else ""
        shown = f"the service reports {status}, but at Stripe it is {intent['status']}{refunds}"
        yield Finding(saga_id, f"{purchase(evidence, saga_id)}: {shown}")


@invariant(17, "Stripe knows what for")
def stripe_knows_what_for(evidence: Evidence) -> Findings:
    """An intent's metadata are the four keys, and they say of its saga what the saga says of itself to the end."""
    for intent in evidence.intents:
        metadata, saga = intent["metadata"], evidence.sagas.get(saga_of(intent))
        if set(metadata) != METADATA or saga is None:
            wrong = _wrong_keys(metadata) or "its saga is known to nobody"
            yield Finding(
                saga_of(intent), f"{purchase(evidence, saga_of(intent))}: of its PaymentIntent's metadata, {wrong}"
            )
        elif metadata != _owned_by(saga):
            owned = _owned_by(saga)
            differ = (f"{key} is {metadata[key]}, not {owned[key]}" for key in METADATA if metadata[key] != owned[key])
            text = f"its PaymentIntent's metadata say another thing than its saga: {', '.join(sorted(differ))}"
            yield Finding(saga_of(intent), f"{purchase(evidence, saga_of(intent))}: {text}")


def _wrong_keys(metadata: Json) -> str:
    lacking, strange = sorted(METADATA - set(metadata)), sorted(set(metadata) - METADATA)
    said = [
        f"{', '.join(lacking)} is missing" if lacking else "",
        f"{', '.join(strange)} is not ours" if strange else "",
    ]
    return " and ".join(filter(None, said))


def _money(sum_: Json) -> str:
    return money_at_stripe(sum_["amount"], sum_["currency"])


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
