"""Webhooks by somebody who is not Stripe, or not the Stripe that is meant."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from pytest_bdd import parsers, then, when

from simulators.check.steps.story import Story
from simulators.clients.http_client import Refused
from simulators.stripe.webhooks.signing import signature
from simulators.world.topology import STRIPE

BAD_REQUEST = 400
AGES = {"that was signed an hour ago": timedelta(hours=1), "that was signed for the future": timedelta(hours=-1)}


@when(parsers.re(r"somebody sends the news of a payment (?P<how>.+)"))
def forged_news(story: Story, how: str) -> None:
    """Claim that the purchase is paid, to the very cent, which only Stripe can know."""
    is_live = how == "from the live environment"
    body = json.dumps(_paid(story, live=is_live))
    at = int((story.world.clock.now() - AGES.get(how, timedelta(0))).timestamp())
    secret = story.world.topology.credentials.webhook_secret
    signed = signature("whsec_another" if how == "signed with another secret" else secret, at, body)
    headers = {} if how == "without a signature" else {"Stripe-Signature": f"t={at},v1={signed}"}
    sent = body.replace("succeeded", "succeeded ") if how == "that was changed after signing" else body
    story.answers.append(_post(story, STRIPE if is_live else "somebody", sent, headers))


@then("it is refused")
def refused(story: Story) -> None:
    """The sender is told no."""
    assert story.answers[-1] == BAD_REQUEST  # noqa: S101 - a step is a test


def _paid(story: Story, *, live: bool) -> dict[str, Any]:
    (intent,) = story.world.stripe.intents(story.saga_id)
    paid = intent | {"status": "succeeded", "amount_received": intent["amount"]}
    created = int(story.world.clock.now().timestamp())
    about = {"id": "evt_forged", "object": "event", "created": created, "livemode": live}
    return about | {"type": "payment_intent.succeeded", "data": {"object": paid}}


def _post(story: Story, sender: str, body: str, headers: dict[str, str]) -> int:
    try:
        story.world.stranger(sender).send_webhook(body, **headers)
    except Refused as refusal:
        return refusal.status
    return 200
