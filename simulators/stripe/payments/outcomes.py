"""The outcome of an attempt to charge a card, and the card's details, as a charge shows them."""

from __future__ import annotations

from simulators.kit.json_types import Json
from simulators.stripe.account import fresh_id, now
from simulators.stripe.payments.cards import Card
from simulators.stripe.payments.instruments import Decline
from simulators.stripe.payments.payment_methods import card_details, checks

# How long the bank holds money for a capture.
HOLD_SECONDS = 7 * 24 * 3600

NO_CODES = {"advice_code": None, "network_advice_code": None, "network_decline_code": None}
# What a charge tells of a cardholder who has passed 3-D Secure.
PROVEN = {
    "authentication_flow": "challenge",
    "electronic_commerce_indicator": "05",
    "exemption_indicator": None,
    "exemption_indicator_applied": None,
    "result": "authenticated",
    "result_reason": None,
    "version": "2.2.0",
}


def outcome(card: Card, decline: Decline | None) -> Json:
    """Return whether the bank (or Stripe before it) lets the money go, and how risky it looks."""
    values: tuple[str | None, ...]
    if decline is None:
        values = ("approved_by_network", None, card.risk, "Payment complete.", "authorized")
    elif decline.blocked:
        values = ("not_sent_to_network", "highest_risk_level", card.risk, "Stripe blocked this payment.", "blocked")
    else:
        message = "The bank did not return any further details with this decline."
        values = ("declined_by_network", decline.reason, card.risk, message, "issuer_declined")
    names = ("network_status", "reason", "risk_level", "seller_message", "type")
    return NO_CODES | dict(zip(names, values, strict=True)) | ({"advice_code": decline.advice} if decline else {})


def card_usage(card: Card, billing: Json, authorized: int | None, *, proven: bool, held: bool) -> Json:
    """Return the card as it was used for so much (None: for nothing); `held` until it is captured."""
    unavailable = {"status": "unavailable"}
    used = card_details(card) | {
        "checks": checks(card, billing),
        "amount_authorized": authorized,
        "authorization_code": "123456" if authorized else None,
        "extended_authorization": {"status": "disabled"},
        "incremental_authorization": unavailable,
        "installments": None,
        "mandate": None,
        "multicapture": unavailable,
        "network": card.brand,
        "network_token": {"used": False},
        "network_transaction_id": fresh_id("ntx"),
        "overcapture": {"maximum_amount_capturable": authorized or 0} | unavailable,
        "three_d_secure": PROVEN | {"transaction_id": fresh_id("3ds")} if proven else None,
    }
    return used | ({"capture_before": now() + HOLD_SECONDS} if held else {})
