"""Names for patterns, known by what they let pass: one thing has many regular expressions."""

from __future__ import annotations

import re
from collections.abc import Callable

# What a pattern is called, by what it lets pass and what it does not.
KNOWN_FORMS = {
    "a time in UTC": (("2031-05-06T07:08:09Z", "2031-05-06T07:08:09.120Z"), ("2031-05-06", "07:08:09", "noon")),
    "three capital letters": (("EUR", "XXX"), ("eur", "EURO", "E1R")),
    "digits alone": (("0", "4900"), ("", "-1", "1.5", "x")),
    "any line of text": (("", "x", "7 é"), ("more than\none line",)),
    "text that is not empty": (("x", "7", "more than\none line: é"), ("",)),
}
TOGETHER = {"any whole number and digits alone": "any whole number that is not negative"}
NAMED = {*KNOWN_FORMS, *TOGETHER.values()}


def name_of(accepts: Callable[[str], bool]) -> str:
    """Name the form that lets pass just what this does."""
    known = (
        name for name, (good, bad) in KNOWN_FORMS.items() if all(map(accepts, good)) and not any(map(accepts, bad))
    )
    return next(known, "text of the form")


def required_word(regex: str) -> str:
    """Return the one word that an expression asks for somewhere in a text, or nothing."""
    found = re.fullmatch(r"\.\*([\w-]+)\.\*", regex)
    return found[1] if found else ""
