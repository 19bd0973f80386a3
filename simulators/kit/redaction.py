"""Redaction by value: what looks like a secret stands in nothing that is kept or shown, wherever it was sent."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

HIDDEN = "(hidden)"
NAMES = re.compile(r"secret|token|password|authorization|cvc|card\W*number|^number$", re.IGNORECASE)
SECRETS = re.compile(
    r"(?P<kept>\w+_secret)_\w+"  # a client secret, behind the id that it belongs to
    r"|\b[srp]k_(?:test|live)_\w+"
    r"|\bwhsec_[\w+/=]+"
    r"|\beyJ[\w-]+\.[\w-]+\.[\w-]*"  # a JWT
)
CARD_NUMBER = re.compile(r"(?<!\w)(?<!\d\.)\d(?:[ -]?\d){12,18}(?!\w)(?!\.\d)")


def redact_text(text: str) -> str:
    """Return the text as it may be shown: no secrets and card numbers, be they percent-encoded; no half characters."""
    text = text.encode(errors="replace").decode()
    hidden = _hide(text)
    if "%" in text and hidden == text and _hide(plain := unquote(text)) != plain:
        return _hide(plain)
    return hidden


def redact(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return the same JSON with everything hidden that nobody may see, by its name or by its value."""
    if isinstance(value, dict):
        return {redact_text(key): HIDDEN if each and NAMES.search(key) else redact(each) for key, each in value.items()}
    if isinstance(value, list):
        return [redact(each) for each in value]
    if not isinstance(value, str):
        return value
    shown = redact_text(value)
    return HIDDEN if HIDDEN in shown else shown


def _hide(text: str) -> str:
    return CARD_NUMBER.sub(_hide_card, SECRETS.sub(_hide_secret, text))


def _hide_secret(found: re.Match[str]) -> str:
    return f"{found['kept']}_{HIDDEN}" if found["kept"] else HIDDEN


def _hide_card(found: re.Match[str]) -> str:
    return HIDDEN if _is_card_number(re.sub(r"\D", "", found.group())) else found.group()


def _is_card_number(digits: str) -> bool:
    """Tell whether the check digit is right, as it is of one number in ten."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(each - 9 * (each > 9) for each in doubled) % 10 == 0  # noqa: PLR2004 - Luhn
