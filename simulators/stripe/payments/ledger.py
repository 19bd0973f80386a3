"""The ledger: every movement of money is one balance transaction, and nothing else moves it."""

from __future__ import annotations

from typing import NamedTuple

from simulators.kit.json_types import Json
from simulators.stripe.account import fresh_id, now, table

DAY_SECONDS = 24 * 3600
# How many midnights pass before the money of a charge is available.
PENDING_DAYS = 2

# Stripe's price for a charge in the currency charged: so many thousandths, so much besides, and the most of it.
# An invention as to other countries' prices.
FEES = {"card": (29, 30, 10**12), "sepa_debit": (0, 35, 35), "us_bank_account": (8, 0, 500)}

DISPUTE_FEE = 1500


class Movement(NamedTuple):
    """One way in which money moves."""

    type: str
    reporting_category: str
    sign: int
    fee: str = ""


CHARGE = Movement("charge", "charge", 1, "Stripe processing fees")
REFUND = Movement("refund", "refund", -1)
REFUND_FAILURE = Movement("refund_failure", "refund_failure", 1)
DISPUTE = Movement("adjustment", "dispute", -1, "Dispute fee")
DISPUTE_REVERSAL = Movement("adjustment", "dispute_reversal", 1)


def book(
    movement: Movement, source: Json, amount: int, description: str | None, *, fee: int = 0, at_once: bool = True
) -> Json:
    """Move so much money (a positive amount) on account of this object, and return the balance transaction."""
    gross, code, at = movement.sign * amount, source["currency"], now()
    available_on = at if at_once else (at // DAY_SECONDS + PENDING_DAYS) * DAY_SECONDS
    detail = {"amount": fee, "application": None, "currency": code, "description": movement.fee, "type": "stripe_fee"}
    _add(code, 0 if at_once else available_on, gross - fee)
    return table("balance_transactions").put({
        "id": fresh_id("txn"),
        "object": "balance_transaction",
        "amount": gross,
        "available_on": available_on,
        "balance_type": "payments",
        "created": at,
        "currency": code,
        "description": description,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [detail] if fee else [],
        "net": gross - fee,
        "reporting_category": movement.reporting_category,
        "source": source["id"],
        "status": "available" if at_once else "pending",
        "type": movement.type,
    })  # fmt: skip


def charge_fee(amount: int, kind: str = "card") -> int:
    """Return what Stripe keeps of a charge to a payment method of this type."""
    permille, fixed, most = FEES[kind]
    return min((amount * permille + 500) // 1000 + fixed, most)


def as_of_now(transaction: Json) -> Json:
    """Return it with the status that the clock has given it meanwhile."""
    return transaction | {"status": "available" if transaction["available_on"] <= now() else "pending"}


def _add(code: str, available_on: int, net: int) -> None:
    """Keep sums by the day on which they become available, so that the balance is never counted from the beginning."""
    part_id = f"{code}-{available_on}"
    part = table("balance_parts").find(part_id) or {"net": 0}
    day = {"id": part_id, "currency": code, "available_on": available_on}
    table("balance_parts").put(day | {"net": part["net"] + net})
