"""What a mistake is: its kind, what sees it from outside, and how it is put into the reference."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from flask import Flask

from reference import app

Patch = pytest.MonkeyPatch


@dataclass(frozen=True)
class Mistake:
    """One mistake: of which kind, and which scenarios, invariants or storms see it."""

    kind: str
    seen_by: tuple[str, ...]
    apply: Callable[[Patch], None]


MISTAKES: dict[str, Mistake] = {}


def mistake(kind: str, *seen_by: str) -> Callable[[Callable[[Patch], None]], Callable[..., Flask]]:
    """Make of what brings a mistake about the factory of a service that has it, for the rest of this process."""

    def add(apply: Callable[[Patch], None]) -> Callable[..., Flask]:
        MISTAKES[apply.__name__] = Mistake(kind, seen_by, apply)
        once = cache(lambda: apply(pytest.MonkeyPatch()))

        def create_app(*arguments: Any, **seams: Any) -> Flask:
            once()
            return app.create_app(*arguments, **seams)

        return create_app

    return add
