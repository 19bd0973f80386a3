"""The routes of the balance and of the movements that led to it."""

from __future__ import annotations

from flask import Blueprint

from simulators.kit.json_types import Json
from simulators.stripe.account import fetch, now, table
from simulators.stripe.api import takes
from simulators.stripe.lists import PAGE, page
from simulators.stripe.parameters import text
from simulators.stripe.payments.amounts import currency
from simulators.stripe.payments.ledger import as_of_now

routes = Blueprint("balance", __name__)

DEFAULT_CURRENCY = "usd"


@routes.get("/v1/balance")
@takes({})
def retrieve_balance(params: Json) -> Json:  # noqa: ARG001 - it takes no parameters
    """What the account holds in each currency, available and pending."""
    at, parts = now(), list(table("balance_parts").oldest())
    available = [part for part in parts if part["available_on"] <= at]
    pending = [part for part in parts if part["available_on"] > at]
    known = sorted({part["currency"] for part in parts}) or [DEFAULT_CURRENCY]
    return {
        "object": "balance",
        "available": [_sum(available, code) for code in known],
        "livemode": False,
        "pending": [_sum(pending, code) for code in known],
    }


@routes.get("/v1/balance_transactions/<transaction_id>")
@takes({})
def retrieve_balance_transaction(params: Json, transaction_id: str) -> Json:  # noqa: ARG001 - it takes no parameters
    """One movement of money."""
    return as_of_now(fetch("balance_transactions", transaction_id))


@routes.get("/v1/balance_transactions")
@takes({**PAGE, "currency": currency, "source": text, "type": text})
def list_balance_transactions(params: Json) -> Json:
    """Movements of money, newest first, all or those of one source, currency or type."""
    answer = page("balance_transactions", params, by=("source", "currency", "type"))
    answer["data"] = [as_of_now(each) for each in answer["data"]]
    return answer


def _sum(parts: list[Json], code: str) -> Json:
    amount = sum(part["net"] for part in parts if part["currency"] == code)
    return {"amount": amount, "currency": code, "source_types": {"card": amount}}
