"""No message repeats a secret, wherever in the request it stood."""

from __future__ import annotations

import pytest
import stripe

from tests.integration.stripe_sdk.intents import an_intent
from tests.stripe_world import World

SECRETS = ("pi_1_secret_0123456789", "sk_test_0123456789", "whsec_0123456789", "4000000000000002")
PLACES: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("GET", "/v1/payment_intents/{}", {}),
    ("GET", "/v1/charges/{}", {}),
    ("POST", "/v1/payment_intents/{}/cancel", {}),
    ("GET", "/v1/{}", {}),
    ("GET", "/v1/payment_intents/{}/unheard/of", {}),
    ("GET", "/v1/payment_intents?{}=1", {}),
    ("GET", "/v1/payment_intents?customer={}", {}),
    ("GET", "/v1/payment_intents/search?query={}", {}),
    ("GET", "/v1/payment_intents?expand[]={}", {}),
    ("POST", "/v1/refunds", {"payment_intent": "{}"}),
    ("POST", "/v1/payment_intents", {"amount": "-{}.", "currency": "eur"}),
    ("POST", "/v1/payment_intents", {"amount": "4900", "currency": "{}"}),
    ("POST", "/v1/payment_intents", {"amount": "4900", "currency": "eur", "payment_method": "{}"}),
    ("POST", "/v1/payment_intents", {"amount": "4900", "currency": "eur", "receipt_email": "{}"}),
    ("POST", "/v1/payment_methods", {"type": "card", "card[token]": "{}"}),
)


@pytest.mark.parametrize(("method", "path", "form"), PLACES)
@pytest.mark.parametrize("secret", SECRETS)
def test_a_refusal_does_not_repeat_a_secret(
    world: World, method: str, path: str, form: dict[str, str], secret: str
) -> None:
    sent = {name: value.format(secret) for name, value in form.items()}
    answer = world.http.request(method, world.url + path.format(secret), data=sent, auth=("sk_test_1", ""))
    assert 400 <= answer.status_code < 500
    assert secret not in answer.text


def test_the_idempotency_key_is_no_secret_but_one_in_it_is(world: World) -> None:
    key = {"Idempotency-Key": "pi_1_secret_0123456789"}
    form = {"amount": "4900", "currency": "eur"}
    url = f"{world.url}/v1/payment_intents"
    assert world.http.post(url, data=form, auth=("sk_test_1", ""), headers=key).status_code == 200
    answer = world.http.post(url, data=form | {"amount": "4901"}, auth=("sk_test_1", ""), headers=key)
    assert answer.status_code == 400
    assert "0123456789" not in answer.text


def test_what_is_missing_is_still_named(client: stripe.StripeClient) -> None:
    secret = str(an_intent(client).client_secret)
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.payment_intents.retrieve(secret)
    name = secret.partition("_secret_")[0]
    assert str(refusal.value.user_message) == f"No such payment_intent: '{name}_secret_(hidden)'"
