"""What errors say and name, word for word where Stripe's own words are known: people search for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import stripe

from tests.integration.stripe_sdk.intents import a_paid_intent, an_intent

if TYPE_CHECKING:
    from collections.abc import Callable

Refused = stripe.InvalidRequestError


def refused(call: Callable[[], Any]) -> Refused:
    with pytest.raises(Refused) as refusal:
        call()
    return refusal.value


@pytest.mark.parametrize(
    ("amount", "currency", "says"),
    [
        (49, "usd", "Amount must be at least $0.50 usd"),
        (29, "gbp", "Amount must be at least £0.30 gbp"),
        (49, "jpy", "Amount must be at least ¥50 jpy"),
        (199, "pln", "Amount must be at least PLN2.00 pln"),
        (100_000_000, "eur", "Amount must be no more than €999,999.99"),
    ],
)
def test_a_sum_that_cannot_be_charged_is_written_as_money(
    client: stripe.StripeClient, amount: int, currency: str, says: str
) -> None:
    assert refused(lambda: an_intent(client, amount=amount, currency=currency)).user_message == says


@pytest.mark.parametrize("currency", ["bob", "ang", "zmw", "KZT", "xcd"])
def test_every_currency_of_stripes_can_be_charged(client: stripe.StripeClient, currency: str) -> None:
    assert a_paid_intent(client, currency=currency).currency == currency.lower()


def test_what_is_no_currency_learns_which_there_are(client: stripe.StripeClient) -> None:
    error = refused(lambda: an_intent(client, currency="xyz"))
    assert str(error.user_message).startswith("Invalid currency: xyz. Stripe currently supports these currencies: ")
    assert error.param == "currency"


def test_a_refund_of_too_much_is_written_as_money(client: stripe.StripeClient) -> None:
    intent = a_paid_intent(client)
    error = refused(lambda: client.v1.refunds.create({"payment_intent": intent.id, "amount": 5000}))
    assert error.user_message == "Refund amount (€50.00) is greater than unrefunded amount on charge (€49.00)"
    assert (error.param, error.code) == ("amount", None)


def test_a_slip_of_the_pen_learns_what_was_meant(client: stripe.StripeClient) -> None:
    error = refused(lambda: an_intent(client, payment_metod="pm_card_visa"))
    assert error.user_message == "Received unknown parameter: payment_metod. Did you mean payment_method?"
    assert (error.code, error.param) == ("parameter_unknown", "payment_metod")
    deep = refused(lambda: an_intent(client, shipping={"nam": "Ada", "address": {"city": "Ulm"}}))
    assert deep.user_message == "Received unknown parameter: shipping[nam]. Did you mean shipping[name]?"


def test_an_empty_value_learns_that_it_unsets_nothing(client: stripe.StripeClient) -> None:
    error = refused(lambda: an_intent(client, amount=""))
    assert "We assume empty values are an attempt to unset a parameter" in str(error.user_message)
    assert error.code == "parameter_invalid_empty"


def test_a_word_that_is_none_learns_which_there_are(client: stripe.StripeClient) -> None:
    error = refused(lambda: an_intent(client, capture_method="later"))
    assert error.user_message == "Invalid capture_method: must be one of automatic, automatic_async, or manual"
    assert (error.param, error.code) == ("capture_method", None)


def test_a_confirmation_without_a_card_says_what_is_missing(client: stripe.StripeClient) -> None:
    error = refused(lambda: client.v1.payment_intents.confirm(an_intent(client).id))
    assert "missing a payment method. You can either update the PaymentIntent" in str(error.user_message)
    assert error.code == "payment_intent_unexpected_state"


@pytest.mark.parametrize(
    ("ask", "param"),
    [
        (lambda api: api.payment_intents.retrieve("none"), "intent"),
        (lambda api: api.charges.retrieve("none"), "id"),
        (lambda api: api.customers.retrieve("none"), "id"),
        (lambda api: api.payment_methods.retrieve("none"), "payment_method"),
        (lambda api: api.prices.retrieve("none"), "price"),
        (lambda api: api.products.retrieve("none"), "id"),
        (lambda api: api.refunds.retrieve("none"), "refund"),
        (lambda api: api.disputes.retrieve("none"), "dispute"),
        (lambda api: api.refunds.create({"charge": "none"}), "id"),
    ],
)
def test_what_is_not_there_is_named_as_stripe_names_it(
    client: stripe.StripeClient, ask: Callable[[Any], Any], param: str
) -> None:
    error = refused(lambda: ask(client.v1))
    assert (error.http_status, error.code, error.param) == (404, "resource_missing", param)


@pytest.mark.parametrize(
    ("ask", "param"),
    [
        (lambda api: api.payment_intents.list({"customer": "none"}), "customer"),
        (lambda api: api.charges.list({"customer": "none"}), "customer"),
        (lambda api: api.charges.list({"payment_intent": "none"}), "payment_intent"),
        (lambda api: api.refunds.list({"charge": "none"}), "charge"),
        (lambda api: api.disputes.list({"charge": "none"}), "charge"),
        (lambda api: api.payment_methods.list({"customer": "none"}), "customer"),
        (lambda api: api.prices.list({"product": "none"}), "product"),
        (lambda api: api.checkout.sessions.list({"payment_intent": "none"}), "payment_intent"),
        (lambda api: api.payment_methods.attach("pm_card_visa", {"customer": "none"}), "customer"),
    ],
)
def test_nothing_is_listed_of_what_is_not_there(
    client: stripe.StripeClient, ask: Callable[[Any], Any], param: str
) -> None:
    error = refused(lambda: ask(client.v1))
    assert (error.http_status, error.code, error.param) == (400, "resource_missing", param)


def test_a_page_has_one_to_a_hundred_whatever_is_asked(client: stripe.StripeClient) -> None:
    for _ in range(2):
        an_intent(client)
    assert len(client.v1.payment_intents.list({"limit": 0}).data) == 1
    assert len(client.v1.payment_intents.list({"limit": 1000}).data) == 2


def test_cards_are_listed_of_a_customer_only(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"payment_method": "pm_card_visa"})
    assert client.v1.payment_methods.list().data == []
    assert len(client.v1.payment_methods.list({"customer": customer.id}).data) == 1


def test_the_balance_tells_what_a_payment_was_for(client: stripe.StripeClient) -> None:
    intent = a_paid_intent(client, capture_method="automatic", description="Algebra")
    client.v1.refunds.create({"payment_intent": intent.id})
    shown = [each.description for each in client.v1.balance_transactions.list().data]
    assert shown == ["REFUND FOR CHARGE (Algebra)", "Algebra"]


def test_a_payment_method_is_no_token(client: stripe.StripeClient) -> None:
    error = refused(lambda: client.v1.payment_methods.create({"type": "card", "card": {"token": "pm_card_visa"}}))
    assert (error.user_message, error.param) == ("Invalid token id: pm_card_visa", "token")
