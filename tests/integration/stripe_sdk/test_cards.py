from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.integration.stripe_sdk.intents import a_paid_intent, an_intent

ADDRESS = {"address": {"line1": "1 Main Street", "postal_code": "94103"}}


def used(client: stripe.StripeClient, intent: stripe.PaymentIntent) -> Any:
    charge = client.v1.charges.retrieve(str(intent.latest_charge))
    return charge.to_dict()["payment_method_details"]["card"]


@pytest.mark.parametrize(
    ("token", "brand", "country", "funding"),
    [
        ("pm_card_de", "visa", "DE", "credit"),
        ("pm_card_br", "visa", "BR", "credit"),
        ("pm_card_th_debit", "visa", "TH", "debit"),
        ("pm_card_gb_mastercard", "mastercard", "GB", "credit"),
        ("pm_card_us", "visa", "US", "credit"),
    ],
)
def test_a_card_comes_from_a_country(
    client: stripe.StripeClient, token: str, brand: str, country: str, funding: str
) -> None:
    card = used(client, a_paid_intent(client, token))
    assert (card["brand"], card["country"], card["funding"]) == (brand, country, funding)


@pytest.mark.parametrize("number", ["2223003122003222", "371449635398431", "36227206271667", "6205500000000000004"])
def test_any_documented_number_can_be_typed(
    client: stripe.StripeClient, student: stripe.StripeClient, number: str
) -> None:
    typed: Any = {"type": "card", "card": {"number": number, "exp_month": 12, "exp_year": 2034, "cvc": "1234"}}
    method = student.v1.payment_methods.create(typed)
    assert a_paid_intent(client, method.id).status == "succeeded"


def test_a_card_can_belong_to_two_networks(client: stripe.StripeClient) -> None:
    method = client.v1.payment_methods.retrieve("pm_card_visa_cartesBancaires")
    assert method.card
    assert method.card.networks
    assert method.card.networks.available == ["cartes_bancaires", "visa"]


def test_a_bank_looks_at_a_card_when_it_is_kept_or_charged(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create().id
    new: Any = client.v1.payment_methods.create({"type": "card", "card": {"token": "tok_cvcCheckFail"}})
    assert new.card.checks.cvc_check == "unchecked"
    kept: Any = client.v1.payment_methods.attach(new.id, {"customer": customer})
    assert kept.card.checks.cvc_check == "fail"
    assert used(client, a_paid_intent(client, new.id, customer=customer))["checks"]["cvc_check"] == "fail"


@pytest.mark.parametrize(
    ("token", "line1", "postal_code"),
    [
        ("tok_visa", "pass", "pass"),
        ("tok_avsFail", "fail", "fail"),
        ("tok_avsLine1Fail", "fail", "pass"),
        ("tok_avsZipFail", "pass", "fail"),
        ("tok_avsUnchecked", "unavailable", "unavailable"),
    ],
)
def test_a_bank_looks_at_the_address_it_is_given(
    client: stripe.StripeClient, token: str, line1: str, postal_code: str
) -> None:
    wanted: Any = {"type": "card", "card": {"token": token}}
    shown = client.v1.payment_methods.create(wanted | {"billing_details": ADDRESS})
    checks = used(client, a_paid_intent(client, shown.id))["checks"]
    assert (checks["address_line1_check"], checks["address_postal_code_check"]) == (line1, postal_code)
    silent = used(client, a_paid_intent(client, client.v1.payment_methods.create(wanted).id))["checks"]
    assert (silent["address_line1_check"], silent["address_postal_code_check"]) == (None, None)


def test_a_card_set_up_elsewhere_asks_only_who_is_there_to_answer(client: stripe.StripeClient) -> None:
    card = "pm_card_authenticationRequiredSetupForOffSession"
    assert a_paid_intent(client, card).status == "requires_action"
    assert a_paid_intent(client, card, off_session=True).status == "succeeded"


@pytest.mark.parametrize("token", ["tok_createDispute", "tok_visa_createDispute"])
def test_an_older_token_names_the_same_card(client: stripe.StripeClient, token: str) -> None:
    method = client.v1.payment_methods.create({"type": "card", "card": {"token": token}})
    intent = an_intent(client, confirm=True, payment_method=method.id)
    assert len(client.v1.disputes.list({"payment_intent": intent.id}).data) == 1
