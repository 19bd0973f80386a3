"""Currencies by how their sums are counted and written: the only such table of the simulators."""

# fmt: off
ZERO_DECIMAL = {
    "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf",
}
WHOLE_AS_TWO_DECIMAL = {"isk", "ugx"}  # Without cents, and counted by Stripe's API as if they had some.
THREE_DECIMAL = {"bhd", "jod", "kwd", "omr", "tnd"}
# fmt: on


def decimal(amount: int, code: str) -> str:
    """Return a sum that Stripe counts, in whole units of its currency: `1,049.00`."""
    return _write(amount, 0 if code in ZERO_DECIMAL else 3 if code in THREE_DECIMAL else 2)


def money_at_stripe(amount: int, currency: str) -> str:
    """Return a sum that Stripe counts as a person reads it: `29.00 EUR`, `2,900 JPY`, `2.900 KWD`."""
    return f"{decimal(amount, currency.lower())} {currency.upper()}"


def money(amount: int, currency: str) -> str:
    """Return a sum in the currency's own minor units, as services write it on the wire, as a person reads it."""
    if currency.lower() in WHOLE_AS_TWO_DECIMAL:
        return f"{_write(amount, 0)} {currency.upper()}"
    return money_at_stripe(amount, currency)


def amount_at_stripe(amount: int, currency: str) -> int:
    """Return the amount as Stripe counts it, of one in the currency's own minor units."""
    return amount * (100 if currency.lower() in WHOLE_AS_TWO_DECIMAL else 1)


def _write(amount: int, digits: int) -> str:
    whole, part = divmod(abs(amount), 10**digits)  # No float has ever held a cent.
    sign = "-" if amount < 0 else ""
    return f"{sign}{whole:,}.{part:0{digits}d}" if digits else f"{sign}{whole:,}"
