"""The page on which a student pays, and learns honestly how it stands; it knows no more than a student's app does."""

from http import HTTPStatus

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from simulators.clients.http_client import Refused
from simulators.clients.student_app import GOOD_CARD, Student
from simulators.console.explanations import TAKEN, UNCHARGED
from simulators.console.responses import acknowledge, field, page, world
from simulators.kit.json_types import Json
from simulators.world.transport import OBSERVER

routes = Blueprint("pay", __name__)
# Stripe's test cards and bank accounts by what happens with them: token, number, and what that is in plain words.
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
ACCOUNTS = {
    "sepa_debit": ("From a bank account, whose bank takes days to answer (SEPA)", (
        ("pm_success_at", "AT61 1904 3002 3457 3201", "the bank pays after days"),
        ("pm_insufficientFunds_at", "AT98 1904 3000 0222 2227", "the bank says no after days"),
        ("pm_disputed_at", "AT59 1904 3002 3547 3203", "the bank pays, and takes it back"),
    )),
    "us_bank_account": ("From a bank account, whose bank takes days to answer (ACH)", (
        ("pm_usBankAccount_success", "000123456789", "the bank pays after days"),
        ("pm_usBankAccount_insufficientFunds", "000222222227", "the bank says no after days"),
        ("pm_usBankAccount_dispute", "000555555559", "the bank pays, and takes it back"),
    )),
}  # fmt: skip
TOKENS = {token for _, methods in (*CARDS, *ACCOUNTS.values()) for token, _, _ in methods}
NO_NEWS_YET = (
    "Stripe has your money, and the school has not heard of it yet: nothing is confirmed. You need not do anything, "
    "and must not pay again: the school finds out by itself."
)
# A purchase that was asked for a moment ago.
NOT_BEGUN = {
    "studentId": "", "context": "COURSE_ENROLLMENT", "contextId": "", "state": "", "outcome": None, "payment": None,
    "waitingFor": "the payment-service to hear of your wish",
}  # fmt: skip
# By the payment's status at Stripe, while the bank has the word.
WITH_THE_BANK = {
    "requires_action": (
        2,
        "Your bank wants to ask you something",
        "Nothing is paid until you have answered on your bank's page.",
    ),
    "processing": (
        2,
        "Your bank is asked",
        "It may take days to answer. Until then nothing is paid and nothing lost, and you must not pay again.",
    ),
}
UNREADABLE = (3, "A person is looking into it", "What is stored of it cannot be read at the moment.")
# How it stands at the end: the step, the heading, the sentence.
ENDINGS = {
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


@routes.get("/pay/<saga_id>")
def show_payment(saga_id: str) -> ResponseReturnValue:
    """How it stands with a purchase, as its student's app knows it, and a card to pay with if it is time to."""
    saga, intent = NOT_BEGUN | {"sagaId": saga_id}, None
    if student := _find_student(saga_id):
        saga = student.saga(saga_id)
        secret = _client_secret(saga)
        intent = student.intent(secret) if secret else None
    standing = _standing(saga, intent)
    shown = _public_view(intent)
    return page("pay.html", saga=_hide_secret(saga), intent=shown, stands=standing, _methods=_methods(intent))


@routes.post("/pay/<saga_id>/card")
def pay(saga_id: str) -> ResponseReturnValue:
    """Confirm the payment with a test card or account, as the student's app does, by its client secret."""
    token, student = field("card", GOOD_CARD), _find_student(saga_id)
    if token not in TOKENS:
        abort(HTTPStatus.BAD_REQUEST, f"card must be one of {', '.join(sorted(TOKENS))}")
    secret = _client_secret(student.saga(saga_id)) if student else None
    if student is None or secret is None:
        abort(HTTPStatus.CONFLICT, "There is nothing to pay yet.")
    here = f"/pay/{saga_id}"
    try:
        intent = world().student(student.name).pay_with_secret(secret, token, request.host_url.rstrip("/") + here)
    except Refused as refused:
        if refused.status != HTTPStatus.PAYMENT_REQUIRED:
            raise
        return acknowledge(f"Declined: {refused.answer['error']['message']}", here, status="declined")
    status = intent["status"]
    lines = {
        "succeeded": "Stripe has taken the money.",
        "requires_action": "The bank wants to ask first.",
        "processing": "The bank is asked; it takes days to answer.",
    }
    return acknowledge(lines.get(status, f"The payment is {status}."), here, status=status)


def _find_student(saga_id: str) -> Student | None:
    """Return whose purchase it is, looked at without a trace; None while the payment-service has not heard of it."""
    saga = world().payment.find_saga(saga_id)
    if saga is None:
        return None if saga_id in world().sagas else abort(HTTPStatus.NOT_FOUND)
    return world().student(saga["studentId"], OBSERVER)


def _client_secret(saga: Json) -> str | None:
    return (saga["payment"] or {}).get("clientSecret")


def _standing(saga: Json, intent: Json | None) -> Json:
    """Return how it stands: which step of four, a heading, and the honest sentence."""
    status = (intent or {}).get("status")
    if saga["outcome"] in UNCHARGED and status == "succeeded":
        contradiction = f"The school says that it is {saga['outcome'].lower()}, but {TAKEN}."
        return _as_json(3, "Something is wrong", contradiction)
    if "unreadable" in saga or "unreadable" in (saga["payment"] or {}):
        return _as_json(*UNREADABLE)
    if known := ENDINGS.get(saga["outcome"]) or WITH_THE_BANK.get(str(status)):
        return _as_json(*known)
    if intent and status == "succeeded":
        return _standing_of_paid(saga)
    if intent and status == "requires_payment_method":
        return _standing_of_unpaid(intent)
    return _as_json(
        1, "Just a moment", f"The school waits for {saga['waitingFor'] or 'an answer'}. Nothing is due yet."
    )


def _standing_of_paid(saga: Json) -> Json:
    if saga["state"] == "AWAITING_PAYMENT":
        return _as_json(3, "Payment received", NO_NEWS_YET)
    if saga["state"] == "REFUNDING":
        return _as_json(
            3, "You get your money back", "It cannot be had any more. All that you paid is on its way back."
        )
    return _as_json(3, "Payment received, waiting to be confirmed", f"The school waits for {saga['waitingFor']}.")


def _standing_of_unpaid(intent: Json) -> Json:
    if error := intent.get("last_payment_error"):
        declined = f"The last try was declined: {error['message']} Nothing was charged; try another."
        return _as_json(2, "Ready to pay", declined)
    return _as_json(2, "Ready to pay", "Choose a test card or account; each shows what may happen.")


def _methods(intent: Json | None) -> list[tuple[str, tuple[tuple[str, str, str], ...]]]:
    """Return what the payment can be made with, in groups."""
    offered = intent["payment_method_types"] if intent else ()
    return [*(CARDS if "card" in offered else ()), *(group for kind, group in ACCOUNTS.items() if kind in offered)]


def _as_json(step: int, heading: str, sentence: str) -> Json:
    return {"step": step, "heading": heading, "sentence": sentence}


def _hide_secret(saga: Json) -> Json:
    payment = saga["payment"] and {name: each for name, each in saga["payment"].items() if name != "clientSecret"}
    return saga | {"payment": payment}


def _public_view(intent: Json | None) -> Json | None:
    """Return of the payment what a page may show: the client secret is none of it."""
    if intent is None:
        return None
    action = ((intent["next_action"] or {}).get("redirect_to_url") or {}).get("url")
    return {"id": intent["id"], "status": intent["status"], "bank": action}
