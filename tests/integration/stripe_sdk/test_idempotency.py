from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import stripe

from tests.integration.stripe_sdk.intents import an_intent

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.stripe_world import World

pytestmark = pytest.mark.served

WANTED: Any = {"amount": 4900, "currency": "eur", "payment_method_types": ["card"]}


def create(client: stripe.StripeClient, key: str = "k1", **more: Any) -> stripe.PaymentIntent:
    return client.v1.payment_intents.create(WANTED | more, {"idempotency_key": key})


def replayed(intent: stripe.PaymentIntent) -> bool:
    assert intent.last_response
    return "Idempotent-Replayed" in intent.last_response.headers


def test_the_same_key_gets_the_same_answer_even_when_the_object_has_moved_on(client: stripe.StripeClient) -> None:
    first = create(client)
    client.v1.payment_intents.cancel(first.id)
    second = create(client)
    assert (second.id, second.status) == (first.id, "requires_payment_method")
    assert (replayed(first), replayed(second)) == (False, True)
    assert len(client.v1.payment_intents.list().data) == 1


def test_a_repeated_answer_names_the_request_that_it_was_for(client: stripe.StripeClient) -> None:
    key: Any = {"idempotency_key": "the-same"}
    wanted: Any = {"amount": 4900, "currency": "eur"}
    first, again = (client.v1.payment_intents.create(wanted, key).last_response for _ in range(2))
    assert first
    assert again
    assert first.headers["Original-Request"] == first.headers["Request-Id"] == again.headers["Original-Request"]
    assert again.headers["Request-Id"] != first.headers["Request-Id"]


def test_a_key_with_other_parameters_or_another_path_is_refused(client: stripe.StripeClient) -> None:
    intent = create(client)
    with pytest.raises(stripe.IdempotencyError, match="k1"):
        create(client, amount=5000)
    with pytest.raises(stripe.IdempotencyError):
        client.v1.payment_intents.cancel(intent.id, {}, {"idempotency_key": "k1"})
    assert client.v1.payment_intents.retrieve(intent.id).status == "requires_payment_method"


def test_a_decline_is_kept_under_its_key(client: stripe.StripeClient) -> None:
    intent = an_intent(client)
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            client.v1.payment_intents.confirm(
                intent.id, {"payment_method": "pm_card_chargeDeclined"}, {"idempotency_key": "k1"}
            )
    assert len(client.v1.charges.list({"payment_intent": intent.id}).data) == 1


def test_a_bad_parameter_does_not_use_up_the_key(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        create(client, amount=1)
    assert create(client).status == "requires_payment_method"


def test_a_lost_answer_is_found_again_by_the_same_key(world: World, client: stripe.StripeClient) -> None:
    world.plant("lost_answer")
    with pytest.raises(stripe.APIConnectionError):
        create(client)
    assert replayed(create(client))
    assert len(client.v1.payment_intents.list().data) == 1


@pytest.mark.parametrize("count", [1, 0])
def test_a_kept_server_error_is_replayed_whether_or_not_the_work_was_done(
    world: World, client: stripe.StripeClient, count: int
) -> None:
    world.plant("kept_server_error", done=count == 1, method="POST")
    for _ in range(2):
        with pytest.raises(stripe.APIError) as failure:
            create(client)
        assert failure.value.http_status == 500
    assert len(client.v1.payment_intents.list().data) == count


def test_a_key_is_forgotten_after_a_day(world: World, client: stripe.StripeClient) -> None:
    first = create(client)
    world.clock.advance(timedelta(hours=24))
    assert create(client).id != first.id


def test_old_keys_are_pruned_as_new_ones_come(world: World, client: stripe.StripeClient) -> None:
    for number in range(3):
        create(client, f"old-{number}")
    world.clock.advance(timedelta(hours=24))
    for number in range(2):
        create(client, f"new-{number}")
    kept = world.http.get(f"{world.url}/_sim/state").json()["idempotency_keys"]
    assert [each["id"] for each in kept] == ["new-0", "new-1"]


def test_a_key_whose_first_request_still_runs_is_in_use(world: World, client: stripe.StripeClient) -> None:
    store = world.app.extensions["simulator"].store
    with ThreadPoolExecutor(1) as pool:
        with store.transaction():
            first = pool.submit(create, world.client())
            until(lambda: bool(world.app.extensions.get("running_keys")))
            with pytest.raises(stripe.APIError) as refusal:
                create(client)
        assert refusal.value.error
        assert (refusal.value.http_status, refusal.value.error.code) == (409, "idempotency_key_in_use")
        made = first.result()
        assert create(client).id == made.id


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("retries", [0, 2])
def test_a_server_error_is_survived_by_a_client_that_retries(world: World, retries: int) -> None:
    world.plant("server_error_after", method="POST")
    client = world.client(max_network_retries=retries)
    if retries:
        assert replayed(create(client))
    else:
        with pytest.raises(stripe.APIError):
            create(client)
    assert len(client.v1.payment_intents.list().data) == 1
