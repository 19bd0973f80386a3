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
class Complaint:
    """What the customer's bank says as soon as the money is taken; `share`: of so many parts, one is disputed."""

    reason: str
    inquiry: bool = False
    share: int = 1


class Asks(Enum):
    """When the bank wants the cardholder to prove who they are (3-D Secure)."""

    NEVER = "never"
    ON_REQUEST = "on request"
    UNLESS_SET_UP = "unless set up"
    ALWAYS = "always"


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
    """A test card by number and by token; a decline comes after the proof, where one is asked for."""

    token: str
    number: str
    brand: str = "visa"
    decline: Decline | None = None
    refund: RefundEnds = RefundEnds.WELL
    asks: Asks = Asks.NEVER
    attaches: bool = True
    cvc_check: str = "pass"
    funding: str = "credit"
    risk: str = "normal"
    complaints: tuple[Complaint, ...] = ()
    fraud_warning: bool = False
    available_at_once: bool = False


def _declined(token: str, number: str, decline: Decline) -> Card:
    """Return a card that is refused when charged, and already when a customer wants to keep it."""
    return Card(token, number, decline=decline, attaches=False)


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

FRAUD, NOT_RECEIVED = Complaint("fraudulent"), Complaint("product_not_received")
INQUIRY, HALF = Complaint("fraudulent", inquiry=True), Complaint("fraudulent", share=2)
LOOKUP_FAILED = Decline("card_declined", "processing_error")
UNPROVEN = Decline(
    "authentication_required",
    "authentication_required",
    "Your card was declined. This transaction requires authentication.",
)

CARDS = (
    Card("pm_card_visa", "4242424242424242"),
    Card("pm_card_visa_debit", "4000056655665556", funding="debit"),
    Card("pm_card_mastercard", "5555555555554444", "mastercard"),
    Card("pm_card_mastercard_debit", "5200828282828210", "mastercard", funding="debit"),
    Card("pm_card_mastercard_prepaid", "5105105105105100", "mastercard", funding="prepaid"),
    Card("pm_card_amex", "378282246310005", "amex"),
    Card("pm_card_discover", "6011111111111117", "discover"),
    Card("pm_card_diners", "3056930009020004", "diners"),
    Card("pm_card_jcb", "3566002020360505", "jcb"),
    Card("pm_card_unionpay", "6200000000000005", "unionpay"),
    Card("pm_card_bypassPending", "4000000000000077", available_at_once=True),
    _declined("pm_card_visa_chargeDeclined", "4000000000000002", GENERIC),
    _declined("pm_card_chargeDeclined", "4000000000000002", GENERIC),
    _declined("pm_card_visa_chargeDeclinedInsufficientFunds", "4000000000009995", NO_FUNDS),
    _declined("pm_card_chargeDeclinedInsufficientFunds", "4000000000009995", NO_FUNDS),
    _declined("pm_card_visa_chargeDeclinedLostCard", "4000000000009987", LOST),
    _declined("pm_card_visa_chargeDeclinedStolenCard", "4000000000009979", STOLEN),
    _declined("pm_card_visa_chargeDeclinedVelocityLimitExceeded", "4000000000006975", VELOCITY),
    _declined("pm_card_chargeDeclinedExpiredCard", "4000000000000069", EXPIRED),
    _declined("pm_card_chargeDeclinedIncorrectCvc", "4000000000000127", BAD_CVC),
    _declined("pm_card_chargeDeclinedProcessingError", "4000000000000119", PROCESSING),
    Card("pm_card_chargeCustomerFail", "4000000000000341", decline=GENERIC),
    Card("pm_card_cvcCheckFail", "4000000000000101", cvc_check="fail"),
    Card("pm_card_radarBlock", "4100000000000019", decline=BLOCKED, risk="highest"),
    Card("pm_card_riskLevelHighest", "4000000000004954", risk="highest"),
    Card("pm_card_riskLevelElevated", "4000000000009235", risk="elevated"),
    Card("pm_card_authenticationRequiredOnSetup", "4000002500003155", asks=Asks.UNLESS_SET_UP),
    Card("pm_card_authenticationRequired", "4000002760003184", asks=Asks.ALWAYS),
    Card("pm_card_threeDSecure2Required", "4000000000003220", asks=Asks.ALWAYS),
    Card("pm_card_threeDSecureRequiredChargeDeclined", "4000008400001629", decline=GENERIC, asks=Asks.ALWAYS),
    Card(
        "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",
        "4000008260003178",
        decline=NO_FUNDS,
        asks=Asks.ALWAYS,
    ),
    Card("pm_card_threeDSecureRequiredProcessingError", "4000008400001280", decline=LOOKUP_FAILED),
    Card("pm_card_threeDSecureOptional", "4000000000003055", asks=Asks.ON_REQUEST),
    Card("pm_card_createDispute", "4000000000000259", complaints=(FRAUD,)),
    Card("pm_card_createDisputeProductNotReceived", "4000000000002685", complaints=(NOT_RECEIVED,)),
    Card("pm_card_createDisputeInquiry", "4000000000001976", complaints=(INQUIRY,)),
    Card("pm_card_createIssuerFraudRecord", "4000000000005423", fraud_warning=True),
    Card("pm_card_createMultipleDisputes", "4000004040000079", complaints=(HALF, HALF)),
    Card("pm_card_pendingRefund", "4000000000007726", refund=RefundEnds.WELL_LATER),
    Card("pm_card_refundFail", "4000000000005126", refund=RefundEnds.BADLY_LATER),
)

BY_TOKEN = {card.token: card for card in CARDS}
BY_LEGACY_TOKEN = {card.token.replace("pm_card_", "tok_", 1): card for card in CARDS}
BY_NUMBER = {card.number: card for card in reversed(CARDS)}
