"""The two undocumented routes by which Stripe's own command pays a Checkout Session."""

from __future__ import annotations

from flask import Blueprint

from simulators.kit.json_types import Json
from simulators.stripe.account import fetch
from simulators.stripe.api import takes
from simulators.stripe.checkout.session_lifecycle import pay
from simulators.stripe.errors import StripeError
from simulators.stripe.parameters import Required, integer, text
from simulators.stripe.payments.payment_methods import find_method

routes = Blueprint("payment_pages", __name__)


@routes.get("/v1/payment_pages/<session_id>")
@takes({}, publishable=True)
def retrieve_payment_page(params: Json, session_id: str) -> Json:  # noqa: ARG001 - it takes no parameters
    """The session behind the page (undocumented; a guess at its shape)."""
    return fetch("checkout_sessions", session_id)


@routes.post("/v1/payment_pages/<session_id>/confirm")
@takes({"payment_method": Required(text), "expected_amount": Required(integer)}, publishable=True)
def confirm_payment_page(params: Json, session_id: str) -> Json:
    """A session paid without its page (undocumented; a guess at its shape)."""
    session = fetch("checkout_sessions", session_id)
    if params["expected_amount"] != session["amount_total"]:
        message = f"The expected amount does not match the session's amount ({session['amount_total']})."
        raise StripeError(message, param="expected_amount")
    pay(session, find_method(params["payment_method"], "payment_method"), session["url"] or session["success_url"])
    return fetch("checkout_sessions", session_id)
