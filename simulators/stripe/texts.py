"""What a text may hold: its length, addresses of mail and web, what a bank statement can show."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from simulators.stripe.errors import StripeError
from simulators.stripe.parameters import Check, text

MAIL = re.compile(r"[^@\s]+@(?!-)[^@\s.,]+(\.[^@\s.,]+)+")
MOST_OF_MAIL = 512
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
SCRIPTS = {"javascript", "data", "vbscript"}
FORBIDDEN_ON_STATEMENTS = set("<>\\'\"*")
# The shortest whole descriptor, and the longest that a statement shows.
LEAST_ON_STATEMENTS, MOST_ON_STATEMENTS = 5, 22
# How statements call the account, before the suffix of a payment.
STATEMENT_PREFIX = "SIMULATED"


def text_up_to(most: int) -> Check:
    """Return the check of a text that has so many characters at most."""

    def check(name: str, value: Any) -> str:  # noqa: ANN401 - whatever was sent
        if len(text(name, value)) > most:
            raise StripeError(f"Invalid string: {_brief(value)}; must be at most {most} characters", param=name)
        return str(value)

    return check


def email(name: str, value: Any) -> str:  # noqa: ANN401
    """Read a mail address, or raise the StripeError that it is none."""
    if not MAIL.fullmatch(text(name, value)) or len(value) > MOST_OF_MAIL:
        raise StripeError(f"Invalid email address: {_brief(value)}", code="email_invalid", param=name)
    return str(value)


def web_address(name: str, value: Any) -> str:  # noqa: ANN401
    """Read the URL of a page or of a service; plain http is fine in test mode."""
    if text(name, value).partition(":")[0].lower() not in {"http", "https"} or not _is_address(value):
        message = "Invalid URL: An explicit scheme (such as https) must be provided."
        raise StripeError(message, code="url_invalid", param=name)
    return str(value)


def return_address(name: str, value: Any) -> str:  # noqa: ANN401
    """Read where a browser is to be sent afterwards: a page or an app, never a script."""
    if not _is_address(text(name, value)):
        raise StripeError("Not a valid URL", code="url_invalid", param=name)
    return str(value)


def statement_descriptor(name: str, value: Any) -> str:  # noqa: ANN401
    """Read a whole statement descriptor, or raise the StripeError that tells what no statement can show."""
    if len(descriptor_suffix(name, value)) < LEAST_ON_STATEMENTS:
        message = f"The statement descriptor must be at least {LEAST_ON_STATEMENTS} characters long."
        raise StripeError(message, param=name)
    return str(value)


def descriptor_suffix(name: str, value: Any) -> str:  # noqa: ANN401
    """Read the part of a statement descriptor that a payment adds, or raise StripeError as above."""
    text_up_to(MOST_ON_STATEMENTS)(name, value)
    if not value.isascii() or not value.isprintable() or FORBIDDEN_ON_STATEMENTS & set(value):
        message = "The statement descriptor must contain only Latin characters, and none of these: <, >, \\, ', \", *."
        raise StripeError(message, param=name)
    if not any(letter.isalpha() for letter in value):
        raise StripeError("The statement descriptor must contain at least one alphabetic character.", param=name)
    return str(value)


def require_no_card_descriptor(whole: str | None, types: Iterable[str], param: str = "statement_descriptor") -> None:
    """Let no whole descriptor pass of what may be paid by card: since 2024 such payments have only a suffix."""
    if whole and "card" in types:
        message = (
            "The `statement_descriptor` parameter is not supported where one of the payment method types is `card`."
        )
        raise StripeError(f"{message} Use `statement_descriptor_suffix` instead.", param=param)


def on_statement(whole: str | None, suffix: str | None) -> str:
    """Return what the statement shows of a payment with this descriptor or this suffix, or neither."""
    shown = whole or f"{STATEMENT_PREFIX}* {suffix}" if whole or suffix else STATEMENT_PREFIX
    return shown.upper()[:MOST_ON_STATEMENTS].strip()


def _is_address(value: str) -> bool:
    scheme, colon, rest = value.partition(":")
    if not (colon and rest and SCHEME.fullmatch(scheme)) or scheme.lower() in SCRIPTS or not value.isprintable():
        return False
    try:
        host = urlsplit(value).hostname
    except ValueError:
        return False
    return scheme.lower() not in {"http", "https"} or bool(host and " " not in host)


def _brief(value: str) -> str:
    return value if len(value) <= 40 else f"{value[:20]}...{value[-20:]}"  # noqa: PLR2004 - what a line of a log bears
