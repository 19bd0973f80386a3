"""The invariants of messages: nobody unknown is believed, nothing is lost, no secret is written down."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from http import HTTPStatus

from simulators.clients.messages import EVENTS
from simulators.clients.payments import STRIPE_WEBHOOKS
from simulators.judge.evidence import Evidence, saga_of
from simulators.judge.invariant import Finding, Findings, invariant
from simulators.judge.wording import payment, purchase
from simulators.world.recorder import Exchange
from simulators.world.topology import PAYMENT, STRIPE

UNREADABLE = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY)
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
            text = f"{name} was announced as {len(different)} different messages, not as one"
            yield Finding(saga_id, f"{purchase(evidence, saga_id)}: {text}")


@invariant(11, "only Stripe is believed")
def only_stripe_is_say_who_was_believed(evidence: Evidence) -> Findings:
    """A webhook that somebody else sends is refused, and so is an event that no service sends."""
    for each in evidence.exchanges:
        is_foreign = (each.callee, each.path) == (PAYMENT, EVENTS) and not each.caller.endswith("-service")
        if is_foreign and each.is_accepted:
            yield Finding(each.saga_id or "", _say_who_was_believed(each))
    for each in _webhooks(evidence):
        if each.caller != STRIPE and each.status and each.status < HTTPStatus.BAD_REQUEST:
            yield Finding(each.saga_id or "", _say_who_was_believed(each))


@invariant(12, "webhooks are answered")
def webhooks_are_answered(evidence: Evidence) -> Findings:
    """No content makes the webhook's receiver fail."""
    for each in _webhooks(evidence):
        if each.status and each.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            yield Finding(
                each.saga_id or "", f"the webhook {each.message} from {each.caller} was answered {each.status}"
            )


@invariant(13, "nothing is lost")
def nothing_is_lost(evidence: Evidence) -> Findings:
    """What was accepted is known: each start has a saga. What the service says can be read by whom it is for."""
    starts = [each for each in evidence.exchanges if each.message == "EnrollInCourseInitiated"]
    announced, accepted = {each.saga_id for each in starts}, {each.saga_id for each in starts if each.is_accepted}
    for saga_id, saga in evidence.sagas.items():
        if saga is None and saga_id in evidence.begun and (saga_id in accepted or saga_id not in announced):
            yield Finding(saga_id, f"{purchase(evidence, saga_id)} was accepted, and the service knows nothing of it")
    said = [each for each in evidence.exchanges if each.caller == PAYMENT and each.message]
    taken = {(each.callee, each.message_id) for each in said if each.is_accepted}
    for each in said:
        if each.status in UNREADABLE and (each.callee, each.message_id) not in taken:
            text = f"{each.message} was answered {each.status} by the {each.callee}: it cannot be read"
            yield Finding(each.saga_id or "", f"{purchase(evidence, each.saga_id or '')}: {text}")


@invariant(14, "lost news is found")
def lost_news_is_found(evidence: Evidence) -> Findings:
    """A payment whose webhook never came is found by the next periodic check, whatever has become of its saga."""
    for intent in evidence.intents:
        saga_id = saga_of(intent)
        if intent["status"] != "succeeded" or not evidence.sagas.get(saga_id):
            continue
        is_known = evidence.payment(saga_id).get("status") not in (None, "PENDING", "PROCESSING", "CANCELED")
        waits = (evidence.sagas[saga_id] or {})["state"] == "AWAITING_PAYMENT"
        check = "BANK_CHECK_SECONDS" if evidence.is_by_bank(intent) else "PAYMENT_CHECK_SECONDS"
        due = evidence.arrived_at(intent) + evidence.waits[check] + ROUND_TRIP
        if (waits or not is_known) and evidence.now > due:
            status = evidence.payment(saga_id).get("status") or "nothing"
            found = f"{payment(evidence, intent)}, was due to be found by {due:%a %H:%M:%S}, and the service"
            yield Finding(saga_id, f"{found} says {status} at {evidence.now:%a %H:%M:%S}")


@invariant(18, "secrets stay secret")
def secrets_stay_secret(evidence: Evidence) -> Findings:
    """What is written down, by us and by the service, holds no key, no client secret and no card number."""
    if any(map(evidence.has_secret, evidence.written)):
        in_log = any(map(evidence.has_secret, evidence.log))
        yield Finding("", f"a secret is written down {'in the log of the service' if in_log else 'in an exchange'}")


def _say_who_was_believed(exchange: Exchange) -> str:
    return f"{exchange.message} by {exchange.caller}, who is not to be believed, was answered {exchange.status}"


def _webhooks(evidence: Evidence) -> list[Exchange]:
    return [each for each in evidence.exchanges if each.path == STRIPE_WEBHOOKS]
