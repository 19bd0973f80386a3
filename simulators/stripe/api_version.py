"""The versions of Stripe's API: which there are, and which have the shapes of this simulator."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from simulators.stripe.errors import StripeError

API_VERSION = "2026-10-28.endive"
# Releases of these names differ in nothing that the simulator shows.
SHAPES = ("dahlia", "endive")


def version(name: str, value: Any) -> str:  # noqa: ANN401 - whatever was sent
    """Read a version of the API; StripeError where there is none such, or the simulator has not its shapes."""
    known = _versions()
    if value not in known:
        raise StripeError(f"Invalid Stripe API version: {str(value)[:40]}", param=name or None)
    if str(value).partition(".")[2] not in SHAPES:
        listed = ", ".join(each for each in known if each.endswith(SHAPES))
        message = f"The API version {value} is Stripe's, but this simulator has only the shapes of {listed}."
        raise StripeError(message, code="not_simulated", param=name or None)
    return str(value)


@cache
def _versions() -> tuple[str, ...]:
    """Return all versions that Stripe has had, as its official SDK lists them."""
    return tuple(json.loads(Path(__file__).with_name("api_versions.json").read_text()))
