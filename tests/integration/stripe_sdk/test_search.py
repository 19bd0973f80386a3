"""Stripe's search language, over intents, charges and customers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import stripe

from tests.integration.stripe_sdk.intents import a_paid_intent, an_intent

if TYPE_CHECKING:
    from tests.stripe_world import World


@pytest.fixture
def catalog(world: World, client: stripe.StripeClient) -> dict[str, str]:
    """Names for three intents: an open one, a paid one a minute younger, and a canceled one in dollars."""
    opened = an_intent(client, metadata={"sagaId": "s1", "title": 'The "X" Files'})
    world.clock.advance(timedelta(minutes=1))
    paid = a_paid_intent(client, amount=5000, metadata={"sagaId": "s2"})
    canceled = client.v1.payment_intents.cancel(an_intent(client, currency="usd", amount=100, metadata={}).id)
    return {opened.id: "open", paid.id: "paid", canceled.id: "canceled"}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ('status:"succeeded"', {"paid"}),
        ("status:'succeeded'", {"paid"}),
        ('status:"SUCCEEDED"', {"paid"}),
        ('-status:"succeeded"', {"open", "canceled"}),
        ("amount>4900", {"paid"}),
        ("amount>=4900", {"open", "paid"}),
        ("amount<4900", {"canceled"}),
        ("amount<=100", {"canceled"}),
        ("amount:5000", {"paid"}),
        ('amount>"4900"', {"paid"}),
        ('currency:"usd"', {"canceled"}),
        ('metadata["sagaId"]:"s1"', {"open"}),
        ("metadata['sagaId']:'s1'", {"open"}),
        ('metadata["sagaId"]:null', {"canceled"}),
        ('-metadata["sagaId"]:null', {"open", "paid"}),
        (r'metadata["title"]:"The \"X\" Files"', {"open"}),
        ('metadata["sagaId"]:"s1" AND status:"requires_payment_method"', {"open"}),
        ('metadata["sagaId"]:"s1" AND status:"succeeded"', set()),
        ('metadata["sagaId"]:"s1" OR status:"succeeded"', {"open", "paid"}),
        ('status:"succeeded" and amount>1 and currency:"eur"', {"paid"}),
        ('status:"canceled" OR status:"succeeded" OR amount:4900', {"open", "paid", "canceled"}),
        ("customer:null", {"open", "paid", "canceled"}),
        (f"created>{1767225600 + 59}", {"paid", "canceled"}),
        (f"created:{1767225600}", {"open"}),
    ],
)
def test_a_query_finds_what_it_says(
    client: stripe.StripeClient, catalog: dict[str, str], query: str, found: set[str]
) -> None:
    result = client.v1.payment_intents.search({"query": query})
    assert {catalog[each.id] for each in result.data} == found
    assert {"object": "search_result", "has_more": False, "next_page": None}.items() <= result.to_dict().items()


@pytest.mark.parametrize(
    "query",
    [
        "status", 'status:"succeeded" AND', 'status:"succeeded" amount>1', 'status:"a" AND amount>1 OR amount<1',
        'status~"succ"', 'status>"a"', 'colour:"red"', 'metadata:"s1"', 'status["a"]:"b"', "amount>much",
        'status:"open', "amount~1", 'AND status:"a"',
    ],
)  # fmt: skip
def test_a_query_that_cannot_be_read_is_refused(client: stripe.StripeClient, query: str) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="unable to parse your search query") as refusal:
        client.v1.payment_intents.search({"query": query})
    assert refusal.value.param == "query"


def test_a_search_counts_what_it_finds_when_asked(client: stripe.StripeClient) -> None:
    for name in ("ada", "ada", "bob"):
        an_intent(client, metadata={"who": name})
    wanted: Any = {"query": 'metadata["who"]:"ada"', "limit": 1}
    assert client.v1.payment_intents.search(wanted | {"expand": ["total_count"]}).to_dict()["total_count"] == 2
    assert "total_count" not in client.v1.payment_intents.search(wanted).to_dict()


def test_a_search_needs_its_query(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.payment_intents.search({})  # type: ignore[typeddict-item] # on purpose
    assert (refusal.value.code, refusal.value.param) == ("parameter_missing", "query")


def test_results_come_newest_first_in_pages(client: stripe.StripeClient) -> None:
    ids = [an_intent(client).id for _ in range(5)][::-1]
    first = client.v1.payment_intents.search({"query": "amount>0", "limit": 2})
    assert ([each.id for each in first.data], first.has_more) == (ids[:2], True)
    assert first.next_page
    second = client.v1.payment_intents.search({"query": "amount>0", "limit": 3, "page": first.next_page})
    assert ([each.id for each in second.data], second.has_more) == (ids[2:], False)
    assert [each.id for each in first.auto_paging_iter()] == ids


@pytest.mark.parametrize("page", ["nonsense", "cGlfbm9uZQ==", "é"])
def test_a_page_that_nobody_gave_out_is_refused(client: stripe.StripeClient, page: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.payment_intents.search({"query": "amount>0", "page": page})
    assert refusal.value.param == "page"


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ('payment_method_details.card.last4:"4444"', 1),
        ('payment_method_details.card.brand:"visa" AND refunded:"true"', 1),
        ("payment_method_details.card.exp_year>2030", 3),
        ("disputed:false", 3),
        ('status:"failed"', 1),
    ],
)
def test_charges_are_found_by_their_card_and_fate(client: stripe.StripeClient, query: str, count: int) -> None:
    client.v1.refunds.create({"payment_intent": a_paid_intent(client).id})
    a_paid_intent(client, "pm_card_mastercard")
    with pytest.raises(stripe.CardError):
        a_paid_intent(client, "pm_card_chargeDeclined")
    assert len(client.v1.charges.search({"query": query}).data) == count


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ('email:"ADA@example.com"', {"Ada"}),
        ('email~"example"', {"Ada", "Bob"}),
        ('-email~"ada"', {"Bob", "Eve"}),
        ('name~"a" OR metadata["role"]:"tutor"', {"Ada", "Bob"}),
        ("email:null", {"Eve"}),
    ],
)
def test_customers_are_found_by_parts_of_words(client: stripe.StripeClient, query: str, names: set[str]) -> None:
    client.v1.customers.create({"name": "Ada", "email": "ada@example.com"})
    client.v1.customers.create({"name": "Bob", "email": "bob@example.com", "metadata": {"role": "tutor"}})
    client.v1.customers.create({"name": "Eve"})
    assert {str(each.name) for each in client.v1.customers.search({"query": query}).data} == names


def test_products_and_prices_are_found_too(client: stripe.StripeClient) -> None:
    price = client.v1.prices.create({"currency": "eur", "unit_amount": 500, "product_data": {"name": "Algebra I"}})
    [product] = client.v1.products.search({"query": 'name~"algebra" AND active:"true"'}).data
    assert [each.id for each in client.v1.prices.search({"query": f'product:"{product.id}"'}).data] == [price.id]
