"""What somebody may have meant by a name that nobody has."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def guess(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean 'stripe'?` for the likeliest name, or nothing when none is like it."""
    found = get_close_matches(word, list(known), 1)
    return f"; did you mean {found[0]!r}?" if found else ""
