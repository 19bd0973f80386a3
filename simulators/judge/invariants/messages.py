"""The invariants of messages: nobody unknown is believed, nothing is lost, no secret is written down."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from simulators.clients.payments import STRIPE_WEBHOOKS
from simulators.judge.evidence import Evidence, saga_of
from simulators.judge.invariant import Finding, Findings, invariant
from simulators.world.recorder import Exchange
from simulators.world.topology import STRIPE

ROUND_TRIP = timedelta(seconds=60)


@invariant(3, "said twice is said once")
def said_twice_is_said_once(evidence: Evidence) -> Findings:
    """However often news of a payment arrives, what we announce of it is one message, perhaps repeated."""
    ids: dict[tuple[str, str], set[str]] = defaultdict(set)
    for each in evidence.exchanges:
        if each.message in ("PaymentSucceeded", "PaymentRefunded"):
            ids[each.saga_id or "", each.message].add(each.message_id or "")
    for (saga_id, name), different in ids.items():
        if len(different) > 1:
            yield Finding(saga_id, f"{name} was announced as {len(different)} different messages")


@invariant(11, "only Stripe is believed")
def only_stripe_is_believed(evidence: Evidence) -> Findings:
    """A webhook that somebody else sends is refused."""
    for each in _webhooks(evidence):
        if each.caller != STRIPE and each.status and each.status < HTTPStatus.BAD_REQUEST:
            yield Finding(each.saga_id or "", f"{each.message} by {each.caller} was answered {each.status}")


@invariant(12, "webhooks are answered")
def webhooks_are_answered(evidence: Evidence) -> Findings:
    """No content makes the webhook's receiver fail."""
    for each in _webhooks(evidence):
        if each.status and each.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            yield Finding(each.saga_id or "", f"{each.message} was answered {each.status}")


@invariant(13, "nothing is lost")
def nothing_is_lost(evidence: Evidence) -> Findings:
    """What was accepted is known: an accepted start has a saga."""
    for each in evidence.exchanges:
        accepted = each.is_accepted and each.message == "EnrollInCourseInitiated"
        if accepted and each.saga_id in evidence.sagas and evidence.sagas[each.saga_id] is None:
            yield Finding(each.saga_id, "was accepted, and is not known")


@invariant(14, "lost news is found")
def lost_news_is_found(evidence: Evidence) -> Findings:
    """A payment whose webhook never came is found by the next periodic check."""
    for intent in evidence.intents:
        saga = evidence.sagas.get(saga_of(intent))
        if intent["status"] != "succeeded" or not saga or saga["state"] != "AWAITING_PAYMENT":
            continue
        if evidence.now > _paid_at(evidence, intent["id"]) + timedelta(seconds=evidence.check_seconds) + ROUND_TRIP:
            yield Finding(saga_of(intent), f"{intent['id']} has long been paid, and the saga still waits for it")


@invariant(18, "secrets stay secret")
def secrets_stay_secret(evidence: Evidence) -> Findings:
    """What is written down of the exchanges holds no key, no client secret and no card number."""
    yield from (Finding("", "a secret is in the trace") for line in evidence.trace if evidence.has_secret(line))


def _webhooks(evidence: Evidence) -> list[Exchange]:
    return [each for each in evidence.exchanges if each.path == STRIPE_WEBHOOKS]


def _paid_at(evidence: Evidence, intent_id: str) -> datetime:
    paid = [each["created"] for each in evidence.charges if each["payment_intent"] == intent_id and each["paid"]]
    return datetime.fromtimestamp(max(paid), UTC)
