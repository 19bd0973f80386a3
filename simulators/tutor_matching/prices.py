"""What a session costs, by the tutor's hourly rate."""

from __future__ import annotations

from simulators.kit.json_types import Json


def price(tutor: Json, minutes: int) -> Json:
    """Return what so many minutes cost, rounded half up to the minor unit."""
    rate = tutor["hourlyRate"]
    return {"amount": (rate["amount"] * minutes + 30) // 60, "currency": rate["currency"]}
