from __future__ import annotations

from typing import Any

import pytest

from reference.domain.money import Money


@pytest.mark.parametrize("amount", [-1, 49.0, True, "4900", None])
def test_an_amount_is_a_whole_number_of_minor_units(amount: Any) -> None:
    with pytest.raises(ValueError, match="whole number"):
        Money(amount, "EUR")


@pytest.mark.parametrize("currency", ["eur", "EU", "EURO", "", "E1R", "ÉUR", "EU\n"])
def test_a_currency_is_three_upper_case_letters(currency: str) -> None:
    with pytest.raises(ValueError, match="ISO 4217"):
        Money(1, currency)


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [(4900, "EUR", "49.00 EUR"), (5, "USD", "0.05 USD"), (500, "JPY", "500 JPY"), (1500, "KWD", "1.500 KWD")],
)
def test_money_is_shown_as_its_currency_is_counted(amount: int, currency: str, shown: str) -> None:
    assert str(Money(amount, currency)) == shown
