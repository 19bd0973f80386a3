"""Refunds: money given back, which may take its time, and may come back again."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint

from simulators.kit.json_types import Json
from simulators.kit.simulator import simulator
from simulators.stripe.account import amend, fetch, fresh_id, not_found_error, now, table
from simulators.stripe.api import takes
from simulators.stripe.errors import StripeError, UnexpectedStateError
from simulators.stripe.lists import PAGE, PAGING, page
from simulators.stripe.parameters import Clearable, Table, integer, metadata, new_metadata, one_of, text
from simulators.stripe.payments.amounts import money, require_step
from simulators.stripe.payments.dispute_lifecycle import disputed_sum
from simulators.stripe.payments.instruments import RefundEnds
from simulators.stripe.payments.ledger import REFUND, REFUND_FAILURE, book
from simulators.stripe.payments.payment_methods import instrument_of
from simulators.stripe.webhooks.events import emit, emit_change

routes = Blueprint("refunds", __name__)

# How long the bank takes over a refund that does not end at once.
ENDS_AFTER = timedelta(seconds=5)

CANCELABLE = ("pending", "requires_action")
FAILURE = "expired_or_canceled_card"
# By which the cardholder's bank will know it.
REFERENCE = {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"}
CREATE: Table = {
    "payment_intent": text,
    "charge": text,
    "amount": integer,
    "reason": one_of("duplicate", "fraudulent", "requested_by_customer"),
    "metadata": Clearable(new_metadata),
}
EMPTY = dict.fromkeys((
    "balance_transaction", "customer", "customer_account", "payment_method", "reason", "receipt_number",
    "source_transfer_reversal", "transfer_reversal",
))  # fmt: skip


@routes.post("/v1/refunds")
@takes(CREATE)
def create_refund(params: Json) -> Json:
    """Money back to the card, all that is left or a part of it."""
    charge = _charge_to_refund(params)
    rest = charge["amount_captured"] - charge["amount_refunded"] - (disputed := disputed_sum(charge))
    if disputed and rest <= 0:
        raise UnexpectedStateError(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed"
        )
    if rest == 0:
        raise UnexpectedStateError(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    amount = params.get("amount", rest)
    if amount < 1:
        message = "This value must be greater than or equal to 1."
        raise StripeError(message, code="parameter_invalid_integer", param="amount")
    if amount > rest:
        code = charge["currency"]
        message = f"Refund amount ({money(amount, code)}) is greater than unrefunded amount on charge "
        message += f"({money(rest, code)})"
        raise UnexpectedStateError(message, param="amount")
    require_step(amount, charge["currency"])
    return _new_refund(charge, amount, params)


@routes.get("/v1/refunds/<refund_id>")
@takes({})
def retrieve_refund(params: Json, refund_id: str) -> Json:  # noqa: ARG001 - it takes no parameters
    """One refund."""
    return fetch("refunds", refund_id)


@routes.get("/v1/refunds")
@takes({**PAGE, "payment_intent": text, "charge": text})
def list_refunds(params: Json) -> Json:
    """Refunds, newest first, all or those of one intent or charge."""
    return page("refunds", params, by=("payment_intent", "charge"))


@routes.get("/v1/charges/<charge_id>/refunds")
@takes(PAGING)
def list_charge_refunds(params: Json, charge_id: str) -> Json:
    """What was given back of a charge, newest first."""
    return page("refunds", params, charge=fetch("charges", charge_id)["id"])


@routes.get("/v1/charges/<charge_id>/refunds/<refund_id>")
@takes({})
def retrieve_charge_refund(params: Json, charge_id: str, refund_id: str) -> Json:  # noqa: ARG001 - as above
    """One refund of a charge."""
    refund = fetch("refunds", refund_id)
    if refund["charge"] != fetch("charges", charge_id)["id"]:
        raise not_found_error("refunds", refund_id)
    return refund


@routes.post("/v1/refunds/<refund_id>")
@takes({"metadata": metadata})
def update_refund(params: Json, refund_id: str) -> Json:
    """Other metadata; nothing else of a refund can be changed."""
    before = fetch("refunds", refund_id)
    return _update(before, amend(before, params))


@routes.post("/v1/refunds/<refund_id>/cancel")
@takes({})
def cancel_refund(params: Json, refund_id: str) -> Json:  # noqa: ARG001 - it takes no parameters
    """The end of a refund that the bank has not made yet."""
    refund = fetch("refunds", refund_id)
    if refund["status"] not in CANCELABLE:
        raise UnexpectedStateError("Canceling this refund is unsupported.")
    return _reverse(refund, {"status": "canceled", "failure_reason": "merchant_request"})


def succeed(refund_id: str) -> None:
    """End a refund that is still pending."""
    refund = fetch("refunds", refund_id)
    if refund["status"] == "pending":
        after = {name: value for name, value in refund.items() if name != "pending_reason"}
        _update(refund, after | {"status": "succeeded"})


def fail(refund_id: str) -> None:
    """Bring the money of a refund back: the bank does not take it."""
    refund = _reverse(fetch("refunds", refund_id), {"status": "failed", "failure_reason": FAILURE})
    emit("refund.failed", refund)


def _update(before: Json, after: Json) -> Json:
    emit_change("refund.updated", before, table("refunds").put(after))
    return emit_change("charge.refund.updated", before, after)


def _reverse(refund: Json, how: Json) -> Json:
    """Let the money of a refund count as captured again."""
    charge = _count(fetch("charges", refund["charge"]), -refund["amount"])
    back = book(REFUND_FAILURE, refund, refund["amount"], _description("REFUND FAILURE", charge))
    return _update(refund, refund | how | {"failure_balance_transaction": back["id"]})


def _charge_to_refund(params: Json) -> Json:
    if ("payment_intent" in params) == ("charge" in params):
        raise StripeError("One of the following params should be provided for this request: payment_intent or charge.")
    if "charge" in params:
        charge = fetch("charges", params["charge"])
    else:
        intent = fetch("payment_intents", params["payment_intent"], "payment_intent")
        charge = table("charges").find(intent["latest_charge"]) or {"status": "none", "payment_intent": intent["id"]}
    if charge["status"] != "succeeded":
        name = charge["payment_intent"]
        raise UnexpectedStateError(f"This PaymentIntent ({name}) does not have a successful charge to refund.")
    if not charge["captured"]:
        message = (
            f"This uncaptured Charge was created by a PaymentIntent ({charge['payment_intent']}). You must cancel "
        )
        message += "the PaymentIntent to reverse the authorization instead of refunding the Charge directly."
        raise UnexpectedStateError(message)
    return charge


def _new_refund(charge: Json, amount: int, params: Json) -> Json:
    instrument = instrument_of(charge["payment_method"])
    ends = instrument.refund
    waits = ends is RefundEnds.WELL_LATER
    refund = EMPTY | {
        "id": fresh_id("re" if instrument.type == "card" else "pyr"),
        "object": "refund",
        "amount": amount,
        "charge": charge["id"],
        "created": now(),
        "currency": charge["currency"],
        "destination_details": {"type": instrument.type},
        "metadata": params.get("metadata") or {},
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "reason": params.get("reason"),
        "status": "pending" if waits else "succeeded",
    }
    if instrument.type == "card":
        refund["destination_details"] = {"card": dict(REFERENCE), "type": "card"}
    if waits:
        refund["pending_reason"] = "processing"
    refund["balance_transaction"] = book(REFUND, refund, amount, _description("REFUND FOR CHARGE", charge))["id"]
    table("refunds").put(refund)
    if ends is not RefundEnds.WELL:
        simulator().timers.after(ENDS_AFTER, succeed if waits else fail, refund_id=refund["id"])
    _announce(refund, _count(charge, amount))
    return refund


def _description(words: str, charge: Json) -> str:
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
