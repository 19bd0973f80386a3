"""Sums as a person reads them, in currencies with no, two and three digits behind the point."""

import pytest

from simulators.kit.currencies import amount_at_stripe, money, money_at_stripe


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        (2900, "EUR", "29.00 EUR"),
        (5, "eur", "0.05 EUR"),
        (0, "EUR", "0.00 EUR"),
        (-130, "EUR", "-1.30 EUR"),
        (123_456_789, "USD", "1,234,567.89 USD"),
        (2900, "JPY", "2,900 JPY"),
        (2900, "KWD", "2.900 KWD"),
        (2900, "ISK", "2,900 ISK"),
        (10**17 + 1, "EUR", "1,000,000,000,000,000.01 EUR"),
    ],
)
def test_a_sum_is_written_as_its_currency_counts(amount: int, currency: str, written: str) -> None:
    assert money(amount, currency) == written


def test_what_stripe_counts_in_parts_that_the_currency_has_not_is_the_same_sum() -> None:
    assert money_at_stripe(amount_at_stripe(2900, "ISK"), "isk") == "2,900.00 ISK"
    assert money_at_stripe(amount_at_stripe(2900, "JPY"), "jpy") == money(2900, "JPY")
