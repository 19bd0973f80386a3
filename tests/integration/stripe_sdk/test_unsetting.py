"""What an empty value can unset: exactly what the installed official SDK declares so."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
import stripe

from simulators.kit.seams import seeded_seams
from simulators.stripe.app import create_app
from simulators.stripe.parameters import Clearable, Required, metadata
from tests.integration.stripe_sdk.intents import an_intent
from tests.integration.stripe_sdk.sdk_operations import sdk_parameters
from tests.unit.stripe_simulator.asking import routes_of

ANEW = (
    "/v1/payment_intents", "/v1/customers", "/v1/products", "/v1/prices", "/v1/refunds", "/v1/checkout/sessions",
    "/v1/payment_methods", "/v1/webhook_endpoints", "/v1/payment_intents/<intent_id>/confirm",
)  # fmt: skip
EMPTY = "Literal['']"
# What apps send as a person has filled it in, empty lines and all.
FORMS = ("address", "shipping", "invoice_settings")


def accepted(
    table: Mapping[str, Any], declared: Mapping[str, Any], inside: str = ""
) -> Iterator[tuple[str, bool, bool]]:
    """Yield each parameter, whether an empty value unsets it here, and whether it does so for the SDK."""
    for name, entry in table.items():
        if name not in declared:
            continue
        check = entry.check if isinstance(entry, Required | Clearable) else entry
        hint, inner = declared[name]
        yield f"{inside}{name}", isinstance(entry, Clearable) or check is metadata, EMPTY in hint
        nested = inspect.getclosurevars(check).nonlocals.get("table")
        if nested and inner and name not in FORMS:
            yield from accepted(nested, inner, f"{inside}{name}.")


@pytest.mark.parametrize("path", ANEW)
def test_of_a_new_thing_only_that_is_unset_which_the_sdk_says(path: str) -> None:
    app = create_app(seeded_seams(1, datetime(2026, 1, 1, tzinfo=UTC)))
    [route] = [route for route in routes_of(app) if (route.method, route.path) == ("POST", path)]
    app.extensions["simulator"].close()
    found = list(accepted(route.table, sdk_parameters("POST", path)))
    assert len(found) > 3
    assert [name for name, here, there in found if here != there] == []


@pytest.mark.parametrize("name", ["description", "receipt_email", "transfer_group", "statement_descriptor_suffix"])
def test_an_empty_text_of_a_new_intent_is_refused(client: stripe.StripeClient, name: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        an_intent(client, **{name: ""})
    assert (refusal.value.code, refusal.value.param) == ("parameter_invalid_empty", name)
