"""Test cards as payment methods, used once or kept by a customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import stripe

from simulators.stripe.payments.cards import CARDS
from simulators.stripe.payments.instruments import Authentication
from tests.integration.stripe_sdk.intents import a_paid_intent, an_intent, before, recorded

if TYPE_CHECKING:
    from simulators.stripe.payments.cards import Card

PAYING = [
    card
    for card in CARDS
    if card.decline is None and card.authentication in {Authentication.NEVER, Authentication.ON_REQUEST}
]
NUMBERS = list({card.number: card for card in CARDS}.values())


def typed(number: str, **more: Any) -> Any:
    return {"type": "card", "card": {"number": number, "exp_month": 12, "exp_year": 2034, "cvc": "123"} | more}


def a_customer(client: stripe.StripeClient) -> str:
    return client.v1.customers.create({"name": "Ada"}).id


def attached(client: stripe.StripeClient, customer: str, method: str = "pm_card_visa") -> stripe.PaymentMethod:
    return client.v1.payment_methods.attach(method, {"customer": customer})


@pytest.mark.parametrize("card", PAYING, ids=lambda card: card.token)
def test_a_good_card_pays(client: stripe.StripeClient, card: Card) -> None:
    intent = a_paid_intent(client, card.token, expand=["latest_charge"])
    assert intent.status == "succeeded"
    assert isinstance(intent.latest_charge, stripe.Charge)
    shown: Any = intent.latest_charge.payment_method_details
    assert (shown.card.brand, shown.card.last4, shown.card.funding) == (card.brand, card.number[-4:], card.funding)
    assert shown.card.checks.cvc_check == card.cvc_check
    assert intent.latest_charge.outcome
    assert intent.latest_charge.outcome.risk_level == card.risk


@pytest.mark.parametrize("card", NUMBERS, ids=lambda card: card.number)
def test_a_student_makes_a_payment_method_of_any_test_card(student: stripe.StripeClient, card: Card) -> None:
    method = student.v1.payment_methods.create(typed(card.number))
    assert method.card
    assert (method.card.brand, method.card.last4, method.customer) == (card.brand, card.number[-4:], None)


def test_a_server_sends_tokens_and_no_numbers(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="generally unsafe") as refusal:
        client.v1.payment_methods.create(typed("4242424242424242"))
    assert refusal.value.param == "card[number]"
    method = client.v1.payment_methods.create({"type": "card", "card": {"token": "tok_visa"}})
    assert method.card
    assert method.card.last4 == "4242"


def test_an_unknown_token_is_named(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="No such token: 'tok_gold'") as refusal:
        client.v1.payment_methods.create({"type": "card", "card": {"token": "tok_gold"}})
    assert refusal.value.param == "card[token]"


@pytest.mark.parametrize(
    ("card", "code", "param"),
    [
        ({"number": "4242424242424241"}, "incorrect_number", "number"),
        ({"number": "4242 card"}, "incorrect_number", "number"),
        ({"number": "42"}, "incorrect_number", "number"),
        ({"exp_month": 13}, "invalid_expiry_month", "exp_month"),
        ({"exp_year": 2025}, "invalid_expiry_year", "exp_year"),
        ({"exp_year": 25}, "invalid_expiry_year", "exp_year"),
        ({"cvc": "12"}, "invalid_cvc", "cvc"),
        ({"cvc": "abc"}, "invalid_cvc", "cvc"),
        ({"number": "4111111111111111"}, "card_declined", None),
    ],
)
def test_what_is_mistyped_is_named(student: stripe.StripeClient, card: Any, code: str, param: str | None) -> None:
    with pytest.raises(stripe.CardError) as refusal:
        student.v1.payment_methods.create(typed(**{"number": "4242424242424242"} | card))
    assert (refusal.value.http_status, refusal.value.code, refusal.value.param) == (402, code, param)


@pytest.mark.parametrize("missing", ["number", "exp_month", "exp_year"])
def test_a_card_typed_in_has_all_its_parts(student: stripe.StripeClient, missing: str) -> None:
    asked = typed("4242424242424242")
    del asked["card"][missing]
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        student.v1.payment_methods.create(asked)
    assert (refusal.value.code, refusal.value.param) == ("parameter_missing", f"card[{missing}]")


def test_a_student_pays_with_the_method_that_they_made(
    client: stripe.StripeClient, student: stripe.StripeClient
) -> None:
    billing = {"name": "Ada", "email": "ada@example.com", "address": {"country": "GB"}}
    method = student.v1.payment_methods.create(typed("5555 5555 5555 4444") | {"billing_details": billing})
    intent = an_intent(client)
    secret: Any = {"client_secret": intent.client_secret, "payment_method": method.id}
    assert student.v1.payment_intents.confirm(intent.id, secret).status == "succeeded"
    [charge] = client.v1.charges.list({"payment_intent": intent.id}).data
    assert (charge.billing_details.name, charge.payment_method) == ("Ada", method.id)
    assert charge.billing_details.address
    assert (charge.billing_details.address.country, charge.billing_details.address.city) == ("GB", None)


def test_a_customer_keeps_a_card_and_pays_with_it_again_and_again(client: stripe.StripeClient) -> None:
    customer = a_customer(client)
    method = attached(client, customer)
    assert method.customer == customer
    for _ in range(2):
        assert a_paid_intent(client, method.id, customer=customer).status == "succeeded"
    assert [each.id for each in client.v1.payment_methods.list({"customer": customer}).data] == [method.id]
    assert [each.id for each in client.v1.customers.payment_methods.list(customer).data] == [method.id]
    assert client.v1.customers.payment_methods.retrieve(customer, method.id) == method
    assert recorded(client)[:2] == ["customer.created", "payment_method.attached"]


@pytest.mark.parametrize("card", [card for card in CARDS if not card.attaches], ids=lambda card: card.token)
def test_a_card_that_would_be_declined_is_not_kept(client: stripe.StripeClient, card: Card) -> None:
    customer = a_customer(client)
    with pytest.raises(stripe.CardError) as decline:
        attached(client, customer, card.token)
    assert card.decline
    assert (decline.value.http_status, decline.value.code) == (402, card.decline.code)
    assert client.v1.payment_methods.list({"customer": customer}).data == []


def test_one_card_is_kept_and_then_declined_at_every_charge(client: stripe.StripeClient) -> None:
    customer = a_customer(client)
    method = attached(client, customer, "pm_card_chargeCustomerFail")
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            a_paid_intent(client, method.id, customer=customer)


def test_a_card_that_nobody_keeps_pays_once(client: stripe.StripeClient) -> None:
    method = client.v1.payment_methods.create({"type": "card", "card": {"token": "tok_visa"}})
    a_paid_intent(client, method.id)
    with pytest.raises(stripe.InvalidRequestError, match="may not be used again"):
        a_paid_intent(client, method.id)
    with pytest.raises(stripe.InvalidRequestError, match="may not be used again"):
        attached(client, a_customer(client), method.id)


def test_a_refused_method_leaves_no_intent_behind(client: stripe.StripeClient) -> None:
    method = attached(client, a_customer(client))
    with pytest.raises(stripe.InvalidRequestError, match="Please include the Customer") as refusal:
        a_paid_intent(client, method.id)
    assert refusal.value.code == "parameter_missing"
    assert client.v1.payment_intents.list().data == []


def test_the_card_of_another_customer_does_not_pay(client: stripe.StripeClient) -> None:
    method = attached(client, a_customer(client))
    with pytest.raises(stripe.InvalidRequestError, match="does not belong to the Customer") as refusal:
        a_paid_intent(client, method.id, customer=a_customer(client))
    assert (refusal.value.code, refusal.value.param) == (None, "payment_method")
    with pytest.raises(stripe.InvalidRequestError, match="already been attached"):
        attached(client, a_customer(client), method.id)


def test_a_detached_card_is_used_no_more(client: stripe.StripeClient) -> None:
    customer = a_customer(client)
    method = attached(client, customer)
    assert client.v1.payment_methods.detach(method.id).customer is None
    [detached] = client.v1.events.list({"type": "payment_method.detached"}).data
    assert before(detached) == {"customer": customer}
    for again in (lambda: attached(client, customer, method.id), lambda: a_paid_intent(client, method.id)):
        with pytest.raises(stripe.InvalidRequestError, match="may not be used again"):
            again()
    with pytest.raises(stripe.InvalidRequestError, match="not attached to a customer"):
        client.v1.payment_methods.detach(method.id)


def test_a_payment_can_leave_its_card_with_the_customer(client: stripe.StripeClient) -> None:
    customer = a_customer(client)
    intent = a_paid_intent(client, customer=customer, setup_future_usage="off_session")
    [kept] = client.v1.payment_methods.list({"customer": customer}).data
    assert kept.id == intent.payment_method
    assert a_paid_intent(client, kept.id, customer=customer, off_session=True).status == "succeeded"


def test_a_kept_card_is_changed_and_a_loose_one_is_not(client: stripe.StripeClient) -> None:
    method = attached(client, a_customer(client))
    changed = client.v1.payment_methods.update(
        method.id, {"card": {"exp_year": 2040}, "metadata": {"a": "1"}, "billing_details": {"name": "Ada"}}
    )
    assert changed.card
    assert (changed.card.exp_year, changed.card.last4, changed.billing_details.name) == (2040, "4242", "Ada")
    [event] = client.v1.events.list({"type": "payment_method.updated"}).data
    assert before(event) == {
        "billing_details": {"name": None}, "card": {"exp_year": 2034}, "metadata": {"a": None},
    }  # fmt: skip
    loose = client.v1.payment_methods.create({"type": "card", "card": {"token": "tok_visa"}})
    with pytest.raises(stripe.InvalidRequestError, match="must save this PaymentMethod"):
        client.v1.payment_methods.update(loose.id, {"metadata": {"a": "1"}})


def test_other_kinds_of_payment_method_are_refused(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.payment_methods.create({"type": "klarna", "card": {"token": "tok_visa"}})
    assert refusal.value.param == "type"
