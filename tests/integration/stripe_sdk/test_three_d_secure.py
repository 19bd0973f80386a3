"""Cards whose bank wants to know that it is the cardholder who pays."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
import stripe

from tests.integration.stripe_sdk.intents import a_paid_intent, an_intent, recorded

if TYPE_CHECKING:
    import requests

    from tests.stripe_world import World

BACK = "https://shop.test/back?course=algebra"
ALWAYS = "pm_card_authenticationRequired"


def waiting(client: stripe.StripeClient, card: str = ALWAYS, **more: Any) -> stripe.PaymentIntent:
    return a_paid_intent(client, card, **{"return_url": BACK} | more)


def page_of(intent: stripe.PaymentIntent) -> str:
    assert intent.next_action
    assert intent.next_action.redirect_to_url
    return str(intent.next_action.redirect_to_url.url)


def answer(world: World, page: str, outcome: str) -> requests.Response:
    return world.http.post(page, data={"outcome": outcome}, allow_redirects=False)


@pytest.mark.parametrize(
    "card",
    [
        ALWAYS,
        "pm_card_threeDSecure2Required",
        "pm_card_authenticationRequiredOnSetup",
        "pm_card_threeDSecureRequiredChargeDeclined",
    ],
)
def test_such_a_card_waits_for_its_cardholder(client: stripe.StripeClient, card: str) -> None:
    intent = waiting(client, card)
    assert (intent.status, intent.latest_charge, intent.amount_received) == ("requires_action", None, 0)
    assert intent.next_action
    assert intent.next_action.type == "redirect_to_url"
    assert intent.next_action.redirect_to_url
    assert intent.next_action.redirect_to_url.return_url == BACK
    assert recorded(client) == ["payment_intent.created", "payment_intent.requires_action"]


def test_the_page_asks_in_words_and_says_that_it_is_a_simulation(world: World, client: stripe.StripeClient) -> None:
    page = world.http.get(page_of(waiting(client, description="Algebra <b>for all</b>"))).text
    assert "49.00 EUR" in page
    assert "Algebra &lt;b&gt;for all&lt;/b&gt;" in page
    assert "Not affiliated with Stripe" in page


def test_a_cardholder_who_completes_it_has_paid_and_is_sent_back(world: World, client: stripe.StripeClient) -> None:
    intent = waiting(client)
    sent = urlsplit(answer(world, page_of(intent), "complete").headers["Location"])
    assert f"{sent.scheme}://{sent.netloc}{sent.path}" == "https://shop.test/back"
    assert parse_qs(sent.query) == {
        "course": ["algebra"],
        "payment_intent": [intent.id],
        "payment_intent_client_secret": [intent.client_secret],
        "redirect_status": ["succeeded"],
    }
    paid = client.v1.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})
    assert (paid.status, paid.next_action, paid.amount_received) == ("succeeded", None, 4900)
    assert isinstance(paid.latest_charge, stripe.Charge)
    card: Any = paid.latest_charge.payment_method_details
    assert card.card.three_d_secure.result == "authenticated"
    assert recorded(client)[2:] == ["charge.succeeded", "payment_intent.succeeded"]


def test_a_cardholder_who_fails_it_may_try_another_card(world: World, client: stripe.StripeClient) -> None:
    intent = waiting(client)
    assert "redirect_status=failed" in answer(world, page_of(intent), "fail").headers["Location"]
    failed = client.v1.payment_intents.retrieve(intent.id)
    assert (failed.status, failed.payment_method, failed.next_action) == ("requires_payment_method", None, None)
    assert failed.last_payment_error
    assert failed.last_payment_error.code == "payment_intent_authentication_failure"
    assert recorded(client)[2:] == ["payment_intent.payment_failed"]
    paid = client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    assert (paid.status, paid.last_payment_error) == ("succeeded", None)


def test_a_cardholder_who_leaves_keeps_the_intent_waiting_and_it_can_be_canceled(client: stripe.StripeClient) -> None:
    intent = waiting(client)
    assert client.v1.payment_intents.retrieve(intent.id).status == "requires_action"
    assert client.v1.payment_intents.cancel(intent.id).next_action is None


@pytest.mark.parametrize(
    ("card", "reason"),
    [
        ("pm_card_threeDSecureRequiredChargeDeclined", "generic_decline"),
        ("pm_card_authenticationRequiredChargeDeclinedInsufficientFunds", "insufficient_funds"),
    ],
)
def test_a_proven_cardholder_can_still_be_declined(
    world: World, client: stripe.StripeClient, card: str, reason: str
) -> None:
    intent = waiting(client, card)
    assert "redirect_status=failed" in answer(world, page_of(intent), "complete").headers["Location"]
    declined = client.v1.payment_intents.retrieve(intent.id)
    assert declined.last_payment_error
    assert (declined.status, declined.last_payment_error.decline_code) == ("requires_payment_method", reason)
    assert recorded(client)[2:] == ["charge.failed", "payment_intent.payment_failed"]


def test_the_page_is_answered_once(world: World, client: stripe.StripeClient) -> None:
    intent = waiting(client)
    answer(world, page_of(intent), "complete")
    assert "nothing to answer" in answer(world, page_of(intent), "fail").text
    assert client.v1.payment_intents.retrieve(intent.id).status == "succeeded"
    assert recorded(client).count("charge.succeeded") == 1


def test_of_racing_answers_one_counts(world: World, client: stripe.StripeClient) -> None:
    intent = waiting(client)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda outcome: answer(world, page_of(intent), outcome), ["complete", "fail"] * 4))
    assert [each.status_code for each in answers].count(303) == 1
    ends = {"payment_intent.succeeded", "payment_intent.payment_failed"}
    assert len([name for name in recorded(client) if name in ends]) == 1


def test_the_page_of_an_earlier_attempt_is_worth_nothing(world: World, client: stripe.StripeClient) -> None:
    first = waiting(client)
    second = client.v1.payment_intents.confirm(first.id, {"payment_method": ALWAYS, "return_url": BACK})
    assert "nothing to answer" in answer(world, page_of(first), "complete").text
    assert client.v1.payment_intents.retrieve(first.id).status == "requires_action"
    answer(world, page_of(second), "complete")
    assert client.v1.payment_intents.retrieve(first.id).status == "succeeded"


def test_a_canceled_intent_is_not_paid_by_its_page(world: World, client: stripe.StripeClient) -> None:
    intent = waiting(client)
    client.v1.payment_intents.cancel(intent.id)
    assert "nothing to answer" in answer(world, page_of(intent), "complete").text
    assert client.v1.payment_intents.retrieve(intent.id).status == "canceled"


def test_an_answer_that_is_none_is_refused(world: World, client: stripe.StripeClient) -> None:
    intent = waiting(client)
    assert answer(world, page_of(intent), "perhaps").status_code == 400
    assert client.v1.payment_intents.retrieve(intent.id).status == "requires_action"


def test_without_a_way_back_stripes_own_script_shows_the_page(world: World, client: stripe.StripeClient) -> None:
    intent = a_paid_intent(client, ALWAYS)
    assert intent.next_action
    assert intent.next_action.type == "use_stripe_sdk"
    shown: Any = intent.next_action.use_stripe_sdk
    assert "it is you" in answer(world, shown["stripe_js"], "complete").text
    assert client.v1.payment_intents.retrieve(intent.id).status == "succeeded"


def test_a_student_completes_what_their_own_device_confirmed(
    world: World, client: stripe.StripeClient, student: stripe.StripeClient
) -> None:
    intent = an_intent(client)
    confirming: Any = {"client_secret": intent.client_secret, "payment_method": ALWAYS, "return_url": BACK}
    asked = student.v1.payment_intents.confirm(intent.id, confirming)
    answer(world, page_of(asked), "complete")
    assert client.v1.payment_intents.retrieve(intent.id).status == "succeeded"


@pytest.mark.parametrize(
    "more", [{"off_session": True}, {"off_session": "recurring"}, {"error_on_requires_action": True}]
)
def test_where_nobody_can_be_asked_the_payment_fails_before_it_is_tried(client: stripe.StripeClient, more: Any) -> None:
    intent = an_intent(client)
    with pytest.raises(stripe.CardError) as decline:
        client.v1.payment_intents.confirm(intent.id, {"payment_method": ALWAYS} | more)
    error = decline.value.error
    assert error
    assert (error.code, error.decline_code) == ("authentication_required", "authentication_required")
    after = client.v1.payment_intents.retrieve(intent.id)
    assert (after.status, after.next_action) == ("requires_payment_method", None)
    assert client.v1.charges.list({"payment_intent": intent.id}).data == []
    assert recorded(client) == ["payment_intent.created", "payment_intent.payment_failed"]


def test_by_hand_the_server_confirms_once_more_after_the_answer(world: World, client: stripe.StripeClient) -> None:
    intent = waiting(client, confirmation_method="manual")
    answer(world, page_of(intent), "complete")
    assert client.v1.payment_intents.retrieve(intent.id).status == "requires_confirmation"
    assert client.v1.payment_intents.confirm(intent.id).status == "succeeded"


def test_what_is_confirmed_by_hand_is_not_confirmed_by_a_student(
    client: stripe.StripeClient, student: stripe.StripeClient
) -> None:
    intent = an_intent(client, confirmation_method="manual")
    secret: Any = {"client_secret": intent.client_secret, "payment_method": "pm_card_visa"}
    with pytest.raises(stripe.InvalidRequestError, match="manual"):
        student.v1.payment_intents.confirm(intent.id, secret)


@pytest.mark.parametrize(("asked", "status"), [("automatic", "succeeded"), ("any", "requires_action")])
def test_a_card_that_can_be_asked_is_asked_on_request(client: stripe.StripeClient, asked: str, status: str) -> None:
    options = {"card": {"request_three_d_secure": asked}}
    intent = waiting(client, "pm_card_threeDSecureOptional", payment_method_options=options)
    assert intent.status == status


def test_a_card_set_up_once_is_charged_later_without_its_cardholder(world: World, client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"name": "Ada"}).id
    card = "pm_card_authenticationRequiredOnSetup"
    first = waiting(client, card, customer=customer, setup_future_usage="off_session")
    answer(world, page_of(first), "complete")
    [method] = client.v1.payment_methods.list({"customer": customer}).data
    later = a_paid_intent(client, method.id, customer=customer, off_session=True)
    assert later.status == "succeeded"


def test_a_lookup_that_fails_is_a_decline(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.CardError) as decline:
        a_paid_intent(client, "pm_card_threeDSecureRequiredProcessingError")
    assert decline.value.code == "card_declined"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "nowhere", "data:text/html,x"])
def test_nobody_is_sent_back_to_a_script(client: stripe.StripeClient, address: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        waiting(client, return_url=address)
    assert (refusal.value.param, refusal.value.code) == ("return_url", "url_invalid")


@pytest.mark.parametrize("name", ["off_session", "error_on_requires_action", "return_url"])
def test_what_is_for_a_confirmation_needs_one(client: stripe.StripeClient, name: str) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="confirm=true") as refusal:
        an_intent(client, **{name: BACK if name == "return_url" else True})
    assert refusal.value.param == name
