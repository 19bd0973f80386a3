"""What a mistake is: its kind, what sees it from outside, and how it is put into the reference."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

Patch = pytest.MonkeyPatch


@dataclass(frozen=True)
class Mistake:
    """One mistake: of which kind, and which scenarios, invariants or storms see it."""

    kind: str
    seen_by: tuple[str, ...]
    apply: Callable[[Patch], None]


MISTAKES: dict[str, Mistake] = {}


def mistake(kind: str, *seen_by: str) -> Callable[[Callable[[Patch], None]], Callable[[Patch], None]]:
    """Add the function, which puts a mistake into the reference, to the mistakes."""

    def add(apply: Callable[[Patch], None]) -> Callable[[Patch], None]:
        MISTAKES[apply.__name__] = Mistake(kind, seen_by, apply)
        return apply

    return add
