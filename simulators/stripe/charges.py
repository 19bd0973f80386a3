"""Charges: one attempt to take money, and what was given back of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Blueprint

from simulators.kit.simulator import simulator
from simulators.stripe.account import fetched, fresh_id, now, table
from simulators.stripe.api import takes
from simulators.stripe.events import emit
from simulators.stripe.lists import PAGE, page
from simulators.stripe.parameters import text
from simulators.stripe.payment_methods import NOBODY, card_details

if TYPE_CHECKING:
    from simulators.kit.shelf import Json
    from simulators.stripe.cards import Card, Decline

routes = Blueprint("charges", __name__)

SETTLES_AFTER = timedelta(seconds=2)
"""How long after an `automatic_async` charge its balance transaction is known."""

EMPTY = dict.fromkeys((
    "application", "application_fee", "application_fee_amount", "balance_transaction", "customer",
    "failure_balance_transaction", "failure_code", "failure_message", "on_behalf_of", "presentment_details",
    "receipt_number", "receipt_url", "review", "source", "source_transfer", "transfer_data",
))  # fmt: skip
FROM_INTENT = (
    "amount", "currency", "description", "livemode", "metadata", "receipt_email", "shipping",
    "statement_descriptor", "statement_descriptor_suffix", "transfer_group",
)  # fmt: skip


@routes.get("/v1/charges/<charge_id>")
@takes({})
def retrieve_charge(asked: Json, charge_id: str) -> Json:  # noqa: ARG001 - it takes no parameters
    """One charge."""
    return fetched("charges", charge_id)


@routes.get("/v1/charges")
@takes({**PAGE, "payment_intent": text})
def list_charges(asked: Json) -> Json:
    """Charges, newest first, all or those of one intent."""
    return page("charges", asked, payment_intent=asked.get("payment_intent"))


def charge(intent: Json, method_id: str, card: Card) -> Json:
    """Try to take the intent's money from the card; the charge says what came of it."""
    taken = card.decline is None
    attempt = EMPTY | {name: intent[name] for name in FROM_INTENT}
    attempt |= {
        "id": fresh_id("ch"),
        "object": "charge",
        "amount_captured": intent["amount"] if taken else 0,
        "amount_refunded": 0,
        "billing_details": NOBODY,
        "calculated_statement_descriptor": "SIMULATED",
        "captured": taken,
        "created": now(),
        "disputed": False,
        "fraud_details": {},
        "outcome": _outcome(card.decline),
        "paid": taken,
        "payment_intent": intent["id"],
        "payment_method": method_id,
        "payment_method_details": {"card": _card_used(card, intent["amount"] if taken else None), "type": "card"},
        "radar_options": {},
        "refunded": False,
        "status": "succeeded" if taken else "failed",
    }
    if card.decline:
        attempt |= {"failure_code": card.decline.code, "failure_message": card.decline.message}
    elif intent["capture_method"] == "automatic":
        attempt["balance_transaction"] = fresh_id("txn")
    else:
        simulator().timers.after(SETTLES_AFTER, settle, charge_id=attempt["id"])
    return table("charges").put(attempt)


def settle(charge_id: str) -> None:
    """Let the money of an `automatic_async` charge reach the balance."""
    settled = fetched("charges", charge_id) | {"balance_transaction": fresh_id("txn")}
    table("charges").put(settled)
    emit("charge.updated", settled, {"balance_transaction": None})


def _outcome(decline: Decline | None) -> Json:
    codes = {"advice_code": None, "network_advice_code": None, "network_decline_code": None}
    told: tuple[str | None, ...]
    if decline is None:
        told = ("approved_by_network", None, "normal", "Payment complete.", "authorized")
    elif decline.blocked:
        told = ("not_sent_to_network", "highest_risk_level", "highest", "Stripe blocked this payment.", "blocked")
    else:
        message = "The bank did not return any further details with this decline."
        told = ("declined_by_network", decline.reason, "normal", message, "issuer_declined")
    names = ("network_status", "reason", "risk_level", "seller_message", "type")
    return codes | dict(zip(names, told, strict=True)) | ({"advice_code": decline.advice} if decline else {})


def _card_used(card: Card, authorized: int | None) -> Json:
    unavailable = {"status": "unavailable"}
    return card_details(card) | {
        "amount_authorized": authorized,
        "authorization_code": "123456" if authorized else None,
        "extended_authorization": {"status": "disabled"},
        "incremental_authorization": unavailable,
        "installments": None,
        "mandate": None,
        "multicapture": unavailable,
        "network": card.brand,
        "network_token": {"used": False},
        "network_transaction_id": fresh_id("ntx"),
        "overcapture": {"maximum_amount_capturable": authorized} | unavailable,
        "three_d_secure": None,
    }
