"""Checkout Sessions: what a shop makes, what a person sees, and what comes of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import stripe

from tests.integration.stripe_sdk.intents import a_paid_intent, recorded

if TYPE_CHECKING:
    import requests
    from stripe.checkout import Session

    from tests.stripe_world import World

SHOP = "https://shop.test"
ALGEBRA = {
    "price_data": {"currency": "eur", "unit_amount": 2450, "product_data": {"name": "Algebra <I>"}},
    "quantity": 2,
}
FOR_SALE = ["product.created", "price.created"]
PAID = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"]


def a_session(client: stripe.StripeClient, **more: Any) -> Session:
    wanted: Any = {
        "mode": "payment", "line_items": [ALGEBRA], "success_url": f"{SHOP}/thanks?session={{CHECKOUT_SESSION_ID}}",
        "cancel_url": f"{SHOP}/cart",
    }  # fmt: skip
    return client.v1.checkout.sessions.create(wanted | more)


def look(world: World, session: Session) -> requests.Response:
    return world.http.get(str(session.url), allow_redirects=False)


def pay(world: World, session: Session, card: str = "pm_card_visa", **more: str) -> requests.Response:
    return world.http.post(str(session.url), data={"card": card} | more, allow_redirects=False)


def again(client: stripe.StripeClient, session: Session) -> Session:
    return client.v1.checkout.sessions.retrieve(session.id)


def test_a_new_session_is_open_and_has_begun_nothing(client: stripe.StripeClient) -> None:
    session = a_session(client, client_reference_id="ada", metadata={"sagaId": "s1"})
    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)
    assert (session.amount_total, session.currency, session.client_reference_id) == (4900, "eur", "ada")
    assert session.expires_at - session.created == 24 * 3600
    assert client.v1.payment_intents.list().data == []
    assert recorded(client) == FOR_SALE


def test_the_items_are_shown_on_request_only(client: stripe.StripeClient) -> None:
    session = a_session(client)
    assert "line_items" not in session.to_dict()
    shown = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["line_items.data.price.product"]})
    assert shown.line_items
    [item] = shown.line_items.data
    assert (item.description, item.quantity, item.amount_total) == ("Algebra <I>", 2, 4900)
    assert item.price
    assert isinstance(item.price.product, stripe.Product)
    assert item.price.product.name == "Algebra <I>"


def test_the_items_are_listed_in_their_order_and_in_pages(client: stripe.StripeClient) -> None:
    price = client.v1.prices.create({"currency": "eur", "unit_amount": 500, "product_data": {"name": "Book"}})
    items = [{"price": price.id, "quantity": number} for number in (3, 1, 2)]
    session = a_session(client, line_items=items)
    assert session.amount_total == 3000
    listed = client.v1.checkout.sessions.line_items.list(session.id, {"limit": 2})
    assert [item.quantity for item in listed.auto_paging_iter()] == [3, 1, 2]


def test_the_page_shows_the_sum_the_items_the_cards_and_that_it_is_a_simulation(
    world: World, client: stripe.StripeClient
) -> None:
    page = look(world, a_session(client)).text
    for words in (
        "49.00 EUR",
        "Algebra &lt;I&gt;",
        "Not affiliated with Stripe",
        "insufficient funds",
        f"{SHOP}/cart",
    ):
        assert words in page


def test_a_person_pays_and_is_sent_on_to_the_shop(world: World, client: stripe.StripeClient) -> None:
    session = a_session(client, payment_intent_data={"metadata": {"sagaId": "s1"}, "description": "Algebra"})
    answer = pay(world, session, email="ada@example.com", name="Ada")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{SHOP}/thanks?session={session.id}")
    paid = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert isinstance(paid.payment_intent, stripe.PaymentIntent)
    assert (paid.payment_intent.metadata["sagaId"], paid.payment_intent.amount_received) == ("s1", 4900)
    assert paid.customer_details
    assert (paid.customer_details.email, paid.customer_details.name) == ("ada@example.com", "Ada")
    assert recorded(client) == [*FOR_SALE, *PAID]


def test_the_shop_hears_of_it_by_webhook(world: World, client: stripe.StripeClient) -> None:
    session = a_session(client)
    pay(world, session)
    world.settle()
    assert world.receiver.names() == [*FOR_SALE, *PAID]
    assert world.receiver.got[-1].event["data"]["object"]["id"] == session.id


def test_a_declined_card_is_shown_on_the_page_and_another_one_pays(world: World, client: stripe.StripeClient) -> None:
    session = a_session(client)
    answer = pay(world, session, "pm_card_visa_chargeDeclinedInsufficientFunds")
    assert (answer.status_code, "Your card has insufficient funds." in answer.text) == (200, True)
    assert again(client, session).status == "open"
    assert pay(world, session).status_code == 303
    assert len(client.v1.payment_intents.list().data) == 1
    assert recorded(client)[3:] == ["charge.failed", "payment_intent.payment_failed", *PAID[1:]]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"number": "4242 4242 4242 4241", "expiry": "12/34", "cvc": "123"}, "card number is incorrect"),
        ({"number": "4242424242424242", "expiry": "12/24", "cvc": "123"}, "expiration year is invalid"),
        ({"number": "4242424242424242", "expiry": "", "cvc": "123"}, "expiration month is invalid"),
        ({"number": "4242424242424242", "expiry": "soon", "cvc": "123"}, "Invalid integer"),
        ({"number": "4242424242424242", "expiry": "12/34", "cvc": ""}, "security code is invalid"),
        ({"number": "4111111111111111", "expiry": "12/34", "cvc": "123"}, "non test (live) card"),
    ],
)
def test_what_a_person_mistypes_is_shown_on_the_page(
    world: World, client: stripe.StripeClient, typed: dict[str, str], words: str
) -> None:
    session = a_session(client)
    assert words in pay(world, session, **typed).text
    assert again(client, session).status == "open"


def test_a_person_types_a_card(world: World, client: stripe.StripeClient) -> None:
    session = a_session(client)
    pay(world, session, number="5555 5555 5555 4444", expiry="1 / 30", cvc="123")
    [charge] = client.v1.charges.list().data
    shown: Any = charge.payment_method_details
    assert (shown.card.last4, again(client, session).status) == ("4444", "complete")


def test_a_cardholder_is_asked_and_comes_back_to_the_shop(world: World, client: stripe.StripeClient) -> None:
    session = a_session(client)
    bank = pay(world, session, "pm_card_threeDSecure2Required").headers["Location"]
    assert "/3d_secure/" in bank
    back = world.http.post(bank, data={"outcome": "complete"}, allow_redirects=False).headers["Location"]
    assert back.startswith(str(session.url))
    assert again(client, session).status == "complete"
    assert world.http.get(back, allow_redirects=False).headers["Location"].startswith(f"{SHOP}/thanks")
    assert recorded(client)[3:] == ["payment_intent.requires_action", *PAID[1:]]


def test_a_cardholder_who_fails_comes_back_to_the_page(world: World, client: stripe.StripeClient) -> None:
    session = a_session(client)
    bank = pay(world, session, "pm_card_threeDSecure2Required").headers["Location"]
    page = world.http.post(bank, data={"outcome": "fail"})
    assert "has failed authentication" in page.text
    assert again(client, session).status == "open"


def test_a_session_is_paid_once(world: World, client: stripe.StripeClient) -> None:
    session = a_session(client)
    assert [pay(world, session).status_code for _ in range(2)] == [303, 303]
    assert recorded(client).count("charge.succeeded") == 1


def test_racing_payments_of_one_session_make_one_charge(world: World, client: stripe.StripeClient) -> None:
    session = a_session(client)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: pay(world, session).headers["Location"], range(8)))
    assert answers == [f"{SHOP}/thanks?session={session.id}"] * 8
    assert recorded(client) == [*FOR_SALE, *PAID]


def test_a_shop_expires_a_session_with_what_it_has_begun(world: World, client: stripe.StripeClient) -> None:
    session = a_session(client)
    pay(world, session, "pm_card_chargeDeclined")
    expired = client.v1.checkout.sessions.expire(session.id)
    assert (expired.status, expired.url) == ("expired", None)
    [intent] = client.v1.payment_intents.list().data
    assert (intent.status, intent.cancellation_reason) == ("canceled", "expired")
    assert recorded(client)[-2:] == ["checkout.session.expired", "payment_intent.canceled"]
    assert "expired" in pay(world, session).text
    with pytest.raises(stripe.InvalidRequestError, match="Only Checkout Sessions with a status"):
        client.v1.checkout.sessions.expire(session.id)


def test_a_paid_session_cannot_be_expired(world: World, client: stripe.StripeClient) -> None:
    session = a_session(client)
    pay(world, session)
    with pytest.raises(stripe.InvalidRequestError, match="This one is complete"):
        client.v1.checkout.sessions.expire(session.id)


def test_a_session_expires_by_itself_when_its_time_is_over(world: World, client: stripe.StripeClient) -> None:
    opened = a_session(client)
    shorter = a_session(client, expires_at=opened.created + 1800)
    world.settle(timedelta(minutes=30))
    assert [again(client, each).status for each in (opened, shorter)] == ["open", "expired"]
    world.settle(timedelta(hours=24))
    assert again(client, opened).status == "expired"


def test_a_paid_session_stays_paid_when_its_time_is_over(world: World, client: stripe.StripeClient) -> None:
    session = a_session(client)
    pay(world, session)
    world.settle(timedelta(days=2))
    assert again(client, session).status == "complete"


def test_the_intent_of_a_session_is_ended_with_its_session_only(world: World, client: stripe.StripeClient) -> None:
    pay(world, a_session(client), "pm_card_chargeDeclined")
    [intent] = client.v1.payment_intents.list().data
    with pytest.raises(stripe.InvalidRequestError, match="expire the session"):
        client.v1.payment_intents.cancel(intent.id)


def test_a_session_whose_money_is_only_held_is_complete_and_unpaid(world: World, client: stripe.StripeClient) -> None:
    session = a_session(client, payment_intent_data={"capture_method": "manual"})
    pay(world, session)
    assert (again(client, session).status, again(client, session).payment_status) == ("complete", "unpaid")


def test_a_session_knows_its_customer_or_makes_one(world: World, client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"email": "ada@example.com"})
    known, new = a_session(client, customer=customer.id), a_session(client, customer_creation="always")
    assert known.customer_details
    assert known.customer_details.email == "ada@example.com"
    pay(world, known)
    pay(world, new, email="bob@example.com")
    assert again(client, known).customer == customer.id
    made = client.v1.customers.retrieve(str(again(client, new).customer))
    assert made.email == "bob@example.com"
    assert [each.id for each in client.v1.checkout.sessions.list({"customer": customer.id}).data] == [known.id]


def test_sessions_are_listed_newest_first_and_by_what_became_of_them(world: World, client: stripe.StripeClient) -> None:
    first, second = a_session(client), a_session(client)
    pay(world, first)
    assert [each.id for each in client.v1.checkout.sessions.list().data] == [second.id, first.id]
    assert [each.id for each in client.v1.checkout.sessions.list({"status": "complete"}).data] == [first.id]


@pytest.mark.parametrize(
    ("asked", "code", "param"),
    [
        ({"mode": "subscription"}, None, "mode"),
        ({"line_items": [{"quantity": 1}]}, None, "line_items[0]"),
        ({"line_items": [ALGEBRA | {"quantity": 0}]}, "parameter_invalid_integer", "line_items[0][quantity]"),
        ({"line_items": [{"price": "price_none"}]}, "resource_missing", "line_items[0][price]"),
        (
            {"line_items": [{"price_data": {"currency": "eur", "unit_amount": 500}}]},
            None,
            "line_items[0][price_data][product]",
        ),
        ({"success_url": "javascript:alert(1)"}, "url_invalid", "success_url"),
        ({"expires_at": 1}, None, "expires_at"),
        ({"customer": "cus_none"}, "resource_missing", "customer"),
        ({"discounts": [{"coupon": "x"}]}, "parameter_unknown", "discounts"),
    ],
)
def test_a_bad_session_is_named_and_leaves_nothing(
    client: stripe.StripeClient, asked: Any, code: str | None, param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        a_session(client, **asked)
    assert (refusal.value.http_status, refusal.value.code, refusal.value.param) == (400, code, param)
    assert client.v1.checkout.sessions.list().data == []
    assert recorded(client) == []


def test_a_session_too_cheap_to_be_charged_is_refused(client: stripe.StripeClient) -> None:
    cheap = {"price_data": {"currency": "eur", "unit_amount": 49, "product_data": {"name": "Pen"}}}
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        a_session(client, line_items=[cheap])
    assert refusal.value.code == "amount_too_small"


def test_items_of_two_currencies_are_refused(client: stripe.StripeClient) -> None:
    dollars = {"price_data": {"currency": "usd", "unit_amount": 500, "product_data": {"name": "Pen"}}}
    with pytest.raises(stripe.InvalidRequestError, match="same currency"):
        a_session(client, line_items=[ALGEBRA, dollars])


def test_a_recurring_price_is_not_sold_once(client: stripe.StripeClient) -> None:
    monthly: Any = {
        "currency": "eur",
        "unit_amount": 500,
        "product_data": {"name": "x"},
        "recurring": {"interval": "month"},
    }
    price = client.v1.prices.create(monthly)
    assert (price.type, price.recurring and price.recurring.interval) == ("recurring", "month")
    with pytest.raises(stripe.InvalidRequestError, match="recurring price"):
        a_session(client, line_items=[{"price": price.id}])


def test_an_unknown_page_is_not_found(world: World, client: stripe.StripeClient) -> None:
    a_paid_intent(client)
    assert world.http.get(f"{world.url}/c/pay/cs_test_none").status_code == 404
    assert world.http.get(f"{world.url}/3d_secure/payatt_none").status_code == 404


def test_prices_and_products_are_changed_and_deleted(client: stripe.StripeClient) -> None:
    product = client.v1.products.create({"name": "Algebra", "description": "for all"})
    price = client.v1.prices.create({"currency": "eur", "unit_amount": 4900, "product": product.id})
    assert client.v1.products.update(product.id, {"description": ""}).description is None
    assert client.v1.prices.update(price.id, {"active": False}).active is False
    assert client.v1.prices.list({"active": True}).data == []
    with pytest.raises(stripe.InvalidRequestError, match="user-created prices"):
        client.v1.products.delete(product.id)
    assert client.v1.products.delete(client.v1.products.create({"name": "Geometry"}).id).deleted
    assert [each.name for each in client.v1.products.list().data] == ["Algebra"]
