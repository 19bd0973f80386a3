"""Charges: one attempt to take money, and what was given back of it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

from flask import Blueprint

from simulators.kit.json_types import Json
from simulators.kit.simulator import simulator
from simulators.stripe.account import amend, fetch, fresh_id, now, table
from simulators.stripe.api import takes
from simulators.stripe.lists import PAGE, page
from simulators.stripe.parameters import Table, metadata, text
from simulators.stripe.payments.cards import Card
from simulators.stripe.payments.dispute_lifecycle import dispute_part
from simulators.stripe.payments.early_fraud_warnings import warn
from simulators.stripe.payments.instruments import Decline
from simulators.stripe.payments.ledger import CHARGE, book, charge_fee
from simulators.stripe.payments.outcomes import card_usage, outcome
from simulators.stripe.payments.payment_methods import instrument_of
from simulators.stripe.texts import email, on_statement
from simulators.stripe.webhooks.events import emit, emit_change

routes = Blueprint("charges", __name__)

# How long after an `automatic_async` charge its balance transaction is known.
SETTLES_AFTER = timedelta(seconds=2)

EMPTY = dict.fromkeys((
    "application", "application_fee", "application_fee_amount", "balance_transaction",
    "failure_balance_transaction", "failure_code", "failure_message", "on_behalf_of", "presentment_details",
    "receipt_number", "receipt_url", "review", "source", "source_transfer", "transfer_data",
))  # fmt: skip
FROM_INTENT = (
    "amount", "currency", "customer", "description", "livemode", "metadata", "receipt_email", "shipping",
    "transfer_group",
)  # fmt: skip

DESCRIBING: Table = {"description": text, "metadata": metadata, "receipt_email": email, "transfer_group": text}


@routes.get("/v1/charges/<charge_id>")
@takes({})
def retrieve_charge(params: Json, charge_id: str) -> Json:  # noqa: ARG001 - it takes no parameters
    """One charge."""
    return fetch("charges", charge_id)


@routes.get("/v1/charges")
@takes({**PAGE, "payment_intent": text, "customer": text})
def list_charges(params: Json) -> Json:
    """Charges, newest first, all or those of one intent or customer."""
    return page("charges", params, by=("payment_intent", "customer"))


@routes.post("/v1/charges/<charge_id>")
@takes(DESCRIBING)
def update_charge(params: Json, charge_id: str) -> Json:
    """Changes to what is said of a charge."""
    before = fetch("charges", charge_id)
    return emit_change("charge.updated", before, table("charges").put(amend(before, params)))


def new_charge(intent: Json, method: Json, card: Card, decline: Decline | None, *, proven: bool = False) -> Json:
    """Try to take (or, for a manual capture, to hold) the intent's money; the charge says what came of it."""
    taken, held = decline is None, decline is None and intent["capture_method"] == "manual"
    amount = intent["amount"] if taken else None
    used = card_usage(card, method["billing_details"], amount, proven=proven, held=held)
    attempt = blank_charge(intent, method) | {
        "amount_captured": intent["amount"] if taken and not held else 0,
        "captured": taken and not held,
        "outcome": outcome(card, decline),
        "paid": taken,
        "payment_method_details": {"card": used, "type": "card"},
        "status": "succeeded" if taken else "failed",
    }
    if decline:
        attempt |= {"failure_code": decline.code, "failure_message": decline.message}
    table("charges").put(attempt)
    return collect(attempt, at_once=intent["capture_method"] == "automatic") if attempt["captured"] else attempt


def blank_charge(intent: Json, method: Json) -> Json:
    """Return a charge of the intent to this payment method, of which nothing has come yet; it is not kept."""
    return EMPTY | {name: intent[name] for name in FROM_INTENT} | statement(intent) | {
        "id": fresh_id("ch" if method["type"] == "card" else "py"),
        "object": "charge",
        "amount_refunded": 0,
        "billing_details": method["billing_details"],
        "created": now(),
        "disputed": False,
        "fraud_details": {},
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "radar_options": {},
        "refunded": False,
    }  # fmt: skip


def statement(intent: Json) -> Json:
    """Return what a charge tells of the statement on which the intent's payment will stand."""
    descriptors = {name: intent[name] for name in ("statement_descriptor", "statement_descriptor_suffix")}
    return descriptors | {"calculated_statement_descriptor": on_statement(*descriptors.values())}


def collect(charge: Json, *, at_once: bool) -> Json:
    """Let the money that was captured reach the balance, at once or (`automatic_async`) a little later."""
    if at_once:
        return _book_captured(charge)
    simulator().timers.after(SETTLES_AFTER, settle, charge_id=charge["id"])
    return charge


def announce_payment(name: str, charge: Json, previous: Json | None = None) -> None:
    """Announce by this name that money was taken; a complaint comes at once, as with Stripe's test cards."""
    emit(name, charge, previous)
    instrument = instrument_of(charge["payment_method"])
    for complaint in instrument.complaints if charge["captured"] else ():
        dispute_part(charge["id"], **asdict(complaint))
    if instrument.fraud_warning and charge["captured"]:
        warn(charge)


def settle(charge_id: str) -> None:
    """Let the money of an `automatic_async` charge reach the balance."""
    emit("charge.updated", _book_captured(fetch("charges", charge_id)), {"balance_transaction": None})


def _book_captured(charge: Json) -> Json:
    amount, instrument = charge["amount_captured"], instrument_of(charge["payment_method"])
    fee, at_once = charge_fee(amount, instrument.type), instrument.available_at_once
    transaction = book(CHARGE, charge, amount, charge["description"], fee=fee, at_once=at_once)
    return table("charges").put(charge | {"balance_transaction": transaction["id"]})
