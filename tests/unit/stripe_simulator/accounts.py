"""What must be true of a Stripe account whatever was asked of it; each invariant yields what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
State = dict[str, list[Json]]

OPEN = {"requires_payment_method", "requires_confirmation", "requires_action", "processing"}
NEXT = dict.fromkeys(OPEN, OPEN | {"requires_capture", "succeeded", "canceled"}) | {
    "requires_capture": {"requires_capture", "succeeded", "canceled"},
    "succeeded": {"succeeded"},
    "canceled": {"canceled"},
}
GIVEN_BACK = {"pending", "succeeded"}


def wrongs(state: State, balance: Json) -> Iterator[str]:
    """Yield everything that is wrong."""
    yield from _intents(state)
    yield from _charges(state)
    yield from _transitions(state)
    yield from _balance(state, balance)


def _intents(state: State) -> Iterator[str]:
    for intent in state.get("payment_intents", []):
        own = [each for each in state.get("charges", []) if each["payment_intent"] == intent["id"]]
        good = [each for each in own if each["status"] == "succeeded"]
        if len(good) > 1:
            yield f"{intent['id']} was charged {len(good)} times"
        if intent["amount_received"] != sum(each["amount_captured"] for each in good):
            yield f"{intent['id']} has received {intent['amount_received']}, not what was captured"
        if (intent["status"] == "succeeded") is not (intent["amount_received"] > 0):
            yield f"{intent['id']} is {intent['status']} and has received {intent['amount_received']}"


def _charges(state: State) -> Iterator[str]:
    for charge in state.get("charges", []):
        refunds = [each for each in state.get("refunds", []) if each["charge"] == charge["id"]]
        disputes = [each for each in state.get("disputes", []) if each["charge"] == charge["id"]]
        refunded = sum(each["amount"] for each in refunds if each["status"] in GIVEN_BACK)
        lost = sum(each["amount"] for each in disputes if len(each["balance_transactions"]) == 1)
        if charge["amount_captured"] > charge["amount"]:
            yield f"{charge['id']} captured more than was authorised"
        if charge["captured"] and charge["amount_refunded"] != refunded:
            yield f"{charge['id']} says that {charge['amount_refunded']} was refunded, its refunds say {refunded}"
        if refunded + lost > charge["amount_captured"]:
            yield f"{charge['id']} gave back {refunded} and lost {lost} of {charge['amount_captured']}"


def _transitions(state: State) -> Iterator[str]:
    last: dict[str, str] = {}
    for event in state.get("events", []):
        shown = event["data"]["object"]
        if shown["object"] != "payment_intent":
            continue
        before = last.get(shown["id"], "requires_payment_method")
        if shown["status"] not in NEXT[before]:
            yield f"{shown['id']} went from {before} to {shown['status']}"
        last[shown["id"]] = shown["status"]


def _balance(state: State, balance: Json) -> Iterator[str]:
    """Demand that the balance is charges less refunds, disputes and fees."""
    due: Counter[str] = Counter()
    for charge in state.get("charges", []):
        due[charge["currency"]] += charge["amount_captured"] if charge["balance_transaction"] else 0
    for refund in state.get("refunds", []):
        due[refund["currency"]] -= refund["amount"] if refund["status"] in GIVEN_BACK else 0
    for dispute in state.get("disputes", []):
        due[dispute["currency"]] -= dispute["amount"] if len(dispute["balance_transactions"]) == 1 else 0
    for transaction in state.get("balance_transactions", []):
        due[transaction["currency"]] -= transaction["fee"]
    held: Counter[str] = Counter()
    for each in balance["available"] + balance["pending"]:
        held[each["currency"]] += each["amount"]
    yield from (f"{code}: {held[code]} is held, {due[code]} is due" for code in due | held if held[code] != due[code])
