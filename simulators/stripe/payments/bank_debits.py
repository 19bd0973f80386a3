"""Debits of bank accounts: asked for now, answered by the bank days later."""

from __future__ import annotations

from simulators.kit.json_types import Json
from simulators.kit.simulator import simulator
from simulators.stripe.account import fetch, fresh_id, table
from simulators.stripe.checkout.async_payments import settle_session
from simulators.stripe.errors import BankRefusalError
from simulators.stripe.faults import BankAnswerFault
from simulators.stripe.payments.attempts import fail_attempt, record_payment
from simulators.stripe.payments.bank_accounts import REASONS, SEPA, BankAccount
from simulators.stripe.payments.charges import blank_charge, collect
from simulators.stripe.payments.outcomes import NO_CODES
from simulators.stripe.payments.payment_methods import instrument_of
from simulators.stripe.webhooks.events import emit

ASKED = NO_CODES | {
    "network_status": "approved_by_network",
    "reason": None,
    "risk_level": "not_assessed",
    "seller_message": "Payment complete.",
    "type": "authorized",
}
# What of an account a charge shows.
SHOWN = (
    "account_holder_type", "account_type", "bank_code", "bank_name", "branch_code", "country", "fingerprint", "last4",
    "routing_number",
)  # fmt: skip
WITHDRAWN = "The payment was canceled before the bank had answered."


def begin(intent: Json, method: Json, account: BankAccount) -> Json:
    """Ask the bank for the intent's money; return the intent, which is processing until the bank answers."""
    charge = blank_charge(intent, method) | {
        "amount_captured": intent["amount"],
        "captured": True,
        "outcome": ASKED,
        "paid": False,
        "payment_method_details": {method["type"]: _debit_details(method), "type": method["type"]},
        "status": "pending",
    }
    table("charges").put(charge)
    changes = {"last_payment_error": None, "latest_charge": charge["id"], "next_action": None, "status": "processing"}
    table("payment_intents").put(intent | changes)
    emit("payment_intent.processing", intent | changes)
    emit("charge.pending", charge)
    _await_answer(charge, account)
    return intent | changes


def answer_debit(charge_id: str, failure: str | None) -> None:
    """Let the bank answer, unless the payment was given up meanwhile."""
    charge = fetch("charges", charge_id)
    if charge["status"] != "pending":
        return
    intent = fetch("payment_intents", charge["payment_intent"])
    if failure:
        _fail(intent, charge, failure)
    else:
        charge = collect(table("charges").put(charge | {"paid": True, "status": "succeeded"}), at_once=True)
        intent = record_payment(intent, charge)
    settle_session(intent)


def is_answered_for(intent: Json) -> bool:
    """Tell whether the bank of a processing intent will answer, so that there is no way back."""
    account = instrument_of(intent["payment_method"])
    return isinstance(account, BankAccount) and account.answers_after is not None


def withdraw(intent: Json) -> None:
    """Take back what the bank was asked for."""
    charge = fetch("charges", intent["latest_charge"])
    emit("charge.failed", table("charges").put(charge | _failure("canceled", WITHDRAWN)))


def _await_answer(charge: Json, account: BankAccount) -> None:
    after, failure = account.answers_after, account.failure
    for fault in simulator().faults.strike(BankAnswerFault, account.type):
        after, failure = fault.change(after, failure)
    if after is not None:
        simulator().timers.after(after, answer_debit, charge_id=charge["id"], failure=failure)


def _fail(intent: Json, charge: Json, failure: str) -> None:
    message = REASONS.get(failure, "The bank was unable to process this payment.")
    emit("charge.failed", table("charges").put(charge | _failure(failure, message)))
    method = fetch("payment_methods", charge["payment_method"])
    fail_attempt(intent, BankRefusalError(message, code=failure, charge=charge["id"], payment_method=method))


def _failure(code: str, message: str) -> Json:
    outcome = ASKED | {"network_status": "declined_by_network", "reason": code, "type": "issuer_declined"}
    refused = {"amount_captured": 0, "captured": False, "failure_code": code, "failure_message": message}
    return refused | {"outcome": outcome | {"seller_message": message}, "paid": False, "status": "failed"}


def _debit_details(method: Json) -> Json:
    """Return what a charge tells of the account, and of the mandate to debit it: one is assumed."""
    details = {name: value for name, value in method[method["type"]].items() if name in SHOWN}
    reference = {} if method["type"] == SEPA else {"payment_reference": None}
    return details | reference | {"expected_debit_date": None, "mandate": fresh_id("mandate")}
