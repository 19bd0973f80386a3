"""What a text may hold: descriptors, addresses of mail and web, lengths, metadata."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import stripe

from tests.integration.stripe_sdk.intents import a_paid_intent, an_intent

SHOP = {"mode": "payment", "success_url": "https://shop.example/done"}
ITEM = {"price_data": {"currency": "eur", "unit_amount": 4900, "product_data": {"name": "Algebra"}}}


def refused(call: Callable[[], Any]) -> stripe.InvalidRequestError:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        call()
    assert refusal.value.http_status == 400
    return refusal.value


def a_session(client: stripe.StripeClient, **more: Any) -> stripe.checkout.Session:
    wanted: Any = SHOP | {"line_items": [ITEM]} | more
    return client.v1.checkout.sessions.create(wanted)


def held(client: stripe.StripeClient) -> stripe.PaymentIntent:
    return a_paid_intent(client, capture_method="manual")


WITH_A_DESCRIPTOR: dict[str, Callable[[stripe.StripeClient, dict[str, Any]], Any]] = {
    "create": lambda client, words: an_intent(client, **words),
    "create for all methods": lambda client, words: client.v1.payment_intents.create(
        {"amount": 4900, "currency": "eur", **words}  # type: ignore[typeddict-item]
    ),
    "update": lambda client, words: client.v1.payment_intents.update(an_intent(client).id, words),  # type: ignore[arg-type]
    "update what is paid": lambda client, words: client.v1.payment_intents.update(a_paid_intent(client).id, words),  # type: ignore[arg-type]
    "capture": lambda client, words: client.v1.payment_intents.capture(held(client).id, words),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("how", WITH_A_DESCRIPTOR)
def test_what_may_be_paid_by_card_has_no_whole_statement_descriptor(client: stripe.StripeClient, how: str) -> None:
    error = refused(lambda: WITH_A_DESCRIPTOR[how](client, {"statement_descriptor": "ALGEBRA SCHOOL"}))
    assert error.param == "statement_descriptor"
    assert "statement_descriptor_suffix" in str(error.user_message)


def test_a_session_that_may_be_paid_by_card_has_none_either(client: stripe.StripeClient) -> None:
    error = refused(lambda: a_session(client, payment_intent_data={"statement_descriptor": "ALGEBRA SCHOOL"}))
    assert error.param == "payment_intent_data[statement_descriptor]"


@pytest.mark.parametrize("how", WITH_A_DESCRIPTOR)
@pytest.mark.parametrize("suffix", ["12345", "A<B", "A'B", 'A"B', "A\\B", "A*B", "x" * 23, "ALGÈBRE ДА"])
def test_a_suffix_that_no_statement_can_show_is_refused(client: stripe.StripeClient, how: str, suffix: str) -> None:
    error = refused(lambda: WITH_A_DESCRIPTOR[how](client, {"statement_descriptor_suffix": suffix}))
    assert error.param == "statement_descriptor_suffix"


@pytest.mark.parametrize("how", WITH_A_DESCRIPTOR)
def test_a_suffix_that_a_statement_can_show_is_taken(client: stripe.StripeClient, how: str) -> None:
    intent = WITH_A_DESCRIPTOR[how](client, {"statement_descriptor_suffix": "Algebra 12"})
    assert intent.statement_descriptor_suffix == "Algebra 12"


def test_the_statement_shows_the_suffix_in_capitals_and_22_characters_of_all(client: stripe.StripeClient) -> None:
    paid = a_paid_intent(client, statement_descriptor_suffix="Algebra and more")
    charge = client.v1.charges.retrieve(str(paid.latest_charge))
    assert charge.calculated_statement_descriptor == "SIMULATED* ALGEBRA AND"
    captured = client.v1.payment_intents.capture(held(client).id, {"statement_descriptor_suffix": "Late"})
    charge = client.v1.charges.retrieve(str(captured.latest_charge))
    assert (charge.calculated_statement_descriptor, charge.statement_descriptor_suffix) == ("SIMULATED* LATE", "Late")


@pytest.mark.parametrize("descriptor", ["MATH", "12345", "A*LGEBRA", "x" * 23])
def test_a_product_has_a_whole_descriptor_that_a_statement_can_show(
    client: stripe.StripeClient, descriptor: str
) -> None:
    error = refused(lambda: client.v1.products.create({"name": "Algebra", "statement_descriptor": descriptor}))
    assert error.param == "statement_descriptor"


NO_MAIL = ("nobody", "a@", "@b.example", "a b@c.example", "a@b@c.example", "a@b..example", "x" * 510 + "@b.example")

WITH_A_MAIL_ADDRESS: dict[str, Callable[[stripe.StripeClient, str], Any]] = {
    "receipt_email": lambda client, mail: an_intent(client, receipt_email=mail),
    "email": lambda client, mail: client.v1.customers.create({"email": mail}),
    "customer_email": lambda client, mail: a_session(client, customer_email=mail),
    "billing_details[email]": lambda client, mail: client.v1.payment_methods.create(
        {"type": "card", "card": {"token": "tok_visa"}, "billing_details": {"email": mail}}
    ),
}


@pytest.mark.parametrize("param", WITH_A_MAIL_ADDRESS)
@pytest.mark.parametrize("mail", NO_MAIL)
def test_what_is_no_mail_address_is_refused(client: stripe.StripeClient, param: str, mail: str) -> None:
    error = refused(lambda: WITH_A_MAIL_ADDRESS[param](client, mail))
    assert (error.code, error.param) == ("email_invalid", param)


@pytest.mark.parametrize("param", WITH_A_MAIL_ADDRESS)
def test_a_mail_address_is_taken(client: stripe.StripeClient, param: str) -> None:
    assert WITH_A_MAIL_ADDRESS[param](client, "ada.l+school@maths.example.org")


NO_URL = ("nowhere", "http://", "https://", "http://[", "http://a b.example", "javascript:alert(1)", "//x.example")

WITH_AN_ADDRESS: dict[str, Callable[[stripe.StripeClient, str], Any]] = {
    "success_url": lambda client, url: a_session(client, success_url=url),
    "cancel_url": lambda client, url: a_session(client, cancel_url=url),
    "return_url": lambda client, url: an_intent(client, confirm=True, payment_method="pm_card_visa", return_url=url),
    "url": lambda client, url: client.v1.products.create({"name": "Algebra", "url": url}),
    "images[0]": lambda client, url: client.v1.products.create({"name": "Algebra", "images": [url]}),
}


@pytest.mark.parametrize("param", WITH_AN_ADDRESS)
@pytest.mark.parametrize("url", NO_URL)
def test_what_is_no_web_address_is_refused(client: stripe.StripeClient, param: str, url: str) -> None:
    error = refused(lambda: WITH_AN_ADDRESS[param](client, url))
    assert (error.code, error.param) == ("url_invalid", param)


@pytest.mark.parametrize("param", WITH_AN_ADDRESS)
def test_a_web_address_is_taken(client: stripe.StripeClient, param: str) -> None:
    assert WITH_AN_ADDRESS[param](client, "https://shop.example:8443/done?id=1#top")


def test_a_webhook_goes_to_a_web_address_only(client: stripe.StripeClient) -> None:
    for url in NO_URL:
        error = refused(lambda: client.v1.webhook_endpoints.create({"url": url, "enabled_events": ["*"]}))  # noqa: B023
        assert (error.code, error.param) == ("url_invalid", "url")


TOO_LONG: dict[str, tuple[int, Callable[[stripe.StripeClient, str], Any]]] = {
    "description": (1000, lambda client, words: an_intent(client, description=words)),
    "payment_intent_data[description]": (
        1000,
        lambda client, words: a_session(client, payment_intent_data={"description": words}),
    ),
    "client_reference_id": (200, lambda client, words: a_session(client, client_reference_id=words)),
    "name": (256, lambda client, words: client.v1.customers.create({"name": words})),
    "phone": (20, lambda client, words: client.v1.customers.create({"phone": words})),
    "unit_label": (12, lambda client, words: client.v1.products.create({"name": "Algebra", "unit_label": words})),
}


@pytest.mark.parametrize("param", TOO_LONG)
def test_a_text_has_its_length(client: stripe.StripeClient, param: str) -> None:
    longest, send = TOO_LONG[param]
    assert send(client, "x" * longest)
    error = refused(lambda: send(client, "x" * (longest + 1)))
    assert error.param == param
    assert f"at most {longest} characters" in str(error.user_message)


def test_a_page_speaks_only_languages_that_stripe_has(client: stripe.StripeClient) -> None:
    assert a_session(client, locale="fr-CA").locale == "fr-CA"
    assert refused(lambda: a_session(client, locale="tlh")).param == "locale"


WITH_METADATA: dict[str, Callable[[stripe.StripeClient, dict[str, str]], Any]] = {
    "intent": lambda client, words: an_intent(client, metadata=words),
    "customer": lambda client, words: client.v1.customers.create({"metadata": words}),
    "session": lambda client, words: a_session(client, metadata=words),
    "product": lambda client, words: client.v1.products.create({"name": "Algebra", "metadata": words}),
    "refund": lambda client, words: client.v1.refunds.create(
        {"payment_intent": a_paid_intent(client).id, "metadata": words}
    ),
    "endpoint": lambda client, words: client.v1.webhook_endpoints.create(
        {"url": "https://shop.example/hook", "enabled_events": ["*"], "metadata": words}
    ),
}
UNFIT = ({"k" * 41: "x"}, {"k": "x" * 501}, {f"k{number}": "x" for number in range(51)})


@pytest.mark.parametrize("of", WITH_METADATA)
@pytest.mark.parametrize("words", UNFIT, ids=["name", "value", "number"])
def test_metadata_have_their_limits(client: stripe.StripeClient, of: str, words: dict[str, str]) -> None:
    assert str(refused(lambda: WITH_METADATA[of](client, words)).param).startswith("metadata")


@pytest.mark.parametrize("of", WITH_METADATA)
def test_an_empty_value_at_first_is_no_metadata(client: stripe.StripeClient, of: str) -> None:
    assert WITH_METADATA[of](client, {"a": "1", "b": ""}).metadata.to_dict() == {"a": "1"}


def test_metadata_have_their_limit_also_when_they_are_merged(client: stripe.StripeClient) -> None:
    intent = an_intent(client, metadata={f"a{number}": "x" for number in range(50)})
    error = refused(lambda: client.v1.payment_intents.update(intent.id, {"metadata": {"b": "x"}}))
    assert error.param == "metadata"
    changed = client.v1.payment_intents.update(intent.id, {"metadata": {"b": "x", "a0": ""}})
    assert len(changed.metadata.to_dict()) == 50
    endpoint = WITH_METADATA["endpoint"](client, {"a": "1"})
    assert client.v1.webhook_endpoints.update(endpoint.id, {"metadata": {"a": "", "b": "2"}}).metadata.to_dict() == {
        "b": "2"
    }
