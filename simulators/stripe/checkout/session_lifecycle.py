"""The lifecycle of a Checkout Session: paid, completed or expired."""

from __future__ import annotations

from simulators.kit.json_types import Json
from simulators.stripe.account import fetch, table
from simulators.stripe.catalog.customers import new_customer
from simulators.stripe.errors import UnexpectedStateError
from simulators.stripe.payments.capture import cancel
from simulators.stripe.payments.confirmation import CONFIRMABLE, confirm_intent
from simulators.stripe.payments.payment_intents import new_intent
from simulators.stripe.webhooks.events import emit

COMPLETING = ("succeeded", "requires_capture", "processing")
# What a session knows of a customer who has not said anything.
NOBODY: Json = {
    **dict.fromkeys(("address", "business_name", "email", "individual_name", "name", "phone")),
    "tax_exempt": "none",
    "tax_ids": [],
}


def pay(session: Json, method: Json, return_url: str) -> Json:
    """Try to pay with this card; return the intent paid or waiting for its cardholder, or raise CardError."""
    if session["status"] != "open":
        message = f"This Checkout Session cannot be paid because it has a status of {session['status']}."
        raise UnexpectedStateError(message)
    intent = table("payment_intents").find(session["payment_intent"]) or _intent(session)
    address = {name: method["billing_details"][name] for name in ("address", "email", "name", "phone")}
    details = session["customer_details"] or {}
    session["customer_details"] = NOBODY | details | {name: value for name, value in address.items() if value}
    table("checkout_sessions").put(session)
    return finish(confirm_intent(intent, method, {"return_url": return_url}))


def finish(intent: Json) -> Json:
    """Complete the session of this intent, if it has one and is now paid or asked for at a bank; return the intent."""
    session = table("checkout_sessions").first(payment_intent=intent["id"])
    if session and session["status"] == "open" and intent["status"] in COMPLETING:
        paid = {"status": "complete", "url": None}
        paid |= {"payment_status": "paid" if intent["status"] == "succeeded" else "unpaid"}
        if session["customer_creation"] == "always" and session["customer"] is None:
            paid["customer"] = new_customer({"email": session["customer_details"]["email"]})["id"]
        emit("checkout.session.completed", table("checkout_sessions").put(session | paid))
    return intent


def expire(session: Json) -> Json:
    """Give the session up, with what it has begun; return it."""
    session = table("checkout_sessions").put(session | {"status": "expired", "url": None})
    emit("checkout.session.expired", session)
    intent = table("payment_intents").find(session["payment_intent"])
    if intent and intent["status"] in CONFIRMABLE:
        cancel(intent, "expired")
    return session


def expire_session(session_id: str) -> None:
    """Give up a session that nobody has paid in time."""
    session = fetch("checkout_sessions", session_id)
    if session["status"] == "open":
        expire(session)


def _intent(session: Json) -> Json:
    """Begin to pay: only now is there an intent."""
    wanted = table("checkout_wishes").find(session["id"]) or {}
    params = {"amount": session["amount_total"], "currency": session["currency"]} | wanted.get(
        "payment_intent_data", {}
    )
    params["payment_method_types"] = session["payment_method_types"]
    if session["customer"]:
        params["customer"] = session["customer"]
    intent = table("payment_intents").put(new_intent(params))
    emit("payment_intent.created", intent)
    session["payment_intent"] = intent["id"]
    return intent
