"""The limits of sums, in minor units: what can be charged at all."""

from __future__ import annotations

from simulators.kit.currencies import THREE_DECIMAL, WHOLE_AS_TWO_DECIMAL, ZERO_DECIMAL, decimal
from simulators.stripe.errors import StripeError

MAXIMUM, MAXIMA = 99_999_999, {"idr": 999_999_999_999}

# fmt: off
MINIMUM = {
    "usd": 50, "eur": 50, "gbp": 30, "cad": 50, "aud": 50, "nzd": 50, "chf": 50, "sgd": 50, "brl": 50,
    "inr": 50, "jpy": 50, "dkk": 250, "nok": 300, "sek": 300, "pln": 200, "ron": 200, "bgn": 100,
    "czk": 1500, "huf": 17500, "hkd": 400, "mxn": 1000, "myr": 200, "thb": 1000, "aed": 200,
}
TWO_DECIMAL = {
    "afn", "all", "amd", "ang", "aoa", "ars", "awg", "azn", "bam", "bbd", "bdt", "bmd", "bnd", "bob", "bsd", "btn",
    "bwp", "byn", "bzd", "cdf", "cny", "cop", "crc", "cve", "dop", "dzd", "eek", "egp", "etb", "fjd", "fkp", "gel",
    "ghs", "gip", "gmd", "gtq", "gyd", "hnl", "hrk", "htg", "idr", "ils", "jmd", "kes", "kgs", "khr", "kyd", "kzt",
    "lak", "lbp", "lkr", "lrd", "lsl", "ltl", "lvl", "mad", "mdl", "mkd", "mmk", "mnt", "mop", "mro", "mur", "mvr",
    "mwk", "mzn", "nad", "ngn", "nio", "npr", "pab", "pen", "pgk", "php", "pkr", "qar", "rsd", "rub", "sar", "sbd",
    "scr", "shp", "sle", "sll", "sos", "srd", "std", "svc", "szl", "tjs", "top", "try", "ttd", "twd", "tzs", "uah",
    "uyu", "uzs", "vef", "wst", "xcd", "xcg", "yer", "zar", "zmw",
}
SYMBOLS = {
    **dict.fromkeys(("usd", "aud", "cad", "hkd", "nzd", "sgd"), "$"), "eur": "€", "gbp": "£", "inr": "₹", "jpy": "¥",
}
# fmt: on
CURRENCIES = MINIMUM.keys() | ZERO_DECIMAL | WHOLE_AS_TWO_DECIMAL | THREE_DECIMAL | TWO_DECIMAL


def currency(name: str, value: object) -> str:
    """Read a currency's code, in either case."""
    code = str(value).lower()
    if code not in CURRENCIES:
        supported = ", ".join(sorted(CURRENCIES))
        message = f"Invalid currency: {code[:40]}. Stripe currently supports these currencies: {supported}"
        raise StripeError(message, param=name)
    return code


def money(amount: int, code: str) -> str:
    """Return a sum as Stripe's messages tell it: `$49.00`, or `PLN49.00` where there is no sign."""
    return SYMBOLS.get(code, code.upper()) + decimal(amount, code)


def require_chargeable(amount: int, code: str) -> None:
    """Let only amounts pass that can be charged in this currency."""
    if amount < 1:
        raise StripeError(
            "This value must be greater than or equal to 1.", code="parameter_invalid_integer", param="amount"
        )
    if amount < MINIMUM.get(code, 1):
        message = f"Amount must be at least {money(MINIMUM[code], code)} {code}"
        raise StripeError(message, code="amount_too_small", param="amount")
    if amount > maximum(code):
        message = f"Amount must be no more than {money(maximum(code), code)}"
        raise StripeError(message, code="amount_too_large", param="amount")
    require_step(amount, code)


def maximum(code: str) -> int:
    """Return the most that can be charged in this currency."""
    return MAXIMA.get(code, MAXIMUM)


def require_step(amount: int, code: str, param: str = "amount") -> None:
    """Let only sums pass, whole ones and parts of them, that this currency can move, or raise StripeError."""
    if amount % step(code):
        raise StripeError(f"Invalid amount: in {code} it must be a multiple of {step(code)}", param=param)


def step(code: str) -> int:
    """Return of what each sum in this currency must be a multiple."""
    return 10 if code in THREE_DECIMAL else 100 if code in WHOLE_AS_TWO_DECIMAL else 1
