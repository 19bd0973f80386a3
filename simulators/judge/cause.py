"""The cause of a broken promise: the last exchange of a kind that can break it."""

from __future__ import annotations

from datetime import UTC, datetime

from simulators.clients.payments import STRIPE_WEBHOOKS
from simulators.clients.stripe import INTENTS, REFUNDS
from simulators.judge.evidence import Evidence
from simulators.judge.invariant import Finding
from simulators.kit.json_types import Json
from simulators.world.recorder import Exchange
from simulators.world.topology import PAYMENT, STRIPE
from simulators.world.world import World

PAID, REFUND_FAILED = "payment_intent.succeeded", "refund.failed"
REJECTED = ("EnrollmentRejected", "SessionRejected")
DELIVERY = ("CREATE_ENROLLMENT_RECORD", "CREATE_CONFIRMED_SESSION")
ASKED, REFUNDED = f"POST {INTENTS}", f"POST {REFUNDS}"
# By invariant: the news that was to be acted on and was not, or the request that should not have been made.
SUSPECTS: dict[int, tuple[str, ...]] = {
    1: (PAID, *REJECTED, REFUND_FAILED),
    2: (REFUNDED, REFUND_FAILED),
    3: ("PaymentSucceeded", "PaymentRefunded"),
    4: (ASKED, REFUNDED),
    5: DELIVERY,
    6: (PAID, *REJECTED, REFUND_FAILED),
    7: (PAID, *REJECTED, REFUND_FAILED, "EnrollmentConfirmed", "SessionConfirmed"),
    8: (*REJECTED, *DELIVERY),
    9: DELIVERY,
    10: (ASKED, *DELIVERY),
    11: (PAID,),
    12: (PAID,),
    13: ("EnrollInCourseInitiated",),
    14: (PAID,),
    15: (REFUNDED, REFUND_FAILED),
    16: (*REJECTED, "EnrollmentConfirmed", "SessionConfirmed", "SEND_NOTICE"),
    17: (ASKED,),
}
NEVER_ARRIVED = "never arrived"


def cause_of(number: int, finding: Finding, messages: list[Exchange]) -> Exchange | None:
    """Return which of these messages broke the promise of this number there; None if none is known to."""
    suspects = SUSPECTS.get(number, ())
    found = [each for each in messages if each.subject in suspects and _concerns(each, finding.saga_id)]
    return found[-1] if found else None


def messages(evidence: Evidence, world: World) -> list[Exchange]:
    """Return all exchanges in order, and those of Stripe's events that never arrived."""
    arrived = {each.message_id for each in evidence.exchanges}
    lost = [_never_arrived(each) for each in world.stripe.events() if each["id"] not in arrived]
    return sorted(evidence.exchanges + lost, key=lambda each: each.at)


def _concerns(exchange: Exchange, saga_id: str) -> bool:
    """Whether it is about this saga, or does not say about which."""
    return not saga_id or exchange.saga_id in (None, saga_id)


def _never_arrived(event: Json) -> Exchange:
    at = datetime.fromtimestamp(event["created"], UTC).isoformat()
    saga_id = event["data"]["object"].get("metadata", {}).get("sagaId")
    return Exchange(at, STRIPE, PAYMENT, "POST", STRIPE_WEBHOOKS, NEVER_ARRIVED, event["type"], event["id"], saga_id)
