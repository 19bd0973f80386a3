"""The page on which a student pays, and learns honestly how it stands; it knows no more than a student's app does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, request

from simulators.clients.http_client import Refused
from simulators.console.explanations import TAKEN, UNCHARGED
from simulators.console.responses import done, given, page, stage, world
from simulators.world.topology import STRIPE
from simulators.world.transport import OBSERVER

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from simulators.clients.http_client import HttpClient
    from simulators.kit.json_types import Json

routes = Blueprint("pay", __name__)
PAYMENT_REQUIRED = 402
CARDS = (
    ("It works", (
        ("pm_card_visa", "4242 4242 4242 4242", "the payment succeeds"),
        ("pm_card_mastercard", "5555 5555 5555 4444", "the payment succeeds, another brand"),
    )),
    ("The bank asks first (3-D Secure)", (
        ("pm_card_authenticationRequired", "4000 0027 6000 3184", "the bank asks, then it succeeds"),
        ("pm_card_threeDSecureRequiredChargeDeclined", "4000 0084 0000 1629", "the bank asks, then declines"),
    )),
    ("It is declined, and another card may work", (
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "4000 0000 0000 9995", "declined: no money on it"),
        ("pm_card_visa_chargeDeclined", "4000 0000 0000 0002", "declined, and nobody says why"),
        ("pm_card_chargeDeclinedExpiredCard", "4000 0000 0000 0069", "declined: expired"),
        ("pm_card_chargeDeclinedIncorrectCvc", "4000 0000 0000 0127", "declined: wrong security code"),
    )),
    ("It works, and there is trouble later", (
        ("pm_card_createDispute", "4000 0000 0000 0259", "the bank disputes it at once"),
        ("pm_card_pendingRefund", "4000 0000 0000 7726", "a refund would take its time"),
        ("pm_card_refundFail", "4000 0000 0000 5126", "a refund would fail"),
    )),
)  # fmt: skip
"""Stripe's test cards by what happens with them: token, number, and what that is in plain words."""
UNHEARD = (
    "Stripe has your money, and the school has not heard of it yet: nothing is confirmed. You need not do anything, "
    "and must not pay again: the school finds out by itself."
)
NOT_HEARD_OF = {
    "studentId": "", "context": "COURSE_ENROLLMENT", "contextId": "", "state": "", "outcome": None, "payment": None,
    "waitingFor": "the payment-service to hear of your wish",
}  # fmt: skip
"""How a purchase stands that was asked for a moment ago."""
UNANSWERED = "Nothing is paid until you have answered on your bank's page."
ENDED = {
    "COMPLETED": (4, "It is yours", "Paid and confirmed."),
    "REFUNDED": (4, "You have your money back", "It could not be had after all; all that you paid was given back."),
    "EXPIRED": (
        4,
        "Too late",
        "The time to pay is over. Nothing was charged, and this page can charge nothing any more.",
    ),
    "CANCELLED": (4, "Cancelled", "You changed your mind. Nothing is charged."),
    "REJECTED": (1, "It cannot be had", "Nothing was charged."),
    "PARKED": (
        3,
        "A person is looking into it",
        "Your money could not be given back by itself; nobody has forgotten it.",
    ),
}
"""How it stands at the end: the step, the heading, the sentence."""
TOKENS = {token for _, cards in CARDS for token, _, _ in cards}


@routes.get("/pay/<saga_id>")
def pay(saga_id: str) -> ResponseReturnValue:
    """How it stands with a purchase, as its student's app knows it, and a card to pay with if it is time to."""
    saga = _saga(saga_id)
    intent = _intent(saga)
    return page(
        "pay.html", saga=_without_secret(saga), intent=_shown(intent), stands=_stands(saga, intent), _cards=CARDS
    )


@routes.post("/pay/<saga_id>/card")
def card(saga_id: str) -> ResponseReturnValue:
    """Confirm the payment with a test card, as the student's app does: by the publishable key and the client secret."""
    saga, token = _saga(saga_id), given("card", "pm_card_visa")
    if token not in TOKENS:
        abort(400, f"card must be one of {', '.join(sorted(TOKENS))}")
    secret = (saga["payment"] or {}).get("clientSecret") or abort(409, "There is nothing to pay yet.")
    form = {"client_secret": secret, "payment_method": token, "return_url": f"{request.host_url}pay/{saga_id}"}
    try:
        intent = _stripe("student").post(f"/v1/payment_intents/{secret.partition('_secret_')[0]}/confirm", form=form)
    except Refused as refused:
        if refused.status != PAYMENT_REQUIRED:
            raise
        return done(f"Declined: {refused.answer['error']['message']}", f"/pay/{saga_id}", status="declined")
    said = {"succeeded": "Stripe has taken the money.", "requires_action": "The bank wants to ask first."}
    return done(
        said.get(intent["status"], f"The payment is {intent['status']}."), f"/pay/{saga_id}", status=intent["status"]
    )


def _saga(saga_id: str) -> Json:
    """Return the saga as its student sees it."""
    known = world().payment.find_saga(saga_id)
    if known is None:
        return NOT_HEARD_OF | {"sagaId": saga_id} if saga_id in world().sagas else abort(404)
    return stage().as_student(known["studentId"]).get(f"/sagas/{saga_id}")


def _intent(saga: Json) -> Json | None:
    """Return the payment as the student's app sees it at Stripe, by its client secret."""
    secret = (saga["payment"] or {}).get("clientSecret")
    if not secret:
        return None
    return _stripe(OBSERVER).get(f"/v1/payment_intents/{secret.partition('_secret_')[0]}", client_secret=secret)


def _stripe(caller: str) -> HttpClient:
    return world().client(STRIPE, caller, lambda: world().topology.credentials.publishable_key)


def _stands(saga: Json, intent: Json | None) -> Json:
    """Return how it stands: which step of four, a heading, and the honest sentence."""
    if saga["outcome"] in UNCHARGED and (intent or {}).get("status") == "succeeded":
        return _told(3, "Something is wrong", f"The school says that it is {saga['outcome'].lower()}, but {TAKEN}.")
    if saga["outcome"]:
        return _told(*ENDED[saga["outcome"]])
    said = {
        "succeeded": _paid,
        "requires_action": lambda *_: _told(2, "Your bank wants to ask you something", UNANSWERED),
        "requires_payment_method": _to_be_paid,
    }
    return said.get((intent or {}).get("status", ""), _too_early)(saga, intent)


def _paid(saga: Json, _: Json | None) -> Json:
    if saga["state"] == "AWAITING_PAYMENT":
        return _told(3, "Payment received", UNHEARD)
    if saga["state"] == "REFUNDING":
        return _told(3, "You get your money back", "It cannot be had any more. All that you paid is on its way back.")
    return _told(3, "Payment received, waiting to be confirmed", f"The school waits for {saga['waitingFor']}.")


def _to_be_paid(_: Json, intent: Json | None) -> Json:
    if error := (intent or {}).get("last_payment_error"):
        last = f"The last card was declined: {error['message']} Nothing was charged; try another."
        return _told(2, "Ready to pay", last)
    return _told(2, "Ready to pay", "Choose a test card; each shows what may happen with a card.")


def _too_early(saga: Json, _: Json | None) -> Json:
    return _told(1, "Just a moment", f"The school waits for {saga['waitingFor'] or 'an answer'}. Nothing is due yet.")


def _told(step: int, heading: str, sentence: str) -> Json:
    return {"step": step, "heading": heading, "sentence": sentence}


def _without_secret(saga: Json) -> Json:
    payment = saga["payment"] and {name: each for name, each in saga["payment"].items() if name != "clientSecret"}
    return saga | {"payment": payment}


def _shown(intent: Json | None) -> Json | None:
    """Return of the payment what a page may show: the client secret is none of it."""
    if intent is None:
        return None
    action = ((intent["next_action"] or {}).get("redirect_to_url") or {}).get("url")
    return {"id": intent["id"], "status": intent["status"], "bank": action}
