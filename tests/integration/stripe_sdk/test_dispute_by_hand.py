"""A dispute when a test wants one: days later, of a part, and decided by the bank."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import stripe

from tests.integration.stripe_sdk.intents import a_paid_intent, an_intent, recorded
from tests.stripe_world import World


def ask(world: World, **body: Any) -> requests.Response:
    return world.http.post(f"{world.url}/_sim/disputes", json=body)


def paid_charge(client: stripe.StripeClient, **more: Any) -> str:
    return str(a_paid_intent(client, capture_method="automatic", **more).latest_charge)


def test_a_part_is_disputed_and_lost(world: World, client: stripe.StripeClient) -> None:
    charge = paid_charge(client)
    opened = ask(world, charge=charge, amount=1000, reason="product_not_received")
    assert opened.status_code == 201
    dispute = client.v1.disputes.retrieve(opened.json()["id"])
    assert (dispute.amount, dispute.status, dispute.reason) == (1000, "needs_response", "product_not_received")
    [withdrawn] = dispute.balance_transactions
    assert (withdrawn.amount, withdrawn.fee, withdrawn.net) == (-1000, 1500, -2500)
    assert client.v1.disputes.close(dispute.id).status == "lost"
    assert recorded(client)[-3:] == [
        "charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.closed",
    ]  # fmt: skip
    assert client.v1.charges.retrieve(charge).disputed


@pytest.mark.parametrize(
    ("text", "status", "last"),
    [
        ("winning_evidence", "won", ["charge.dispute.funds_reinstated", "charge.dispute.closed"]),
        ("losing_evidence", "lost", ["charge.dispute.updated", "charge.dispute.closed"]),
    ],
)
def test_a_part_is_won_or_lost(
    world: World, client: stripe.StripeClient, text: str, status: str, last: list[str]
) -> None:
    dispute_id = ask(world, charge=paid_charge(client), amount=1000).json()["id"]
    client.v1.disputes.update(dispute_id, {"evidence": {"uncategorized_text": text}})
    while (
        world.app.extensions["background"].next_due()
        and client.v1.disputes.retrieve(dispute_id).status == "under_review"
    ):
        world.settle(world.app.extensions["background"].next_due() - world.clock.now())
    dispute = client.v1.disputes.retrieve(dispute_id)
    assert dispute.status == status
    assert sum(each.amount for each in dispute.balance_transactions) == (0 if status == "won" else -1000)
    assert recorded(client)[-2:] == last


def test_without_an_amount_all_is_disputed_that_was_not_given_back(world: World, client: stripe.StripeClient) -> None:
    charge = paid_charge(client)
    client.v1.refunds.create({"charge": charge, "amount": 900})
    assert ask(world, charge=charge).json()["amount"] == 4000


def test_a_dispute_that_no_bank_could_open_is_refused(world: World, client: stripe.StripeClient) -> None:
    charge, failed = paid_charge(client), an_intent(client).id
    bodies: list[Any] = [
        {}, {"charge": "ch_none"}, {"charge": failed}, {"charge": charge, "amount": 4901},
        {"charge": charge, "amount": 0},
        {"charge": charge, "amount": "x"}, {"charge": charge, "amount": 1.5}, {"charge": charge, "amount": True},
        {"charge": charge, "reason": "boredom"}, {"charge": 1}, {"charge": charge, "unheard": 1},
    ]  # fmt: skip
    assert [ask(world, **body).status_code for body in bodies] == [400] * len(bodies)
    assert client.v1.disputes.list().data == []


def test_only_the_part_that_is_disputed_cannot_be_given_back(world: World, client: stripe.StripeClient) -> None:
    charge = paid_charge(client)
    ask(world, charge=charge, amount=1000)
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded amount"):
        client.v1.refunds.create({"charge": charge, "amount": 3901})
    assert client.v1.refunds.create({"charge": charge, "amount": 900}).amount == 900
    assert client.v1.refunds.create({"charge": charge}).amount == 3000
    with pytest.raises(stripe.InvalidRequestError, match="charged back") as refusal:
        client.v1.refunds.create({"charge": charge})
    assert refusal.value.code == "charge_disputed"
