"""Refunds: money given back, which may take its time, and may come back again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Blueprint

from simulators.kit.simulator import simulator
from simulators.stripe.account import amended, fetched, fresh_id, missing, now, table
from simulators.stripe.api import takes
from simulators.stripe.errors import RefusedError, StripeError
from simulators.stripe.lists import PAGE, PAGING, page
from simulators.stripe.parameters import integer, metadata, one_of, text
from simulators.stripe.payments.amounts import money
from simulators.stripe.payments.cards import RefundEnds
from simulators.stripe.payments.dispute_course import forbids_refund
from simulators.stripe.payments.ledger import REFUND, REFUND_FAILURE, booked
from simulators.stripe.payments.payment_methods import card_of
from simulators.stripe.webhooks.events import emit, emit_change

if TYPE_CHECKING:
    from simulators.kit.json_types import Json
    from simulators.stripe.parameters import Table

routes = Blueprint("refunds", __name__)

ENDS_AFTER = timedelta(seconds=5)
"""How long the bank takes over a refund that does not end at once."""

CANCELABLE = ("pending", "requires_action")
FAILURE = "expired_or_canceled_card"
REFERENCE = {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"}
"""By which the cardholder's bank will know it."""
CREATE: Table = {
    "payment_intent": text,
    "charge": text,
    "amount": integer,
    "reason": one_of("duplicate", "fraudulent", "requested_by_customer"),
    "metadata": metadata,
}
EMPTY = dict.fromkeys((
    "balance_transaction", "customer", "customer_account", "payment_method", "reason", "receipt_number",
    "source_transfer_reversal", "transfer_reversal",
))  # fmt: skip


@routes.post("/v1/refunds")
@takes(CREATE)
def create_refund(asked: Json) -> Json:
    """Money back to the card, all that is left or a part of it."""
    charge = _charge_to_refund(asked)
    if forbids_refund(charge):
        raise RefusedError(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed"
        )
    rest = charge["amount_captured"] - charge["amount_refunded"]
    if rest == 0:
        raise RefusedError(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    amount = asked.get("amount", rest)
    if amount < 1:
        message = "This value must be greater than or equal to 1."
        raise StripeError(message, code="parameter_invalid_integer", param="amount")
    if amount > rest:
        code = charge["currency"]
        message = f"Refund amount ({money(amount, code)}) is greater than unrefunded amount on charge "
        message += f"({money(rest, code)})"
        raise RefusedError(message, param="amount")
    return _given_back(charge, amount, asked)


@routes.get("/v1/refunds/<refund_id>")
@takes({})
def retrieve_refund(asked: Json, refund_id: str) -> Json:  # noqa: ARG001 - it takes no parameters
    """One refund."""
    return fetched("refunds", refund_id)


@routes.get("/v1/refunds")
@takes({**PAGE, "payment_intent": text, "charge": text})
def list_refunds(asked: Json) -> Json:
    """Refunds, newest first, all or those of one intent or charge."""
    return page("refunds", asked, by=("payment_intent", "charge"))


@routes.get("/v1/charges/<charge_id>/refunds")
@takes(PAGING)
def list_charge_refunds(asked: Json, charge_id: str) -> Json:
    """What was given back of a charge, newest first."""
    return page("refunds", asked, charge=fetched("charges", charge_id)["id"])


@routes.get("/v1/charges/<charge_id>/refunds/<refund_id>")
@takes({})
def retrieve_charge_refund(asked: Json, charge_id: str, refund_id: str) -> Json:  # noqa: ARG001 - as above
    """One refund of a charge."""
    refund = fetched("refunds", refund_id)
    if refund["charge"] != fetched("charges", charge_id)["id"]:
        raise missing("refunds", refund_id)
    return refund


@routes.post("/v1/refunds/<refund_id>")
@takes({"metadata": metadata})
def update_refund(asked: Json, refund_id: str) -> Json:
    """Other metadata; nothing else of a refund can be changed."""
    before = fetched("refunds", refund_id)
    return _changed(before, amended(before, asked))


@routes.post("/v1/refunds/<refund_id>/cancel")
@takes({})
def cancel_refund(asked: Json, refund_id: str) -> Json:  # noqa: ARG001 - it takes no parameters
    """The end of a refund that the bank has not made yet."""
    refund = fetched("refunds", refund_id)
    if refund["status"] not in CANCELABLE:
        raise RefusedError("Canceling this refund is unsupported.")
    return _taken_back(refund, {"status": "canceled", "failure_reason": "merchant_request"})


def succeed(refund_id: str) -> None:
    """End a refund that is still pending."""
    refund = fetched("refunds", refund_id)
    if refund["status"] == "pending":
        after = {name: value for name, value in refund.items() if name != "pending_reason"}
        _changed(refund, after | {"status": "succeeded"})


def fail(refund_id: str) -> None:
    """Bring the money of a refund back: the bank does not take it."""
    refund = _taken_back(fetched("refunds", refund_id), {"status": "failed", "failure_reason": FAILURE})
    emit("refund.failed", refund)


def _changed(before: Json, after: Json) -> Json:
    emit_change("refund.updated", before, table("refunds").put(after))
    return emit_change("charge.refund.updated", before, after)


def _taken_back(refund: Json, how: Json) -> Json:
    """Let the money of a refund count as captured again."""
    charge = _count(fetched("charges", refund["charge"]), -refund["amount"])
    back = booked(REFUND_FAILURE, refund, refund["amount"], _says("REFUND FAILURE", charge))
    return _changed(refund, refund | how | {"failure_balance_transaction": back["id"]})


def _charge_to_refund(asked: Json) -> Json:
    if ("payment_intent" in asked) == ("charge" in asked):
        raise StripeError("One of the following params should be provided for this request: payment_intent or charge.")
    if "charge" in asked:
        charge = fetched("charges", asked["charge"])
    else:
        intent = fetched("payment_intents", asked["payment_intent"], "payment_intent")
        charge = table("charges").find(intent["latest_charge"]) or {"status": "none", "payment_intent": intent["id"]}
    if charge["status"] != "succeeded":
        name = charge["payment_intent"]
        raise RefusedError(f"This PaymentIntent ({name}) does not have a successful charge to refund.")
    if not charge["captured"]:
        message = (
            f"This uncaptured Charge was created by a PaymentIntent ({charge['payment_intent']}). You must cancel "
        )
        message += "the PaymentIntent to reverse the authorization instead of refunding the Charge directly."
        raise RefusedError(message)
    return charge


def _given_back(charge: Json, amount: int, asked: Json) -> Json:
    ends = card_of(charge["payment_method"]).refund
    waits = ends is RefundEnds.WELL_LATER
    refund = EMPTY | {
        "id": fresh_id("re"),
        "object": "refund",
        "amount": amount,
        "charge": charge["id"],
        "created": now(),
        "currency": charge["currency"],
        "destination_details": {"card": dict(REFERENCE), "type": "card"},
        "metadata": asked.get("metadata", {}),
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "reason": asked.get("reason"),
        "status": "pending" if waits else "succeeded",
    }
    if waits:
        refund["pending_reason"] = "processing"
    refund["balance_transaction"] = booked(REFUND, refund, amount, _says("REFUND FOR CHARGE", charge))["id"]
    table("refunds").put(refund)
    if ends is not RefundEnds.WELL:
        simulator().timers.after(ENDS_AFTER, succeed if waits else fail, refund_id=refund["id"])
    _announce(refund, _count(charge, amount))
    return refund


def _says(words: str, charge: Json) -> str:
    """Return how the balance tells of a refund: with what the charge was for, if that was said."""
    return f"{words} ({charge['description']})" if charge["description"] else words


def _count(charge: Json, amount: int) -> Json:
    refunded = charge["amount_refunded"] + amount
    charge |= {"amount_refunded": refunded, "refunded": refunded == charge["amount_captured"]}
    return table("charges").put(charge)


def _announce(refund: Json, charge: Json) -> None:
    emit("refund.created", refund)
    emit("charge.refunded", charge, {"amount_refunded": charge["amount_refunded"] - refund["amount"]})
    emit("refund.updated", refund, {})
    emit("charge.refund.updated", refund, {})
