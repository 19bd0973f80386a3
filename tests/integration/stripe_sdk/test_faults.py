from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import stripe

from tests.integration.stripe_sdk.intents import an_intent

if TYPE_CHECKING:
    from tests.stripe_world import World

pytestmark = pytest.mark.served


def with_fault(client: stripe.StripeClient, fault: str, key: str = "k1") -> stripe.PaymentIntent:
    wanted: Any = {"amount": 4900, "currency": "eur", "payment_method_types": ["card"]}
    return client.v1.payment_intents.create(wanted, {"idempotency_key": key, "headers": {"X-Sim-Fault": fault}})


@pytest.mark.parametrize(
    ("fault", "error", "made"),
    [
        ("lost_answer", stripe.APIConnectionError, 1),
        ("limit_data; bytes=20", stripe.APIConnectionError, 1),
        ("server_error_after", stripe.APIError, 1),
        ("kept_server_error", stripe.APIError, 1),
        ("kept_server_error; done=false", stripe.APIError, 0),
        ("dropped_request", stripe.APIConnectionError, 0),
        ("reset_peer", stripe.APIConnectionError, 0),
        ("timeout; timeout=1000", stripe.APIConnectionError, 0),
        ("server_error", stripe.APIError, 0),
        ("rate_limited", stripe.RateLimitError, 0),
        ("lock_timeout", stripe.RateLimitError, 0),
    ],
)
def test_one_call_fails_as_it_asked_to_before_or_after_the_work(
    client: stripe.StripeClient, fault: str, error: type[Exception], made: int
) -> None:
    with pytest.raises(error):
        with_fault(client, fault)
    assert len(client.v1.payment_intents.list().data) == made
    assert with_fault(client, "latency; latency=0", key="k2").id


def test_the_webhooks_of_one_call_fail_as_it_asked_to(world: World, client: stripe.StripeClient) -> None:
    with_fault(client, "duplicate_delivery; copies=3")
    an_intent(client)
    world.settle()
    assert len(world.receiver.got) == 4


def test_an_object_is_struck_and_its_neighbour_is_not(world: World, client: stripe.StripeClient) -> None:
    struck, spared = an_intent(client), an_intent(client)
    world.plant("server_error", path=f"/v1/payment_intents/{struck.id}*", times=None)
    with pytest.raises(stripe.APIError):
        client.v1.payment_intents.retrieve(struck.id)
    assert client.v1.payment_intents.retrieve(spared.id) == spared


@pytest.mark.parametrize(("fault", "why"), [("gremlins", "is none of"), ("wrong_signature", "when the call is over")])
def test_a_fault_that_a_call_cannot_ask_for_is_refused(client: stripe.StripeClient, fault: str, why: str) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=why):
        with_fault(client, fault)
    assert client.v1.payment_intents.list().data == []
