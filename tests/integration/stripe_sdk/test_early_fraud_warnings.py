from __future__ import annotations

import pytest
import stripe

from tests.integration.stripe_sdk.intents import a_paid_intent, recorded

CARD = "pm_card_createIssuerFraudRecord"


def test_a_bank_warns_of_a_payment_that_looks_like_fraud(client: stripe.StripeClient) -> None:
    intent = a_paid_intent(client, CARD)
    a_paid_intent(client)
    [warning] = client.v1.radar.early_fraud_warnings.list().data
    assert (warning.charge, warning.payment_intent, warning.actionable) == (intent.latest_charge, intent.id, True)
    assert client.v1.radar.early_fraud_warnings.list({"payment_intent": intent.id}).data == [warning]
    assert "radar.early_fraud_warning.created" in recorded(client)


def test_a_warning_asks_for_nothing_once_the_money_is_given_back(client: stripe.StripeClient) -> None:
    intent = a_paid_intent(client, CARD)
    [warning] = client.v1.radar.early_fraud_warnings.list({"charge": str(intent.latest_charge)}).data
    client.v1.refunds.create({"payment_intent": intent.id})
    assert not client.v1.radar.early_fraud_warnings.retrieve(warning.id).actionable


def test_no_such_warning(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="No such early_fraud_warning: 'issfr_x'") as refusal:
        client.v1.radar.early_fraud_warnings.retrieve("issfr_x")
    assert refusal.value.http_status == 404
