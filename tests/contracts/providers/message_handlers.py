"""Message handlers: how each message of a contract is said, by a story in which our services really say it."""

from __future__ import annotations

from functools import partial

from simulators.cli.contracts.provider import Content
from simulators.world.topology import LEARNING, PAYMENT
from tests.contracts.messages import AGAIN, MessageExample, between
from tests.contracts.providers import captured_messages as stories
from tests.contracts.providers.captured_messages import Start, Story, captured_messages, course, session
from tests.contracts.providers.local_provider import SayMessage

# The stories in which these are said; all others are said when something is simply bought.
STORIES: dict[str, Story] = {
    "PaymentFailed": stories.declined,
    "PaymentFailed without a declineCode": stories.declined_without_code,
    "SEND_NOTICE of a declined attempt": stories.declined,
    "PaymentRefunded": stories.rejected,
    "EnrollmentRejected": stories.rejected,
    "SessionRejected": stories.rejected,
    "RELEASE_TUTOR_SLOT": stories.rejected,
    "TutorSlotReleased": stories.rejected,
    "AvailabilityRejected": stories.unavailable,
    f"EnrollmentConfirmed {AGAIN}": stories.bought_and_repeated,
    f"EnrollmentRejected {AGAIN}": stories.rejected_and_repeated,
    f"AvailabilityConfirmed {AGAIN}": stories.bought_and_repeated,
    f"TutorSlotReleased {AGAIN}": stories.rejected_and_repeated,
    f"SessionConfirmed {AGAIN}": stories.bought_and_repeated,
    f"SessionRejected {AGAIN}": stories.rejected_and_repeated,
}
# What Stripe says by itself, and when.
WEBHOOKS: dict[str, Story] = {
    "payment_intent.created": stories.bought,
    "payment_intent.processing": stories.bank_asked,
    "payment_intent.succeeded": stories.bought,
    "payment_intent.payment_failed": stories.declined,
    "payment_intent.canceled": stories.canceled,
    "refund.created": stories.refund_pending,
    "refund.updated": stories.rejected,
    "refund.failed": stories.refund_failed,
    "charge.dispute.created": stories.disputed,
}


def message_handlers(sender: str, receiver: str) -> dict[str, SayMessage]:
    """What the one says to the other in this pair's flow."""
    start = course if LEARNING in {sender, receiver} else session
    return {example.description: partial(_say, example, start) for example in between(sender, receiver)}


def webhook_handlers() -> dict[str, SayMessage]:
    return {name: partial(_say_webhook, name) for name in WEBHOOKS}


def _say(example: MessageExample, start: Start) -> Content:
    story = STORIES.get(example.description, stories.bought)
    return captured_messages(story, start)[example.receiver, example.name]


def _say_webhook(name: str) -> Content:
    return captured_messages(WEBHOOKS[name], course)[PAYMENT, name]
