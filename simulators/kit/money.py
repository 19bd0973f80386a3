"""Money as a person reads it."""

from __future__ import annotations

WITHOUT_DECIMALS = {"CLP", "JPY", "KRW", "VND", "XAF", "XOF"}
THREE_DECIMALS = {"BHD", "JOD", "KWD", "OMR", "TND"}


def money_text(amount: int, currency: str) -> str:
    """Return minor units as `49.00 EUR`."""
    code = currency.upper()
    decimals = 0 if code in WITHOUT_DECIMALS else 3 if code in THREE_DECIMALS else 2
    return f"{amount / 10**decimals:,.{decimals}f} {code}"
