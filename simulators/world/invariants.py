"""What must be true of money and seats whatever went wrong, by the numbers of the fault model; judged at quiescence."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from simulators.world.evidence import Evidence, gather, saga_of
from simulators.world.invariant import INVARIANTS, Found, Violation, invariant

if TYPE_CHECKING:
    from simulators.world.client import Json
    from simulators.world.recorder import Exchange
    from simulators.world.world import World

__all__ = ["INVARIANTS", "judge", "must_hold"]

LIVE = ("pending", "requires_action", "succeeded")
OPEN = ("requires_payment_method", "requires_confirmation", "requires_action", "processing", "requires_capture")
ROUND_TRIP = timedelta(seconds=60)
ENDINGS = ("COMPLETED", "REJECTED", "EXPIRED", "REFUNDED", "PARKED")
LATE_NEWS: dict[str, tuple[str | None, ...]] = {
    "COMPLETED": ("REFUNDED",),
    "REJECTED": (None, "REFUNDED", "PARKED"),
    "EXPIRED": (None, "REFUNDED", "PARKED"),
    "REFUNDED": ("PARKED",),
    "PARKED": (None, *ENDINGS),
}
"""What may yet become of a saga that has ended: money that came late, went back late, or was sent back by hand."""
METADATA = {"paymentId", "sagaId", "paymentContext", "contextId"}
NEVER_SHOWN = re.compile(r"_secret_\w|\bsk_(test|live)_\w|\bwhsec_\w|\b\d{13,19}\b")


def judge(world: World) -> list[Violation]:
    """Return all that is wrong with a world in which all is quiet."""
    evidence = gather(world)
    return [each for invariant in INVARIANTS for each in invariant.violations(evidence)]


def must_hold(world: World) -> None:
    """Raise an AssertionError that names every violation and the last that was said."""
    if violations := judge(world):
        raise AssertionError("\n".join([*map(str, violations), world.recorder.tail(40)]))


@invariant(1, "every payment ends once")
def every_payment_ends_once(evidence: Evidence) -> Found:
    """Money taken became one seat and stayed, or became no seat and all went back, or waits for a person."""
    for intent in evidence.intents:
        saga_id = saga_of(intent)
        if intent["status"] != "succeeded" or evidence.under_way(saga_id):
            continue
        seats, back = len(evidence.seats(saga_id)), evidence.given_back(intent, "succeeded")
        delivered = seats == 1 and evidence.given_back(intent, *LIVE) == 0
        refunded = seats == 0 and back == intent["amount_received"]
        if not (delivered or refunded or evidence.outcome(saga_id) == "PARKED"):
            yield saga_id, f"{intent['amount_received']} taken, {back} given back, {seats} seats"


@invariant(2, "never more back than taken")
def never_more_back_than_taken(evidence: Evidence) -> Found:
    """No charge is refunded beyond what it took, and a saga that says refunded has all of it back at Stripe."""
    for intent in evidence.intents:
        saga_id, taken = saga_of(intent), intent["amount_received"]
        if (back := evidence.given_back(intent, *LIVE)) > taken:
            yield saga_id, f"{back} given back of {taken}"
        if evidence.outcome(saga_id) == "REFUNDED" and evidence.given_back(intent, "succeeded") < taken:
            yield saga_id, f"says refunded, but Stripe gave back only {back} of {taken}"


@invariant(3, "said twice is said once")
def said_twice_is_said_once(evidence: Evidence) -> Found:
    """However often news of a payment arrives, what we announce of it is one message, perhaps repeated."""
    ids: dict[tuple[str, str], set[str]] = defaultdict(set)
    for each in evidence.exchanges:
        if each.message in ("PaymentSucceeded", "PaymentRefunded"):
            ids[each.saga_id or "", each.message].add(each.message_id or "")
    for (saga_id, name), different in ids.items():
        if len(different) > 1:
            yield saga_id, f"{name} was announced as {len(different)} different messages"


@invariant(4, "one intent, one refund")
def one_intent_one_refund(evidence: Evidence) -> Found:
    """Whatever is retried, Stripe has one PaymentIntent for a payment and at most one refund of it that counts."""
    for payment_id, count in Counter(each["metadata"].get("paymentId") for each in evidence.intents).items():
        if count > 1:
            yield _saga_of_payment(evidence, payment_id), f"payment {payment_id} has {count} intents"
    for intent in evidence.intents:
        live = [each for each in evidence.refunds_of(intent) if each["status"] in LIVE]
        if len(live) > 1:
            yield saga_of(intent), f"{intent['id']} has {len(live)} refunds"


@invariant(5, "one seat")
def one_seat(evidence: Evidence) -> Found:
    """A saga leads to one enrollment at most, and so does a student in a course."""
    by_saga = Counter(each["sagaId"] for each in evidence.enrollments)
    yield from ((saga_id, f"{count} enrollments") for saga_id, count in by_saga.items() if count > 1)
    by_seat = Counter((each["studentId"], each["courseId"]) for each in evidence.enrollments)
    for (student, course), count in by_seat.items():
        if count > 1:
            yield "", f"{student} is enrolled in {course} {count} times"


@invariant(6, "an ending is final")
def an_ending_is_final(evidence: Evidence) -> Found:
    """A saga that has ended stays so, but for late news of its money and for what a person decides."""
    for saga_id, before in evidence.earlier_outcomes.items():
        if (now := evidence.outcome(saga_id)) not in (before, *LATE_NEWS[before]):
            yield saga_id, f"was {before}, is {now}"


@invariant(7, "every saga ends")
def every_saga_ends(evidence: Evidence) -> Found:
    """No saga is left behind by its own deadline."""
    for saga_id, saga in evidence.sagas.items():
        if saga and not saga["outcome"] and not evidence.under_way(saga_id):
            yield saga_id, f"is {saga['state']}, and was to wait for {saga['waitingFor']} until {saga['waitingUntil']}"


@invariant(8, "nothing is left lying")
def nothing_is_left_lying(evidence: Evidence) -> Found:
    """A saga that ended without delivery leaves no seat, and no intent that could still be paid."""
    for saga_id in evidence.sagas:
        if (outcome := evidence.outcome(saga_id)) not in ("REJECTED", "EXPIRED", "REFUNDED"):
            continue
        if seats := evidence.seats(saga_id):
            yield saga_id, f"ended {outcome}, but {seats[0]['studentId']} is enrolled"
        still_open = [each for each in evidence.intents if saga_of(each) == saga_id and each["status"] in OPEN]
        yield from ((saga_id, f"ended {outcome}, but {each['id']} is {each['status']}") for each in still_open)


@invariant(9, "no free seat")
def no_free_seat(evidence: Evidence) -> Found:
    """Nobody is enrolled by a saga whose payment Stripe does not show as succeeded."""
    paid = {saga_of(each) for each in evidence.intents if each["status"] == "succeeded"}
    for each in evidence.enrollments:
        if each["sagaId"] not in paid:
            yield each["sagaId"], f"{each['studentId']} is enrolled in {each['courseId']} without a payment"


@invariant(10, "the agreed price")
def the_agreed_price(evidence: Evidence) -> Found:
    """Stripe was asked for the price the saga froze, and a seat was given only for exactly that much."""
    for intent in evidence.intents:
        saga = evidence.sagas.get(saga_of(intent))
        price = ((saga or {}).get("payment") or {}).get("price")
        if price and (intent["amount"], intent["currency"].upper()) != (price["amount"], price["currency"].upper()):
            yield saga_of(intent), f"{intent['amount']} {intent['currency']} asked for, {price} agreed"
        if evidence.seats(saga_of(intent)) and intent["amount_received"] != intent["amount"]:
            yield saga_of(intent), f"a seat for {intent['amount_received']} of {intent['amount']}"


@invariant(11, "only Stripe is believed")
def only_stripe_is_believed(evidence: Evidence) -> Found:
    """A webhook that somebody else sends is refused."""
    for each in _webhooks(evidence):
        if each.caller != "stripe" and each.status and each.status < BAD_REQUEST:
            yield each.saga_id or "", f"{each.message} by {each.caller} was answered {each.status}"


@invariant(12, "webhooks are answered")
def webhooks_are_answered(evidence: Evidence) -> Found:
    """No content makes the webhook's receiver fail."""
    for each in _webhooks(evidence):
        if each.status and each.status >= SERVER_ERROR:
            yield each.saga_id or "", f"{each.message} was answered {each.status}"


@invariant(13, "nothing is lost")
def nothing_is_lost(evidence: Evidence) -> Found:
    """What was accepted is known: an accepted start has a saga."""
    for each in evidence.exchanges:
        accepted = each.status and each.status < REDIRECT and each.message == "EnrollInCourseInitiated"
        if accepted and each.saga_id in evidence.sagas and evidence.sagas[each.saga_id] is None:
            yield each.saga_id, "was accepted, and is not known"


@invariant(14, "lost news is found")
def lost_news_is_found(evidence: Evidence) -> Found:
    """A payment whose webhook never came is found by the next periodic check."""
    for intent in evidence.intents:
        saga = evidence.sagas.get(saga_of(intent))
        if intent["status"] != "succeeded" or not saga or saga["state"] != "AWAITING_PAYMENT":
            continue
        if evidence.now > _paid_at(evidence, intent["id"]) + timedelta(seconds=evidence.check_seconds) + ROUND_TRIP:
            yield saga_of(intent), f"{intent['id']} has long been paid, and the saga still waits for it"


@invariant(15, "the books balance")
def the_books_balance(evidence: Evidence) -> Found:
    """Charges, refunds and intents tell the same sums, and none refers to what is not there."""
    charges = {each["id"]: each for each in evidence.charges}
    owners = {each["id"]: saga_of(each) for each in evidence.intents}
    for refund in evidence.refunds:
        if refund["charge"] not in charges:
            yield owners.get(refund["payment_intent"], ""), f"{refund['id']} is of no charge"
    for intent in evidence.intents:
        of_it = [each for each in evidence.charges if each["payment_intent"] == intent["id"]]
        taken, back = (sum(each[key] for each in of_it) for key in ("amount_captured", "amount_refunded"))
        if (taken, back) != (intent["amount_received"], evidence.given_back(intent, *LIVE)):
            yield saga_of(intent), f"{intent['id']}: charges say {taken} taken and {back} given back"


@invariant(17, "Stripe knows what for")
def stripe_knows_what_for(evidence: Evidence) -> Found:
    """An intent's metadata are the four keys, and they say of its saga what the saga says of itself."""
    for intent in evidence.intents:
        metadata, saga = intent["metadata"], evidence.sagas.get(saga_of(intent))
        if set(metadata) != METADATA or saga is None:
            yield saga_of(intent), f"{intent['id']} has the metadata {metadata}"
        elif metadata != _owned_by(saga):
            yield saga_of(intent), f"{intent['id']} says {metadata}, its saga {_owned_by(saga)}"


@invariant(18, "secrets stay secret")
def secrets_stay_secret(evidence: Evidence) -> Found:
    """What is written down of the exchanges holds no key, no client secret and no card number."""
    for line in evidence.trace.splitlines():
        if NEVER_SHOWN.search(line) or any(secret in line for secret in evidence.secrets):
            yield "", "a secret is in the trace"


REDIRECT, BAD_REQUEST, SERVER_ERROR = 300, 400, 500


def _webhooks(evidence: Evidence) -> list[Exchange]:
    return [each for each in evidence.exchanges if each.path == "/webhooks/stripe"]


def _saga_of_payment(evidence: Evidence, payment_id: str) -> str:
    return next(saga_of(each) for each in evidence.intents if each["metadata"].get("paymentId") == payment_id)


def _paid_at(evidence: Evidence, intent_id: str) -> datetime:
    paid = [each["created"] for each in evidence.charges if each["payment_intent"] == intent_id and each["paid"]]
    return datetime.fromtimestamp(max(paid), UTC)


def _owned_by(saga: Json) -> Json:
    return {
        "paymentId": (saga["payment"] or {}).get("paymentId"),
        "sagaId": saga["sagaId"],
        "paymentContext": saga["context"],
        "contextId": saga["contextId"],
    }
