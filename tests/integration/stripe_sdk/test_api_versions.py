"""Versions of the API: what never was is refused, and what is not simulated is refused by name."""

from __future__ import annotations

import json
from typing import Any

import pytest
import stripe

from tests.integration.stripe_sdk.intents import an_intent
from tests.integration.stripe_sdk.sdk_operations import VERSIONS, sdk_versions
from tests.stripe_world import World, listening

CURRENT, SAME_SHAPE = "2026-10-28.endive", "2026-03-25.dahlia"
NEVER = ("nonsense", "2019-2-19", "2019-02-20", "2026-10-28", "2026-10-28.basil", "", f"{CURRENT}, {CURRENT}")
OTHERS = ("2011-01-01", "2019-02-19", "2024-04-10", "2025-03-31.basil", "2026-02-25.clover")


@pytest.mark.parametrize("version", NEVER)
def test_a_version_that_never_was_is_refused(world: World, version: str) -> None:
    for method in ("GET", "POST"):
        headers = {"Stripe-Version": version}
        url = f"{world.url}/v1/payment_intents"
        answer = world.http.request(method, url, auth=("sk_test_1", ""), headers=headers)
        assert answer.status_code == 400
        assert answer.json()["error"]["type"] == "invalid_request_error"
        assert answer.json()["error"]["message"] == f"Invalid Stripe API version: {version}"
        assert answer.headers["Stripe-Version"] == CURRENT


@pytest.mark.parametrize("version", OTHERS)
def test_a_version_of_another_shape_is_refused_by_name(world: World, version: str) -> None:
    client = world.client(stripe_version=version)
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.payment_intents.list()
    assert (refusal.value.http_status, refusal.value.code) == (400, "not_simulated")
    assert version in str(refusal.value.user_message)
    assert CURRENT in str(refusal.value.user_message)


def test_a_refused_version_changes_nothing(world: World, client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        an_intent(world.client(stripe_version="2024-04-10"))
    assert client.v1.payment_intents.list().data == []


@pytest.mark.parametrize("version", [CURRENT, SAME_SHAPE])
def test_a_version_of_the_same_shape_is_taken_and_echoed(world: World, version: str) -> None:
    response = an_intent(world.client(stripe_version=version)).last_response
    assert response
    assert response.headers["Stripe-Version"] == version


@pytest.mark.parametrize("version", [*NEVER[:-2], *OTHERS])
def test_an_endpoint_has_a_version_that_can_be_had(client: stripe.StripeClient, version: str) -> None:
    wanted: Any = {"url": "https://shop.example/hook", "enabled_events": ["*"], "api_version": version}
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.webhook_endpoints.create(wanted)
    assert (refusal.value.http_status, refusal.value.param) == (400, "api_version")


@pytest.mark.served
def test_an_endpoint_hears_events_in_its_own_version(world: World, client: stripe.StripeClient) -> None:
    with listening() as (receiver, url):
        endpoint = client.v1.webhook_endpoints.create(
            {"url": url, "enabled_events": ["*"], "api_version": "2026-03-25.dahlia"}
        )
        an_intent(world.client(stripe_version=SAME_SHAPE))
        world.settle()
        assert endpoint.api_version == SAME_SHAPE
        assert [webhook.event["api_version"] for webhook in receiver.got] == [SAME_SHAPE]
    assert [webhook.event["api_version"] for webhook in world.receiver.got] == [CURRENT]
    assert client.v1.events.list().data[0].api_version == CURRENT


def test_the_versions_written_down_are_those_of_the_installed_sdk() -> None:
    assert json.loads(VERSIONS.read_text()) == sdk_versions()
