"""Webhooks by somebody who is not Stripe, or not the Stripe that is meant."""

from __future__ import annotations

import json
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from pytest_bdd import parsers, then, when

from simulators.check.expect import expect
from simulators.check.steps.scenario import CurrentScenario
from simulators.clients.http_client import Refused
from simulators.stripe.webhooks.signing import signature
from simulators.world.topology import STRIPE

AGES = {"that was signed an hour ago": timedelta(hours=1), "that was signed for the future": timedelta(hours=-1)}


@when(parsers.re(r"somebody sends the news of a payment (?P<how>.+)"))
def forged_news(scenario: CurrentScenario, how: str) -> None:
    """Claim that the purchase is paid, to the very cent, which only Stripe can know."""
    is_live = how == "from the live environment"
    body = json.dumps(_paid_event(scenario, live=is_live))
    at = int((scenario.world.clock.now() - AGES.get(how, timedelta(0))).timestamp())
    secret = scenario.world.topology.credentials.webhook_secret
    signed = signature("whsec_another" if how == "signed with another secret" else secret, at, body)
    headers = {} if how == "without a signature" else {"Stripe-Signature": f"t={at},v1={signed}"}
    sent = body.replace("succeeded", "succeeded ") if how == "that was changed after signing" else body
    scenario.answers.append(_post(scenario, STRIPE if is_live else "somebody", sent, headers))


@then("it is refused")
def is_refused(scenario: CurrentScenario) -> None:
    """The sender is told no."""
    expect(scenario.answers[-1], HTTPStatus.BAD_REQUEST, "the answer to who is not believed")


def _paid_event(scenario: CurrentScenario, *, live: bool) -> dict[str, Any]:
    (intent,) = scenario.world.eventually(lambda: scenario.world.stripe.intents(scenario.saga_id))
    paid = intent | {"status": "succeeded", "amount_received": intent["amount"]}
    created = int(scenario.world.clock.now().timestamp())
    about = {"id": "evt_forged", "object": "event", "created": created, "livemode": live}
    return about | {"type": "payment_intent.succeeded", "data": {"object": paid}}


def _post(scenario: CurrentScenario, sender: str, body: str, headers: dict[str, str]) -> int:
    try:
        scenario.world.stranger(sender).send_webhook(body, **headers)
    except Refused as refusal:
        return refusal.status
    return HTTPStatus.OK
