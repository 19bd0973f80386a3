"""Stripe's test bank accounts: when their bank answers, and what. A new one is a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle

from simulators.kit.json_types import Json
from simulators.stripe.errors import StripeError
from simulators.stripe.parameters import Required, Table, one_of, text, tree
from simulators.stripe.payments.instruments import Complaint, Instrument, RefundEnds

SEPA, ACH = "sepa_debit", "us_bank_account"
CURRENCIES = {SEPA: "eur", ACH: "usd"}
# How long a bank takes; Stripe says so of live payments, and its own test mode is quicker.
USUAL = {SEPA: timedelta(days=5), ACH: timedelta(days=4)}
LATE = timedelta(days=14)
TYPED: Table = {
    SEPA: tree({"iban": Required(text)}),
    ACH: tree(
        {
            "account_number": Required(text),
            "routing_number": Required(text),
            "account_holder_type": one_of("company", "individual"),
            "account_type": one_of("checking", "savings"),
        }
    ),
}
# What must be known of whose account it is.
HOLDER = {SEPA: ("name", "email"), ACH: ("name",)}
ROUTING_NUMBER = "110000000"
REASONS = {
    "account_closed": "The customer's bank account has been closed.",
    "charge_exceeds_source_limit": "This payment exceeds the weekly volume limit of the bank account.",
    "charge_exceeds_weekly_limit": "This payment exceeds the weekly limit of transactions of the bank account.",
    "debit_not_authorized": "The customer has notified their bank that this payment was unauthorized.",
    "insufficient_funds": "The customer's account has insufficient funds to cover this payment.",
    "invalid_currency": "The bank was unable to process this payment because of its currency.",
    "no_account": "The customer's bank account could not be located.",
}


@dataclass(frozen=True, kw_only=True)
class BankAccount(Instrument):
    """A test account by number and by token; its bank answers after a while or never (None), with a failure or none."""

    token: str
    number: str
    country: str
    answers_after: timedelta | None
    failure: str | None = None
    refund: RefundEnds = RefundEnds.WELL_LATER
    available_at_once: bool = True


def account_of(kind: str, typed: Json, param: str) -> BankAccount:
    """Return the test account that these numbers are of, or raise StripeError naming what is wrong with them."""
    if kind == SEPA:
        number, field = typed["iban"].replace(" ", "").upper(), "iban"
        is_number, code = _is_iban(number), "invalid_bank_account_iban"
    else:
        number, field = typed["account_number"], "account_number"
        is_number, code = number.isascii() and number.isdigit(), "account_number_invalid"
        if typed["routing_number"] != ROUTING_NUMBER:
            message = f"The bank routing number is invalid: all test accounts have {ROUTING_NUMBER}."
            raise StripeError(message, code="routing_number_invalid", param=f"{param}[routing_number]")
    if not is_number:
        raise StripeError("The number of the bank account is invalid.", code=code, param=f"{param}[{field}]")
    if (account := BY_NUMBER.get(number)) is None or account.type != kind:
        message = "Your request was in test mode, but used a non test bank account."
        raise StripeError(message, param=f"{param}[{field}]")
    return account


def account_details(account: BankAccount, typed: Json) -> Json:
    """Return what may be told of an account, and of what was typed."""
    known: Json = {"fingerprint": f"fp{account.number[-8:]}", "last4": account.number[-4:]}
    if account.type == SEPA:
        banks = {"bank_code": account.number[4:9], "branch_code": "", "country": account.country}
        return known | banks | {"generated_from": {"charge": None, "setup_attempt": None}}
    return known | {
        "account_holder_type": typed.get("account_holder_type", "individual"),
        "account_type": typed.get("account_type", "checking"),
        "bank_name": "STRIPE TEST BANK",
        "financial_connections_account": None,
        "networks": {"preferred": "ach", "supported": ["ach"]},
        "routing_number": ROUTING_NUMBER,
        "status_details": None,
    }


def require_payable(types: Sequence[str], currency: str, capture_method: str) -> None:
    """Let only methods pass that can move this currency, and that can wait for a capture if there is to be one."""
    for kind in types:
        if CURRENCIES.get(kind, currency) != currency:
            message = f"The payment method type {kind} takes the currency {CURRENCIES[kind]} only, not {currency}."
            raise StripeError(message, code="payment_intent_invalid_parameter", param="payment_method_types")
    if capture_method == "manual" and "card" not in types:
        raise StripeError(f"A payment with {types[0]} cannot be held to be captured later.", param="capture_method")


def _is_iban(number: str) -> bool:
    """Tell whether the check digits are right."""
    if not (number.isascii() and number.isalnum() and 14 < len(number) < 35):  # noqa: PLR2004 - the shortest, the longest
        return False
    return int("".join(str(int(letter, 36)) for letter in number[4:] + number[:4])) % 97 == 1


LOST = Complaint("debit_not_authorized", is_final=True)


def _ach(
    name: str, number: str, failure: str | None = None, *complaints: Complaint, after: timedelta | None = USUAL[ACH]
) -> BankAccount:
    return BankAccount(
        token=f"pm_usBankAccount_{name}", number=number, type=ACH, country="US", answers_after=after,
        failure=failure, complaints=complaints,
    )  # fmt: skip


ACH_ACCOUNTS = (
    _ach("success", "000123456789"),
    _ach("accountClosed", "000111111113", "account_closed"),
    _ach("noAccount", "000111111116", "no_account"),
    _ach("insufficientFunds", "000222222227", "insufficient_funds"),
    _ach("debitNotAuthorized", "000333333335", "debit_not_authorized"),
    _ach("invalidCurrency", "000444444440", "invalid_currency"),
    _ach("weeklyLimitExceeded", "000777777771", "charge_exceeds_source_limit"),
    _ach("dispute", "000555555559", None, LOST),
    _ach("processing", "000000000009", after=None),
)

# By country, in this order: each kind of account.
SEPA_KINDS: tuple[tuple[str, timedelta, str | None, tuple[Complaint, ...]], ...] = (
    ("success", USUAL[SEPA], None, ()),
    ("successDelayed", LATE, None, ()),
    ("failed", USUAL[SEPA], "debit_not_authorized", ()),
    ("failedDelayed", LATE, "debit_not_authorized", ()),
    ("disputed", USUAL[SEPA], None, (LOST,)),
    ("exceedsWeeklyVolumeLimit", USUAL[SEPA], "charge_exceeds_source_limit", ()),
    ("exceedsWeeklyTransactionLimit", USUAL[SEPA], "charge_exceeds_weekly_limit", ()),
    ("insufficientFunds", USUAL[SEPA], "insufficient_funds", ()),
)
IBANS = """
AT611904300234573201 AT321904300235473204 AT861904300235473202 AT051904300235473205
AT591904300235473203 AT981904300000343434 AT601904300000121212 AT981904300002222227
BE62510007547061 BE78510007547064 BE68539007547034 BE51510007547065
BE08510007547063 BE90510000343434 BE52510000121212 BE90510002222227
DE89370400440532013000 DE08370400440532013003 DE62370400440532013001 DE78370400440532013004
DE35370400440532013002 DE65370400440000343434 DE27370400440000121212 DE65370400440002222227
EE382200221020145685 EE222200221020145682 EE762200221020145680 EE922200221020145683
EE492200221020145681 EE672200000000343434 EE292200000000121212 EE672200000002222227
FI2112345600000785 FI3712345600000788 FI9112345600000786 FI1012345600000789
FI6412345600000787 FI6712345600343434 FI2912345600121212 FI6712345602222227
FR1420041010050500013M02606 FR3020041010050500013M02609 FR8420041010050500013M02607 FR7920041010050500013M02600
FR5720041010050500013M02608 FR9720041010050000000343434 FR5920041010050000000121212 FR9720041010050000002222227
HR7624020064583467589 HR6323600002337876649 HR2725000096983499248 HR6723600004878117427
HR8724840081455523553 HR7424020060000343434 HR3624020060000121212 HR7424020060002222227
"""
SEPA_ACCOUNTS = tuple(
    BankAccount(
        token=f"pm_{name}_{iban[:2].lower()}", number=iban, type=SEPA, country=iban[:2], answers_after=after,
        failure=failure, complaints=complaints,
    )
    for iban, (name, after, failure, complaints) in zip(IBANS.split(), cycle(SEPA_KINDS), strict=False)
)  # fmt: skip
BY_TOKEN = {account.token: account for account in (*ACH_ACCOUNTS, *SEPA_ACCOUNTS)}
BY_NUMBER = {account.number: account for account in BY_TOKEN.values()}
