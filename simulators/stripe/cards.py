"""Stripe's test cards: what happens to a payment, and later to its refund. A new one is a row."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class RefundEnds(Enum):
    """How a refund to the card ends."""

    WELL = "well"
    WELL_LATER = "well later"
    BADLY_LATER = "badly later"


@dataclass(frozen=True)
class Decline:
    """Why the bank says no; `code` is what the customer may know, `reason` what the merchant may."""

    code: str
    reason: str
    message: str = "Your card was declined."
    advice: str = "try_again_later"
    blocked: bool = False


@dataclass(frozen=True)
class Card:
    """A test card by number and by token."""

    token: str
    number: str
    brand: str = "visa"
    decline: Decline | None = None
    refund: RefundEnds = RefundEnds.WELL


GENERIC = Decline("card_declined", "generic_decline")
NO_FUNDS = Decline("card_declined", "insufficient_funds", "Your card has insufficient funds.")
LOST = Decline("card_declined", "lost_card", advice="do_not_try_again")
STOLEN = Decline("card_declined", "stolen_card", advice="do_not_try_again")
VELOCITY = Decline("card_declined", "card_velocity_exceeded")
EXPIRED = Decline("expired_card", "expired_card", "Your card has expired.", "confirm_card_data")
BAD_CVC = Decline("incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect.", "confirm_card_data")
BAD_NUMBER = Decline("incorrect_number", "incorrect_number", "Your card number is incorrect.", "confirm_card_data")
PROCESSING = Decline("processing_error", "processing_error", "An error occurred while processing your card.")
BLOCKED = Decline("card_declined", "fraudulent", advice="do_not_try_again", blocked=True)

CARDS = (
    Card("pm_card_visa", "4242424242424242"),
    Card("pm_card_mastercard", "5555555555554444", "mastercard"),
    Card("pm_card_amex", "378282246310005", "amex"),
    Card("pm_card_bypassPending", "4000000000000077"),
    Card("pm_card_visa_chargeDeclined", "4000000000000002", decline=GENERIC),
    Card("pm_card_chargeDeclined", "4000000000000002", decline=GENERIC),
    Card("pm_card_visa_chargeDeclinedInsufficientFunds", "4000000000009995", decline=NO_FUNDS),
    Card("pm_card_chargeDeclinedInsufficientFunds", "4000000000009995", decline=NO_FUNDS),
    Card("pm_card_visa_chargeDeclinedLostCard", "4000000000009987", decline=LOST),
    Card("pm_card_visa_chargeDeclinedStolenCard", "4000000000009979", decline=STOLEN),
    Card("pm_card_visa_chargeDeclinedVelocityLimitExceeded", "4000000000006975", decline=VELOCITY),
    Card("pm_card_chargeDeclinedExpiredCard", "4000000000000069", decline=EXPIRED),
    Card("pm_card_chargeDeclinedIncorrectCvc", "4000000000000127", decline=BAD_CVC),
    Card("pm_card_chargeDeclinedProcessingError", "4000000000000119", decline=PROCESSING),
    Card("pm_card_chargeCustomerFail", "4000000000000341", decline=GENERIC),
    Card("pm_card_radarBlock", "4100000000000019", decline=BLOCKED),
    Card("pm_card_pendingRefund", "4000000000007726", refund=RefundEnds.WELL_LATER),
    Card("pm_card_refundFail", "4000000000005126", refund=RefundEnds.BADLY_LATER),
)

BY_TOKEN = {card.token: card for card in CARDS}
BY_NUMBER = {card.number: card for card in reversed(CARDS)}
