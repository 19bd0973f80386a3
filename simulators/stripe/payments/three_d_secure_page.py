"""The page of the cardholder's bank: complete the authentication, fail it, or leave it."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from simulators.kit.currencies import money_at_stripe
from simulators.kit.json_types import Json
from simulators.stripe.account import table
from simulators.stripe.checkout.session_lifecycle import finish
from simulators.stripe.errors import CardError, StripeError
from simulators.stripe.pages import TEMPLATES, by_hand, with_query
from simulators.stripe.payments.attempts import fail_attempt
from simulators.stripe.payments.confirmation import charge_intent
from simulators.stripe.payments.three_d_secure import awaiting_intent

routes = Blueprint("three_d_secure", __name__, template_folder=TEMPLATES)

OUTCOMES = ("complete", "fail")
FAILED = (
    "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod "
    "to attempt to fulfill this PaymentIntent again."
)


class NotProvenError(CardError):
    """It is not the cardholder who pays, or they could not show it."""

    type = "invalid_request_error"


@routes.get("/3d_secure/<proof_id>")
def ask_cardholder(proof_id: str) -> ResponseReturnValue:
    """The bank's question to the cardholder."""
    proof = _proof(proof_id)
    return _page(awaiting_intent(proof), return_url=proof["return_url"])


@routes.post("/3d_secure/<proof_id>")
def receive_answer(proof_id: str) -> ResponseReturnValue:
    """The cardholder's answer: `outcome` is `complete` or `fail`; leads back to the `return_url` if there is one."""
    if (outcome := request.form.get("outcome")) not in OUTCOMES:
        abort(400, description="outcome must be complete or fail")
    declines: list[StripeError] = []
    with by_hand(declines):
        proof = _proof(proof_id)
        if (intent := awaiting_intent(proof)) is None:
            return _page(None)
        _record_answer(proof, intent, passed=outcome == "complete")
    return _back(proof, intent, passed=not declines)


def _record_answer(proof: Json, intent: Json, *, passed: bool) -> None:
    """Take the answer down, and take the money if that was all that it waited for."""
    table("proofs").put(proof | {"status": "PASSED" if passed else "FAILED"})
    if not passed:
        method = table("payment_methods").find(proof["method"])
        raise fail_attempt(
            intent, NotProvenError(FAILED, code="payment_intent_authentication_failure", payment_method=method)
        )
    if intent["confirmation_method"] == "manual":
        table("payment_intents").put(intent | {"next_action": None, "status": "requires_confirmation"})
    else:
        finish(charge_intent(intent, proven=True))


def _back(proof: Json, intent: Json, *, passed: bool) -> ResponseReturnValue:
    if proof["return_url"] is None:
        return _page(None, done="Thank you: it is you." if passed else "The payment was not made.")
    query = {"payment_intent": intent["id"], "payment_intent_client_secret": intent["client_secret"]}
    return redirect(with_query(proof["return_url"], **query, redirect_status="succeeded" if passed else "failed"), 303)


def _page(intent: Json | None, **more: str | None) -> str:
    sum_ = money_at_stripe(intent["amount"], intent["currency"]) if intent else ""
    return render_template("three_d_secure.html", intent=intent, sum=sum_, **more)


def _proof(proof_id: str) -> Json:
    return table("proofs").find(proof_id) or abort(404)
