"""The honest label: what Stripe has and the simulator lacks says so, and what Stripe has not is Stripe's own 404."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
import stripe

from tests.integration.stripe_sdk.sdk_operations import EVENTS, WRITTEN_DOWN, sdk_events, sdk_operations
from tests.stripe_world import World, stripe_world

if TYPE_CHECKING:
    from collections.abc import Iterator

UNDOCUMENTED = {"GET /v1/payment_pages/{}", "POST /v1/payment_pages/{}/confirm", "POST /v1/events/{}/retry"}
"""What Stripe's own command calls."""

OLDER = {"GET /v1/charges/{}/refunds", "GET /v1/charges/{}/refunds/{}"}
"""What Stripe still has, and the SDK only beside its services: the pages of a charge's expanded refunds."""


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with stripe_world() as world:
        yield world


def nameless(operation: str) -> str:
    return re.sub(r"[{<][^}>]*[}>]", "{}", operation)


def simulated(world: World) -> set[str]:
    return {
        nameless(f"{method} {rule.rule}")
        for rule in world.app.url_map.iter_rules()
        for method in rule.methods or ()
        if rule.rule.startswith("/v1/") and method in {"GET", "POST", "DELETE"}
    }


def test_the_operations_written_down_are_those_of_the_installed_sdk() -> None:
    assert json.loads(WRITTEN_DOWN.read_text()) == sdk_operations()


def test_the_events_written_down_are_those_of_the_installed_sdk() -> None:
    assert json.loads(EVENTS.read_text()) == sdk_events()


def test_whatever_the_simulator_has_stripe_has_too(world: World) -> None:
    assert simulated(world) - {nameless(operation) for operation in sdk_operations()} == UNDOCUMENTED | OLDER


def test_every_operation_that_is_lacking_names_itself(world: World) -> None:
    lacking = [operation for operation in sdk_operations() if nameless(operation) not in simulated(world)]
    assert len(lacking) > 400
    client = world.app.test_client()
    for operation in lacking:
        method, path = operation.split()
        answer = client.open(
            re.sub(r"{\w+}", "x_1", path), method=method, headers={"Authorization": "Bearer sk_test_1"}
        )
        error = (answer.json or {})["error"]
        assert (answer.status_code, error["code"]) == (501, "not_simulated"), operation
        assert error["message"].startswith(f"{operation} is part of Stripe")


def test_the_sdk_takes_the_answer_for_an_error_of_stripes(world: World) -> None:
    with pytest.raises(stripe.APIError, match="POST /v1/payouts is part of Stripe") as refusal:
        world.client().v1.payouts.create({"amount": 1, "currency": "eur"})
    assert refusal.value.http_status == 501


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/v1/no_such_thing"), ("DELETE", "/v1/payment_intents"), ("PUT", "/v1/customers/cus_1"), ("GET", "/v3/x")],
)
def test_what_stripe_has_not_is_an_unrecognized_url(world: World, method: str, path: str) -> None:
    answer = world.app.test_client().open(path, method=method, headers={"Authorization": "Bearer sk_test_1"})
    message = f"Unrecognized request URL ({method}: {path})."
    assert (answer.status_code, answer.json) == (
        404, {"error": (answer.json or {})["error"] | {"message": message, "type": "invalid_request_error"}},
    )  # fmt: skip
