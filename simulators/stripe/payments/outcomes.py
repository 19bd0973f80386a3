"""What came of an attempt to charge a card, as the charge tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.stripe.account import fresh_id, now
from simulators.stripe.payments.payment_methods import card_details, checks

if TYPE_CHECKING:
    from simulators.kit.json_types import Json
    from simulators.stripe.payments.cards import Card, Decline

HOLD_SECONDS = 7 * 24 * 3600
"""How long the bank holds money for a capture."""

NO_CODES = {"advice_code": None, "network_advice_code": None, "network_decline_code": None}
PROVEN = {
    "authentication_flow": "challenge",
    "electronic_commerce_indicator": "05",
    "exemption_indicator": None,
    "exemption_indicator_applied": None,
    "result": "authenticated",
    "result_reason": None,
    "version": "2.2.0",
}
"""What a charge tells of a cardholder who has passed 3-D Secure."""


def outcome(card: Card, decline: Decline | None) -> Json:
    """Return whether the bank (or Stripe before it) lets the money go, and how risky it looks."""
    told: tuple[str | None, ...]
    if decline is None:
        told = ("approved_by_network", None, card.risk, "Payment complete.", "authorized")
    elif decline.blocked:
        told = ("not_sent_to_network", "highest_risk_level", card.risk, "Stripe blocked this payment.", "blocked")
    else:
        message = "The bank did not return any further details with this decline."
        told = ("declined_by_network", decline.reason, card.risk, message, "issuer_declined")
    names = ("network_status", "reason", "risk_level", "seller_message", "type")
    return NO_CODES | dict(zip(names, told, strict=True)) | ({"advice_code": decline.advice} if decline else {})


def card_used(card: Card, billing: Json, authorized: int | None, *, proven: bool, held: bool) -> Json:
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
