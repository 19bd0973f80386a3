"""What there is about one saga: its payments at Stripe, and what was said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulators.console.index import Numbered
    from simulators.console.session import Stage
    from simulators.kit.json_types import Json
    from simulators.world.world import World

NEAR = 40
"""So many exchanges before the first that names a saga one looks for the student's wish that began it."""


def intents_of(world: World, saga_id: str) -> list[Json]:
    """Return the saga's PaymentIntents, found by their metadata, newest first."""
    quoted = saga_id.replace("'", "")
    found = world.stripe.client.get("/v1/payment_intents/search", query=f"metadata['sagaId']:'{quoted}'")
    return list(found["data"])


def exchanges_of(stage: Stage, saga: Json, intents: list[Json]) -> list[Numbered]:
    """Return what was said about the saga: by its ids, and how it began, when it had no id that others knew."""
    known = stage.index.about([saga["sagaId"], *(each["id"] for each in intents)])
    return sorted({*_beginning(stage, saga, known), *known})


def _beginning(stage: Stage, saga: Json, known: list[Numbered]) -> list[Numbered]:
    """Return the student's wish, and the question about the course: they name no saga yet, but what is bought."""
    if not known:
        return []
    is_course, first = saga["context"] == "COURSE_ENROLLMENT", known[0][0]
    course = f"/courses/{saga['contextId']}"
    asked = next((number for number, each in known if each.path == "/v1/payment_intents"), known[-1][0])
    near = stage.world.recorder.entries()[max(first - NEAR, 0) : asked]
    began = course + "/enroll" if is_course else "/session-bookings"
    wish = [each for each in near if each[0] < first and each[1].path == began][-1:]
    return wish + [each for each in near if is_course and each[0] > first and each[1].path == course]
