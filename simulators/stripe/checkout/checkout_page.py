"""The page on which a person pays a Checkout Session: by a choice of what is to happen, or a card typed in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from simulators.kit.currencies import money_at_stripe
from simulators.kit.json_types import Json
from simulators.stripe.account import table
from simulators.stripe.checkout.session_lifecycle import pay
from simulators.stripe.errors import StripeError
from simulators.stripe.includable import line_items
from simulators.stripe.pages import TEMPLATES, by_hand
from simulators.stripe.parameters import parse_params
from simulators.stripe.payments.bank_accounts import ACH_ACCOUNTS, SEPA_ACCOUNTS, BankAccount
from simulators.stripe.payments.cards import CARDS, Card
from simulators.stripe.payments.instruments import Authentication, RefundEnds
from simulators.stripe.payments.payment_methods import INSTRUMENTS, NOBODY, new_method, new_typed_method
from simulators.stripe.payments.typed_cards import TYPED

routes = Blueprint("checkout_page", __name__, template_folder=TEMPLATES)

# How a brand is written, where not with one capital.
BRANDS = {"jcb": "JCB", "unionpay": "UnionPay"}
GROUPS = ("Pays", "Is declined", "Asks for 3-D Secure", "Pays, with a sequel", "The bank answers days later")
OFFERED_ACCOUNTS = tuple(account for account in (*ACH_ACCOUNTS, *SEPA_ACCOUNTS) if account.country in {"US", "AT"})


@routes.get("/c/pay/<session_id>")
def show_checkout(session_id: str) -> ResponseReturnValue:
    """The page; once the session is paid it leads on to the `success_url`."""
    session = _session(session_id)
    if session["status"] == "complete":
        return redirect(_success_address(session), 303)
    return _page(session, _last_error(session))


@routes.post("/c/pay/<session_id>")
def pay_checkout(session_id: str) -> ResponseReturnValue:
    """An attempt to pay: `card` is a test card's token, or `number`, `expiry` and `cvc` are of one typed in."""
    declines: list[StripeError] = []
    intent: Json = {}
    with by_hand(declines):
        session = _session(session_id)
        if session["status"] == "open":
            intent = pay(session, _method(request.form), request.base_url)
    if declines:
        return _page(_session(session_id), str(declines[0]))
    if intent.get("next_action"):
        return redirect(intent["next_action"]["redirect_to_url"]["url"], 303)
    return show_checkout(session_id)


def _page(session: Json, wrong: str | None) -> str:
    items = [(item, money_at_stripe(item["amount_total"], item["currency"])) for item in line_items(session)["data"]]
    total = money_at_stripe(session["amount_total"], session["currency"])
    groups = _groups(session["payment_method_types"])
    return render_template("checkout.html", session=session, items=items, sum=total, wrong=wrong, groups=groups)


def _groups(types: list[str]) -> dict[str, list[tuple[str, str]]]:
    """Return the test cards and accounts for the list: token and words, by what happens."""
    groups: dict[str, list[tuple[str, str]]] = {name: [] for name in GROUPS}
    for account in OFFERED_ACCOUNTS:
        if account.type in types:
            groups[GROUPS[-1]].append((account.token, _account_words(account)))
    for card in {card.number: card for card in CARDS}.values() if "card" in types else ():
        group, words = _group_and_remark(card)
        groups[group].append(
            (card.token, f"{BRANDS.get(card.brand, card.brand.title())} …{card.number[-4:]}{words and ': '}{words}")
        )
    return {group: choices for group, choices in groups.items() if choices}


def _account_words(account: BankAccount) -> str:
    after = f"after {account.answers_after.days} days" if account.answers_after else "never"
    answer = (account.failure or "the money comes").replace("_", " ") if account.answers_after else "answers"
    return f"Account …{account.number[-4:]}: {answer} {after}{', then a dispute' if account.complaints else ''}"


def _group_and_remark(card: Card) -> tuple[str, str]:
    declined = card.decline.reason.replace("_", " ") if card.decline else ""
    if card.authentication in {Authentication.ALWAYS, Authentication.UNLESS_SET_UP, Authentication.ON_SESSION}:
        return "Asks for 3-D Secure", f"then {declined}" if declined else "then pays"
    if declined:
        return "Is declined", declined
    if card.complaints:
        return "Pays, with a sequel", f"dispute: {card.complaints[0].reason.replace('_', ' ')}"
    if card.refund is not RefundEnds.WELL:
        return "Pays, with a sequel", f"refund ends {card.refund.value}"
    if card.fraud_warning:
        return "Pays, with a sequel", "the bank warns of fraud"
    return "Pays", ", ".join(_remarks(card))


def _remarks(card: Card) -> list[str]:
    """Return what is not usual about a card that pays."""
    remarks = {
        card.funding: card.funding != "credit",
        "security code check fails": card.cvc_check == "fail",
        "address check fails": "fail" in {card.line1_check, card.postal_code_check},
        f"{card.risk} risk": card.risk != "normal",
        "money available at once": card.available_at_once,
        "3-D Secure on request": card.authentication is Authentication.ON_REQUEST,
    }
    return [words for words, holds in remarks.items() if holds]


def _method(form: Mapping[str, str]) -> Json:
    person = {name: form.get(name) or None for name in ("email", "name")}
    if not form.get("number"):
        chosen = INSTRUMENTS.get(form.get("card", "")) or abort(400, description="card must be a test card's token")
        return new_method(chosen, billing_details=NOBODY | person)
    month, _, year = form.get("expiry", "").replace(" ", "").partition("/")
    typed: dict[str, Any] = {"number": form["number"], "exp_month": month, "exp_year": year, "cvc": form.get("cvc", "")}
    return new_typed_method(
        parse_params({k: v or "0" for k, v in typed.items()}, TYPED), billing_details=NOBODY | person
    )


def _last_error(session: Json) -> str | None:
    intent = table("payment_intents").find(session["payment_intent"])
    error = intent["last_payment_error"] if intent else None
    return error["message"] if error else None


def _success_address(session: Json) -> str:
    address: str = session["success_url"]
    return address.replace("{CHECKOUT_SESSION_ID}", session["id"])


def _session(session_id: str) -> Json:
    return table("checkout_sessions").find(session_id) or abort(404)
