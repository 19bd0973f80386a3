"""Stripe's test cards: what happens to a payment, and later to its refund. A new one is a row."""

from __future__ import annotations

from dataclasses import dataclass

from simulators.stripe.payments.instruments import Authentication, Complaint, Decline, Instrument, RefundEnds


@dataclass(frozen=True)
class Card(Instrument):
    """A test card by number and by token; a decline comes after the proof, where one is asked for.

    `also` is the network that it belongs to beside its brand's.
    """

    token: str
    number: str
    brand: str = "visa"
    cvc_check: str = "pass"
    line1_check: str = "pass"
    postal_code_check: str = "pass"
    country: str = "US"
    also: str = ""
    funding: str = "credit"
    risk: str = "normal"


def _decline_card(token: str, number: str, decline: Decline) -> Card:
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
    Card("pm_card_mastercard_series2", "2223003122003222", "mastercard"),
    Card("pm_card_amex_other", "371449635398431", "amex"),
    Card("pm_card_discover_other", "6011000990139424", "discover"),
    Card("pm_card_discover_debit", "6011981111111113", "discover", funding="debit"),
    Card("pm_card_diners_14", "36227206271667", "diners"),
    Card("pm_card_unionpay_debit", "6200000000000047", "unionpay", funding="debit"),
    Card("pm_card_unionpay_19", "6205500000000000004", "unionpay"),
    Card("pm_card_visa_cartesBancaires", "4000002500001001", also="cartes_bancaires", country="FR"),
    Card("pm_card_mastercard_cartesBancaires", "5555552500001001", "mastercard", also="cartes_bancaires", country="FR"),
    Card("pm_card_visa_debit_eftposAuCoBranded", "4000050360000001", funding="debit", also="eftpos_au", country="AU"),
    Card(
        "pm_card_mastercard_debit_eftposAuCoBranded",
        "5555050360000080",
        "mastercard",
        funding="debit",
        also="eftpos_au",
        country="AU",
    ),
    Card("pm_card_debit_visaFsaProductCode", "4000051230000072", funding="debit"),
    Card("pm_card_debit_visaHsaProductCode", "4000051230000072", funding="debit"),
    Card("pm_card_mastercard_debit_mastercardFsaProductCode", "5200828282828897", "mastercard", funding="debit"),
    Card("pm_card_bypassPending", "4000000000000077", available_at_once=True),
    Card("pm_card_bypassPendingInternational", "4000003720000278", available_at_once=True, country="IE"),
    _decline_card("pm_card_visa_chargeDeclined", "4000000000000002", GENERIC),
    _decline_card("pm_card_chargeDeclined", "4000000000000002", GENERIC),
    _decline_card("pm_card_visa_chargeDeclinedInsufficientFunds", "4000000000009995", NO_FUNDS),
    _decline_card("pm_card_chargeDeclinedInsufficientFunds", "4000000000009995", NO_FUNDS),
    _decline_card("pm_card_visa_chargeDeclinedLostCard", "4000000000009987", LOST),
    _decline_card("pm_card_visa_chargeDeclinedStolenCard", "4000000000009979", STOLEN),
    _decline_card("pm_card_visa_chargeDeclinedVelocityLimitExceeded", "4000000000006975", VELOCITY),
    _decline_card("pm_card_chargeDeclinedExpiredCard", "4000000000000069", EXPIRED),
    _decline_card("pm_card_chargeDeclinedIncorrectCvc", "4000000000000127", BAD_CVC),
    _decline_card("pm_card_chargeDeclinedProcessingError", "4000000000000119", PROCESSING),
    Card("pm_card_chargeCustomerFail", "4000000000000341", decline=GENERIC),
    Card("pm_card_cvcCheckFail", "4000000000000101", cvc_check="fail"),
    Card("pm_card_avsFail", "4000000000000010", line1_check="fail", postal_code_check="fail"),
    Card("pm_card_avsLine1Fail", "4000000000000028", line1_check="fail"),
    Card("pm_card_avsZipFail", "4000000000000036", postal_code_check="fail"),
    Card("pm_card_avsUnchecked", "4000000000000044", line1_check="unavailable", postal_code_check="unavailable"),
    Card("pm_card_cvcCheckFailElevatedRisk", "4000058400307872", cvc_check="fail", risk="elevated"),
    Card("pm_card_avsZipFailElevatedRisk", "4000058400306072", postal_code_check="fail", risk="elevated"),
    Card("pm_card_highFraudDisputeScore", "4000008400000407"),
    Card("pm_card_highEfwScore", "4000008400000159"),
    Card("pm_card_radarDynamicRiskThreshold", "4000008400001017"),
    Card("pm_card_adaptive3dsChallenge", "4000008405600003", authentication=Authentication.ON_REQUEST),
    Card("pm_card_radarBlock", "4100000000000019", decline=BLOCKED, risk="highest"),
    Card("pm_card_riskLevelHighest", "4000000000004954", risk="highest"),
    Card("pm_card_riskLevelElevated", "4000000000009235", risk="elevated"),
    Card("pm_card_authenticationRequiredOnSetup", "4000002500003155", authentication=Authentication.UNLESS_SET_UP),
    Card("pm_card_authenticationRequired", "4000002760003184", authentication=Authentication.ALWAYS),
    Card(
        "pm_card_authenticationRequiredSetupForOffSession", "4000003800000446", authentication=Authentication.ON_SESSION
    ),
    Card("pm_card_threeDSecure2Required", "4000000000003220", authentication=Authentication.ALWAYS),
    Card("pm_card_threeDSecureRequired", "4000000000003063", authentication=Authentication.ALWAYS),
    Card(
        "pm_card_threeDSecureRequiredChargeDeclined",
        "4000008400001629",
        decline=GENERIC,
        authentication=Authentication.ALWAYS,
    ),
    Card(
        "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",
        "4000008260003178",
        decline=NO_FUNDS,
        authentication=Authentication.ALWAYS,
    ),
    Card("pm_card_threeDSecureRequiredProcessingError", "4000008400001280", decline=LOOKUP_FAILED),
    Card("pm_card_threeDSecureOptional", "4000000000003055", authentication=Authentication.ON_REQUEST),
    Card("pm_card_amex_threeDSecureNotSupported", "378282246310005", "amex"),
    Card("pm_card_createDispute", "4000000000000259", complaints=(FRAUD,)),
    Card("pm_card_createDisputeProductNotReceived", "4000000000002685", complaints=(NOT_RECEIVED,)),
    Card("pm_card_createDisputeInquiry", "4000000000001976", complaints=(INQUIRY,)),
    Card("pm_card_createIssuerFraudRecord", "4000000000005423", fraud_warning=True),
    Card("pm_card_createMultipleDisputes", "4000004040000079", complaints=(HALF, HALF)),
    Card("pm_card_pendingRefund", "4000000000007726", refund=RefundEnds.WELL_LATER),
    Card("pm_card_refundFail", "4000000000005126", refund=RefundEnds.BADLY_LATER),
)

_ABROAD = """
    ar 4000000320000021, br 4000000760000002, ca 4000001240000000, cl 4000001520000001, co 4000001700000003,
    cr 4000001880000005, ec 4000002180000000, mx 4000004840008001, pa 4000005910000000, py 4000006000000066,
    pe 4000006040000068, uy 4000008580000003, ae 4000007840000001, at 4000000400000008, be 4000000560000004,
    bg 4000001000000000, by 4000001120000005, hr 4000001910000009, cy 4000001960000008, cz 4000002030000002,
    dk 4000002080000001, ee 4000002330000009, fi 4000002460000001, fr 4000002500000003, de 4000002760000016,
    gi 4000002920000005, gr 4000003000000030, hu 4000003480000005, ie 4000003720000005, it 4000003800000008,
    lv 4000004280000005, li 4000004380000004, lt 4000004400000000, lu 4000004420000006, mt 4000004700000007,
    nl 4000005280000002, no 4000005780000007, pl 4000006160000005, pt 4000006200000007, ro 4000006420000001,
    sa 4000006820000007, si 4000007050000006, sk 4000007030000001, es 4000007240000007, se 4000007520000008,
    ch 4000007560000009, gb 4000008260000000, au 4000000360000006, cn 4000001560000002, hk 4000003440000004,
    in 4000003560000008, jp 4000003920000003, my 4000004580000002, nz 4000005540000008, sg 4000007020000003,
    tw 4000001580000008
"""
# Cards that pay, and were issued in a country: what is not documented as a token is named like those that are.
ABROAD = (
    *(Card(f"pm_card_{code}", number, country=code.upper()) for code, number in map(str.split, _ABROAD.split(","))),
    Card("pm_card_us", "4242424242424242"),
    Card("pm_card_ae_mastercard", "5200007840000022", "mastercard", country="AE"),
    Card("pm_card_gb_debit", "4000058260000005", funding="debit", country="GB"),
    Card("pm_card_gb_mastercard", "5555558265554449", "mastercard", country="GB"),
    Card("pm_card_jp_jcb", "3530111333300000", "jcb", country="JP"),
    Card("pm_card_th_credit", "4000007640000003", country="TH"),
    Card("pm_card_th_debit", "4000057640000008", funding="debit", country="TH"),
)

ALIASES = {
    "pm_card_visa_chargeDeclinedExpiredCard": "pm_card_chargeDeclinedExpiredCard",
    "pm_card_visa_chargeDeclinedIncorrectCvc": "pm_card_chargeDeclinedIncorrectCvc",
    "pm_card_visa_chargeDeclinedProcessingError": "pm_card_chargeDeclinedProcessingError",
    "pm_card_visa_chargeCustomerFail": "pm_card_chargeCustomerFail",
    "pm_card_visa_createDispute": "pm_card_createDispute",
    "pm_card_visa_createDisputeProductNotReceived": "pm_card_createDisputeProductNotReceived",
    "pm_card_visa_createDisputeInquiry": "pm_card_createDisputeInquiry",
}
_KNOWN = {card.token: card for card in (*CARDS, *ABROAD)}
BY_TOKEN = _KNOWN | {alias: _KNOWN[token] for alias, token in ALIASES.items()}
BY_LEGACY_TOKEN = {token.replace("pm_card_", "tok_", 1): card for token, card in BY_TOKEN.items()}
BY_NUMBER = {card.number: card for card in reversed((*CARDS, *ABROAD))}
