"""Customers: made, changed, listed, deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import stripe

from tests.integration.stripe_sdk.intents import an_intent, before, recorded

if TYPE_CHECKING:
    from tests.stripe_world import World


def test_a_customer_is_kept_as_described(client: stripe.StripeClient) -> None:
    details: Any = {
        "name": "Ada", "email": "ada@example.com", "phone": "+44", "metadata": {"studentId": "ada"},
        "address": {"country": "GB"}, "preferred_locales": ["en"],
    }  # fmt: skip
    customer = client.v1.customers.create(details)
    assert client.v1.customers.retrieve(customer.id) == customer
    shown = customer.to_dict()
    assert {name: shown[name] for name in details} == details
    assert (customer.balance, customer.delinquent, customer.tax_exempt, customer.description) == (
        0,
        False,
        "none",
        None,
    )


def test_a_customer_is_changed_and_the_event_tells_what_was_before(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"name": "Ada", "email": "a@example.com", "metadata": {"a": "1"}})
    changed = client.v1.customers.update(customer.id, {"email": "b@example.com", "metadata": {"b": "2"}, "name": ""})
    assert (changed.email, changed.name, changed.to_dict()["metadata"]) == ("b@example.com", None, {"a": "1", "b": "2"})
    [event] = client.v1.events.list({"type": "customer.updated"}).data
    was = {"email": "a@example.com", "metadata": {"b": None}, "name": "Ada"}
    assert before(event) == was


def test_a_new_customer_can_bring_a_card(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"payment_method": "pm_card_visa"})
    assert len(client.v1.payment_methods.list({"customer": customer.id}).data) == 1


def test_a_declined_card_keeps_the_customer_from_being_made(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.CardError):
        client.v1.customers.create({"payment_method": "pm_card_chargeDeclined"})
    assert client.v1.customers.list().data == []
    assert recorded(client) == []


def test_a_deleted_customer_is_a_tombstone_whose_cards_are_gone(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"payment_method": "pm_card_visa"})
    gone = client.v1.customers.delete(customer.id)
    assert (gone.id, gone.deleted) == (customer.id, True)
    assert client.v1.customers.retrieve(customer.id).to_dict() == {
        "id": customer.id, "object": "customer", "deleted": True,
    }  # fmt: skip
    assert client.v1.customers.list().data == []
    assert client.v1.charges.list({"customer": customer.id}).data == []
    with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
        client.v1.payment_methods.list({"customer": customer.id})
    for refused in (client.v1.customers.delete, client.v1.customers.update):
        with pytest.raises(stripe.InvalidRequestError, match="No such customer") as refusal:
            refused(customer.id)
        assert refusal.value.http_status == 404


def test_customers_are_listed_by_mail_address_and_in_pages(client: stripe.StripeClient) -> None:
    ids = [client.v1.customers.create({"email": f"{n % 2}@example.com"}).id for n in range(4)][::-1]
    assert [each.id for each in client.v1.customers.list({"limit": 3}).auto_paging_iter()] == ids
    assert [each.id for each in client.v1.customers.list({"email": "1@example.com"}).data] == ids[::2]


def test_an_intent_names_a_customer_that_there_is(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create().id
    intent = an_intent(client, customer=customer, expand=["customer"])
    assert isinstance(intent.customer, stripe.Customer)
    assert [each.id for each in client.v1.payment_intents.list({"customer": customer}).data] == [intent.id]
    with pytest.raises(stripe.InvalidRequestError, match="No such customer: 'cus_none'") as refusal:
        an_intent(client, customer="cus_none")
    assert (refusal.value.http_status, refusal.value.param) == (400, "customer")


def test_a_bad_parameter_of_a_customer_is_named(client: stripe.StripeClient, world: World) -> None:
    for asked, param in [({"shipping": {"name": "Ada"}}, "shipping[address]"), ({"colour": "red"}, "colour")]:
        bad: Any = asked
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            client.v1.customers.create(bad)
        assert refusal.value.param == param
