"""What must be true of what is said: nobody unknown is believed, nothing is lost, no secret is told."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import UTC, datetime, timedelta

from simulators.clients.payments import STRIPE_WEBHOOKS
from simulators.judge.evidence import Evidence, saga_of
from simulators.judge.invariant import Found, invariant
from simulators.world.recorder import Exchange

ROUND_TRIP = timedelta(seconds=60)
NEVER_SHOWN = re.compile(r"_secret_\w|\bsk_(test|live)_\w|\bwhsec_\w|\b\d{13,19}\b")
REDIRECT = 300
BAD_REQUEST = 400
SERVER_ERROR = 500


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


@invariant(18, "secrets stay secret")
def secrets_stay_secret(evidence: Evidence) -> Found:
    """What is written down of the exchanges holds no key, no client secret and no card number."""
    for line in evidence.trace.splitlines():
        if NEVER_SHOWN.search(line) or any(secret in line for secret in evidence.secrets):
            yield "", "a secret is in the trace"


def _webhooks(evidence: Evidence) -> list[Exchange]:
    return [each for each in evidence.exchanges if each.path == STRIPE_WEBHOOKS]


def _paid_at(evidence: Evidence, intent_id: str) -> datetime:
    paid = [each["created"] for each in evidence.charges if each["payment_intent"] == intent_id and each["paid"]]
    return datetime.fromtimestamp(max(paid), UTC)
