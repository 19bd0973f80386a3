"""What can be charged at all: currencies and their limits, in minor units. The only such table."""

from __future__ import annotations

from simulators.stripe.errors import StripeError

MAXIMUM = 99_999_999

# fmt: off
MINIMUM = {
    "usd": 50, "eur": 50, "gbp": 30, "cad": 50, "aud": 50, "nzd": 50, "chf": 50, "sgd": 50, "brl": 50,
    "inr": 50, "jpy": 50, "dkk": 250, "nok": 300, "sek": 300, "pln": 200, "ron": 200, "bgn": 100,
    "czk": 1500, "huf": 17500, "hkd": 400, "mxn": 1000, "myr": 200, "thb": 1000, "aed": 200,
}
ZERO_DECIMAL = {
    "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf",
}
WHOLE_AS_TWO_DECIMAL = {"isk", "ugx"}
THREE_DECIMAL = {"bhd", "jod", "kwd", "omr", "tnd"}
TWO_DECIMAL = {
    "all", "amd", "ars", "azn", "bam", "bdt", "bob", "cny", "cop", "crc", "dop", "egp", "etb", "gel", "ghs",
    "gtq", "hnl", "idr", "ils", "jmd", "kes", "kgs", "khr", "kzt", "lkr", "mad", "mdl", "mkd", "mur", "ngn",
    "npr", "pen", "php", "pkr", "qar", "rsd", "sar", "try", "ttd", "twd", "tzs", "uah", "uyu", "uzs", "zar",
}
# fmt: on
CURRENCIES = MINIMUM.keys() | ZERO_DECIMAL | WHOLE_AS_TWO_DECIMAL | THREE_DECIMAL | TWO_DECIMAL


def currency(name: str, sent: object) -> str:
    """Read a currency's code, in either case."""
    code = str(sent).lower()
    if code not in CURRENCIES:
        raise StripeError(f"Invalid currency: {code[:40]}. It is none of those that can be charged.", param=name)
    return code


def require_chargeable(amount: int, code: str) -> None:
    """Let only amounts pass that can be charged in this currency."""
    if amount < 1:
        raise StripeError(
            "This value must be greater than or equal to 1.", code="parameter_invalid_integer", param="amount"
        )
    if amount < MINIMUM.get(code, 1):
        message = f"Amount must be at least {MINIMUM[code]} {code} in its smallest unit"
        raise StripeError(message, code="amount_too_small", param="amount")
    if amount > MAXIMUM:
        message = f"Amount must be no more than {MAXIMUM} {code} in its smallest unit"
        raise StripeError(message, code="amount_too_large", param="amount")
    if step := 10 if code in THREE_DECIMAL else 100 if code in WHOLE_AS_TWO_DECIMAL else 0:
        _require_multiple(amount, step, code)


def _require_multiple(amount: int, step: int, code: str) -> None:
    if amount % step:
        raise StripeError(f"Invalid amount: in {code} it must be a multiple of {step}", param="amount")
