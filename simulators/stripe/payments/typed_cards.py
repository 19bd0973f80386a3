"""A card as it is typed in, checked before any bank is asked."""

from __future__ import annotations

from datetime import UTC, datetime

from simulators.kit.json_types import Json
from simulators.stripe.account import now
from simulators.stripe.errors import CardError
from simulators.stripe.parameters import Required, Table, integer, text
from simulators.stripe.payments.cards import BAD_NUMBER, BY_NUMBER, Card
from simulators.stripe.payments.instruments import Decline

TYPED: Table = {"number": Required(text), "exp_month": Required(integer), "exp_year": Required(integer), "cvc": text}

BAD_MONTH = Decline("invalid_expiry_month", "invalid_expiry_month", "Your card's expiration month is invalid.")
BAD_YEAR = Decline("invalid_expiry_year", "invalid_expiry_year", "Your card's expiration year is invalid.")
BAD_CVC = Decline("invalid_cvc", "invalid_cvc", "Your card's security code is invalid.")
NOT_A_TEST = Decline(
    "card_declined",
    "test_mode_live_card",
    "Your card was declined. Your request was in test mode, but used a non test (live) card.",
)
MONTHS = 12
CENTURY = 2000


def typed_card(typed: Json) -> Card:
    """Return the test card of this number, or raise CardError for what a person mistyped."""
    digits = typed["number"].replace(" ", "").replace("-", "")
    _require(digits in BY_NUMBER or _passes_luhn(digits), BAD_NUMBER, "number")
    _require(1 <= typed["exp_month"] <= MONTHS, BAD_MONTH, "exp_month")
    _require(not _is_over(typed), BAD_YEAR, "exp_year")
    cvc = typed.get("cvc", "123")
    _require(cvc.isascii() and cvc.isdigit() and len(cvc) in {3, 4}, BAD_CVC, "cvc")
    _require(digits in BY_NUMBER, NOT_A_TEST, None)
    return BY_NUMBER[digits]


def full_year(year: int) -> int:
    """Return a year as written on a card (34) or in full (2034) in full."""
    return year + CENTURY if 0 <= year < 100 else year  # noqa: PLR2004 - two digits


def _require(holds: bool, decline: Decline, param: str | None) -> None:  # noqa: FBT001 - reads as a sentence
    if not holds:
        raise CardError(decline.message, code=decline.code, param=param, decline_code=_decline_code(decline))


def _decline_code(decline: Decline) -> str | None:
    """A bank's reasons only: what is merely mistyped has none."""
    return decline.reason if decline.reason != decline.code or decline is BAD_NUMBER else None


def _is_over(typed: Json) -> bool:
    today = datetime.fromtimestamp(now(), UTC)
    return (full_year(typed["exp_year"]), typed["exp_month"]) < (today.year, today.month)


def _passes_luhn(digits: str) -> bool:
    if not (digits.isascii() and digits.isdigit()):
        return False
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return len(digits) > MONTHS and sum(number - 9 * (number > 9) for number in doubled) % 10 == 0  # noqa: PLR2004
