"""3-D Secure: whether the cardholder must authenticate, and the proof that they did."""

from __future__ import annotations

from flask import request

from simulators.kit.json_types import Json
from simulators.stripe.account import fresh_id, table
from simulators.stripe.payments.instruments import Authentication, Instrument
from simulators.stripe.payments.payment_methods import past_of
from simulators.stripe.webhooks.events import emit

INSISTS = ("any", "challenge")


def is_asked_for(card: Instrument, intent: Json, *, off_session: bool) -> bool:
    """Tell whether the cardholder must prove who they are before this intent is paid with this card."""
    if card.authentication is Authentication.ON_SESSION:
        return not off_session
    if card.authentication is Authentication.UNLESS_SET_UP:
        return not past_of(intent["payment_method"])["set_up"]
    if card.authentication is Authentication.ON_REQUEST:
        return intent["payment_method_options"]["card"]["request_three_d_secure"] in INSISTS
    return card.authentication is Authentication.ALWAYS


def is_passed(intent: Json) -> bool:
    """Tell whether it has been proven for the method that the intent has now (the intent is confirmed by hand)."""
    proof = _newest(intent)
    return bool(proof and proof["status"] == "PASSED" and proof["method"] == intent["payment_method"])


def ask(intent: Json, params: Json) -> Json:
    """Let the intent wait for its cardholder, and say where they have to go; return it."""
    proof = {"id": fresh_id("payatt"), "intent": intent["id"], "method": intent["payment_method"]}
    table("proofs").put(proof | {"status": "OPEN", "return_url": params.get("return_url")})
    intent |= {
        "last_payment_error": None,
        "next_action": _action(f"{request.host_url}3d_secure/{proof['id']}", proof["id"], params),
        "status": "requires_action",
    }
    table("payment_intents").put(intent)
    emit("payment_intent.requires_action", intent)
    return intent


def awaiting_intent(proof: Json) -> Json | None:
    """Return the intent that still waits for this proof; None if it is given, or no longer asked for."""
    intent = table("payment_intents").find(proof["intent"])
    if intent is None or intent["status"] != "requires_action" or proof["status"] != "OPEN":
        return None
    newest = _newest(intent)
    return intent if newest and newest["id"] == proof["id"] else None


def _action(url: str, proof_id: str, params: Json) -> Json:
    """Return the next step: a page to be sent to or, where there is no way back from it, one for Stripe.js to show."""
    if "return_url" in params and not params.get("use_stripe_sdk"):
        there = {"return_url": params["return_url"], "url": url}
        return {"redirect_to_url": there, "type": "redirect_to_url"}
    script = {"source": proof_id, "stripe_js": url, "type": "three_d_secure_redirect"}
    return {"type": "use_stripe_sdk", "use_stripe_sdk": script}


def _newest(intent: Json) -> Json | None:
    return next(table("proofs").newest(intent=intent["id"]), None)
