from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import stripe

from tests.integration.stripe_sdk.intents import an_intent

if TYPE_CHECKING:
    from tests.stripe_world import World

pytestmark = pytest.mark.served


@pytest.mark.parametrize("key", ["sk_live_secret_of_somebody", "pk_live_x", "nonsense", "sk_test"])
def test_keys_that_are_not_test_keys_are_refused_and_not_repeated(world: World, key: str) -> None:
    with pytest.raises(stripe.AuthenticationError) as refusal:
        world.client(key).v1.payment_intents.list()
    assert "secret_of_somebody" not in str(refusal.value)


def test_a_publishable_key_opens_nothing_but_an_intent(student: stripe.StripeClient) -> None:
    with pytest.raises(stripe.AuthenticationError, match="publishable") as refusal:
        student.v1.payment_intents.list()
    assert refusal.value.error
    assert refusal.value.error.code == "secret_key_required"


def test_a_call_without_a_key_is_refused_as_stripe_does(world: World) -> None:
    answer = world.http.get(f"{world.url}/v1/payment_intents")
    assert (answer.status_code, answer.json()["error"]["type"]) == (401, "invalid_request_error")


def test_the_key_can_also_be_the_user_name_of_basic_auth(world: World) -> None:
    assert world.http.get(f"{world.url}/v1/payment_intents", auth=("sk_test_1", "")).status_code == 200


def test_every_answer_names_its_request_and_version(client: stripe.StripeClient) -> None:
    response = an_intent(client).last_response
    assert response
    assert response.headers["Request-Id"].startswith("req_")
    assert response.headers["Stripe-Version"] == "2026-10-28.endive"
    assert response.headers["Idempotency-Key"]


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/no_such_thing"), ("DELETE", "/v1/payment_intents")])
def test_what_there_is_not_is_a_stripe_error_too(world: World, method: str, path: str) -> None:
    answer = world.http.request(method, world.url + path, auth=("sk_test_1", ""))
    assert answer.status_code == 404
    assert "Unrecognized request URL" in answer.json()["error"]["message"]


def test_a_page_of_any_origin_may_call(world: World) -> None:
    path, origin = f"{world.url}/v1/payment_methods", {"Origin": "http://shop.example"}
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,stripe-version"}
    allowed = world.http.options(path, headers=origin | asks)
    assert allowed.status_code == 200
    assert allowed.headers["Access-Control-Allow-Headers"] == "authorization,stripe-version"
    key = {"Authorization": "Bearer pk_test_of_the_tests"}
    for answer in (allowed, world.http.post(path, headers=origin | key), world.http.get(path, headers=origin)):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Request-Id" in answer.headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Origin" not in world.http.get(path).headers


def test_a_json_body_is_refused(world: World) -> None:
    answer = world.http.post(f"{world.url}/v1/payment_intents", json={"amount": 1}, auth=("sk_test_1", ""))
    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid_request_error")


def test_a_rate_limit_and_a_lock_are_kept_apart(world: World, client: stripe.StripeClient) -> None:
    world.plant("rate_limited")
    world.plant("lock_timeout")
    codes = []
    for _ in range(2):
        with pytest.raises(stripe.RateLimitError) as refusal:
            an_intent(client)
        assert refusal.value.error
        codes.append(refusal.value.error.code)
    assert codes == ["rate_limit", "lock_timeout"]
    assert an_intent(client)


def test_a_lock_is_worth_another_try_to_the_library_itself(world: World) -> None:
    world.plant("lock_timeout")
    assert an_intent(world.client(max_network_retries=1)).status == "requires_payment_method"


def test_a_dropped_request_did_nothing(world: World, client: stripe.StripeClient) -> None:
    world.plant("dropped_request", method="POST")
    with pytest.raises(stripe.APIConnectionError):
        an_intent(client)
    assert client.v1.payment_intents.list().data == []


def test_control_routes_speak_problem_json_in_a_service_that_does_not(world: World) -> None:
    answer = world.http.post(f"{world.url}/_sim/faults/no_such")
    assert answer.headers["Content-Type"] == "application/problem+json"
