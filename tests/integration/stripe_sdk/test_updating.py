"""What can be changed of an intent, and when."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.integration.stripe_sdk.intents import a_paid_intent, an_intent, before


def test_an_open_intent_can_be_changed_in_all_that_matters(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create().id
    changes: Any = {
        "amount": 9900, "currency": "usd", "customer": customer, "description": "Geometry",
        "receipt_email": "a@example.com", "setup_future_usage": "on_session", "capture_method": "manual",
    }  # fmt: skip
    intent = an_intent(client)
    client.v1.payment_intents.update(intent.id, changes)
    shown = client.v1.payment_intents.retrieve(intent.id).to_dict()
    assert {name: shown[name] for name in changes} == changes


def test_a_method_given_later_waits_for_its_confirmation(client: stripe.StripeClient) -> None:
    intent = an_intent(client)
    changed = client.v1.payment_intents.update(intent.id, {"payment_method": "pm_card_visa"})
    assert changed.status == "requires_confirmation"
    assert client.v1.payment_intents.confirm(intent.id).status == "succeeded"


def test_a_change_takes_back_the_question_to_the_cardholder(client: stripe.StripeClient) -> None:
    intent = a_paid_intent(client, "pm_card_authenticationRequired")
    changed = client.v1.payment_intents.update(intent.id, {"amount": 5000})
    assert (changed.status, changed.next_action) == ("requires_confirmation", None)


def test_words_alone_leave_the_question_standing(client: stripe.StripeClient) -> None:
    intent = a_paid_intent(client, "pm_card_authenticationRequired")
    assert client.v1.payment_intents.update(intent.id, {"metadata": {"a": "1"}}).status == "requires_action"


@pytest.mark.parametrize("capture_method", ["automatic", "manual"])
def test_a_paid_or_held_intent_keeps_its_sum_but_not_its_words(
    client: stripe.StripeClient, capture_method: str
) -> None:
    intent = a_paid_intent(client, capture_method=capture_method)
    with pytest.raises(stripe.InvalidRequestError, match=f"amount could not be updated .* {intent.status}") as refusal:
        client.v1.payment_intents.update(intent.id, {"amount": 5000, "metadata": {"a": "1"}})
    assert refusal.value.code == "payment_intent_unexpected_state"
    changed = client.v1.payment_intents.update(intent.id, {"metadata": {"a": "1"}, "description": "Algebra"})
    assert (changed.description, changed.amount, changed.metadata["a"]) == ("Algebra", 4900, "1")


@pytest.mark.parametrize(
    ("changes", "code", "param"),
    [
        ({"amount": 1}, "amount_too_small", "amount"),
        ({"currency": "huf"}, "amount_too_small", "amount"),
        ({"customer": "cus_none"}, "resource_missing", "customer"),
        ({"payment_method": "pm_none"}, "resource_missing", "payment_method"),
        ({"confirm": True}, "parameter_unknown", "confirm"),
        (
            {"payment_method_options": {"card": {"colour": "red"}}},
            "parameter_unknown",
            "payment_method_options[card][colour]",
        ),
    ],
)
def test_a_bad_change_is_named_and_changes_nothing(
    client: stripe.StripeClient, changes: Any, code: str, param: str
) -> None:
    intent = an_intent(client)
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.payment_intents.update(intent.id, {"description": "other"} | changes)
    assert (refusal.value.code, refusal.value.param) == (code, param)
    assert client.v1.payment_intents.retrieve(intent.id) == intent


@pytest.mark.parametrize("name", ["description", "receipt_email", "setup_future_usage", "shipping"])
def test_an_empty_value_unsets(client: stripe.StripeClient, name: str) -> None:
    shipping = {"name": "Ada", "address": {"city": "London"}}
    values: Any = {"receipt_email": "a@example.com", "setup_future_usage": "on_session", "shipping": shipping}
    intent = an_intent(client, **{name: values.get(name, "words")})
    assert intent.to_dict()[name] == values.get(name, "words")
    empty: Any = {name: ""}
    assert client.v1.payment_intents.update(intent.id, empty).to_dict()[name] is None


def test_a_charge_is_described_anew(client: stripe.StripeClient) -> None:
    charge = str(a_paid_intent(client).latest_charge)
    changed = client.v1.charges.update(charge, {"description": "Algebra", "metadata": {"seen": "yes"}})
    assert (changed.description, changed.metadata["seen"]) == ("Algebra", "yes")
    event = client.v1.events.list({"type": "charge.updated"}).data[0]
    assert before(event) == {"description": None, "metadata": {"seen": None}}
