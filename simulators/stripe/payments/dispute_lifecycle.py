"""The lifecycle of a dispute: opened, decided, or lost by silence."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from simulators.kit.json_types import Json
from simulators.kit.simulator import simulator
from simulators.stripe.account import fetch, fresh_id, now, table
from simulators.stripe.payments.amounts import step
from simulators.stripe.payments.ledger import DAY_SECONDS, DISPUTE, DISPUTE_FEE, DISPUTE_REVERSAL, book
from simulators.stripe.webhooks.events import emit

# An invention: Stripe promises no time.
DECIDED_AFTER = timedelta(seconds=5)
# The case is lost at the end of this UTC day, the first being the one on which it is opened.
DAYS_TO_ANSWER = 9

CHARGEBACK = ("needs_response", "under_review")
INQUIRY = ("warning_needs_response", "warning_under_review")
OPEN = ("needs_response", "warning_needs_response")
REASON_CODES = {"fraudulent": "10.4", "product_not_received": "13.1"}
INQUIRY_CODE = "10"

NO_EVIDENCE = dict.fromkeys((
    "access_activity_log", "appeal", "billing_address", "cancellation_policy", "cancellation_policy_disclosure",
    "cancellation_rebuttal", "customer_communication", "customer_email_address", "customer_name",
    "customer_purchase_ip", "customer_signature", "duplicate_charge_documentation", "duplicate_charge_explanation",
    "duplicate_charge_id", "product_description", "receipt", "refund_policy", "refund_policy_disclosure",
    "refund_refusal_explanation", "service_date", "service_documentation", "shipping_address", "shipping_carrier",
    "shipping_date", "shipping_documentation", "shipping_tracking_number", "uncategorized_file", "uncategorized_text",
))  # fmt: skip


def dispute_part(charge_id: str, share: int = 1, **how: Any) -> None:  # noqa: ANN401 - as below
    """Open a dispute of the `share`-th part of what was not refunded; what is all refunded stays so."""
    charge = fetch("charges", charge_id)
    part = (charge["amount_captured"] - charge["amount_refunded"]) // share
    if amount := part - part % step(charge["currency"]):
        open_dispute(charge, amount, **how)


def disputable(charge: Json) -> int:
    """Return how much of a charge was neither given back nor disputed yet."""
    disputed = sum(dispute["amount"] for dispute in table("disputes").oldest(charge=charge["id"]))
    return int(charge["amount_captured"] - charge["amount_refunded"] - disputed) if charge["paid"] else 0


def open_dispute(charge: Json, amount: int, reason: str, *, inquiry: bool = False, is_final: bool = False) -> Json:
    """Take back so much of a charge (an inquiry only asks) and return the dispute; a final one is lost at once."""
    dispute = table("disputes").put(_new_dispute(charge, amount, reason, inquiry=inquiry))
    charge["disputed"] = True
    table("charges").put(charge)
    emit("charge.dispute.created", dispute)
    if not inquiry:
        _withdraw(dispute)
    if is_final:
        return close(dispute, "lost")
    left = timedelta(seconds=dispute["evidence_details"]["due_by"] - now())
    simulator().timers.after(left, lapse, dispute_id=dispute["id"])
    return dispute


def decide(dispute_id: str) -> None:
    """Let the bank decide by the magic text that was sent to it; any other keeps it thinking."""
    dispute = fetch("disputes", dispute_id)
    inquiry = dispute["status"] in INQUIRY
    match dispute["evidence"]["uncategorized_text"]:
        case "winning_evidence":
            close(dispute, "warning_closed" if inquiry else "won")
        case "losing_evidence":
            close(dispute, "warning_closed" if inquiry else "lost")
        case "escalate_inquiry_evidence" if inquiry:
            _escalate(dispute)


def lapse(dispute_id: str) -> None:
    """Lose the case of a merchant who has said nothing."""
    dispute = fetch("disputes", dispute_id)
    if dispute["status"] in OPEN:
        dispute["evidence_details"]["past_due"] = True
        close(dispute, "warning_closed" if dispute["status"] in INQUIRY else "lost")


def close(dispute: Json, status: str) -> Json:
    """End it; what is won comes back, the fee does not."""
    before = {"status": dispute["status"]}
    dispute |= {"status": status, "is_charge_refundable": status in {"won", "warning_closed"}}
    if status == "won":
        says = f"Chargeback reversal for {dispute['charge']}"
        dispute["balance_transactions"].append(book(DISPUTE_REVERSAL, dispute, dispute["amount"], says))
    table("disputes").put(dispute)
    if status == "won":
        emit("charge.dispute.funds_reinstated", dispute)
    emit("charge.dispute.closed", dispute, before)
    return dispute


LATER = (decide, lapse)


def disputed_sum(charge: Json) -> int:
    """Return how much of this charge cannot be given back: it is the bank's to decide about, or already gone."""
    disputes = table("disputes").oldest(charge=charge["id"]) if charge["disputed"] else ()
    return sum(dispute["amount"] for dispute in disputes if not dispute["is_charge_refundable"])


def _escalate(dispute: Json) -> None:
    """Turn an inquiry into a chargeback."""
    before = {"status": dispute["status"], "is_charge_refundable": True}
    charge = fetch("charges", dispute["charge"])
    rest = charge["amount_captured"] - charge["amount_refunded"]
    if rest == 0:
        close(dispute, "warning_closed")
        return
    dispute |= {"status": "needs_response", "is_charge_refundable": False, "amount": min(dispute["amount"], rest)}
    dispute["payment_method_details"]["card"]["case_type"] = "chargeback"
    emit("charge.dispute.updated", table("disputes").put(dispute), before)
    _withdraw(dispute)


def _withdraw(dispute: Json) -> None:
    says = f"Chargeback withdrawal for {dispute['charge']}"
    dispute["balance_transactions"] = [book(DISPUTE, dispute, dispute["amount"], says, fee=DISPUTE_FEE)]
    emit("charge.dispute.funds_withdrawn", table("disputes").put(dispute))


def _new_dispute(charge: Json, amount: int, reason: str, *, inquiry: bool) -> Json:
    code = INQUIRY_CODE if inquiry else REASON_CODES.get(reason)
    return _case(charge, code, inquiry=inquiry) | {
        "id": fresh_id("du"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": now(),
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": NO_EVIDENCE | {"enhanced_evidence": {}},
        "evidence_details": {
            "due_by": (now() // DAY_SECONDS + DAYS_TO_ANSWER) * DAY_SECONDS - 1,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "intended_submission_method": None,
        "is_charge_refundable": inquiry,
        "livemode": False,
        "metadata": {},
        "network_reason_code": code,
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "status": "warning_needs_response" if inquiry else "needs_response",
    }


def _case(charge: Json, code: str | None, *, inquiry: bool) -> Json:
    """Return what the network of a card says of the case; a bank account has none."""
    if (card := charge["payment_method_details"].get("card")) is None:
        return {}
    case = {
        "brand": card["brand"], "case_type": "inquiry" if inquiry else "chargeback", "network": card["network"],
        "network_reason_code": code,
    }  # fmt: skip
    return {"payment_method_details": {"card": case, "type": "card"}}
