"""Brings the real services to say each message, and returns the very bytes that travelled."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import request

from reference.domain.payment_news import AttemptDeclined
from simulators.world.inside import Inside
from simulators.world.plan import LEARNING, PAYMENT
from tests.contracts.expectations import CLOUDEVENT


class Overheard(Inside):
    """A world in which every envelope is kept as it arrives."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.said: dict[str, bytes] = {}
        for name in (PAYMENT, LEARNING):
            self.services[name].app.before_request(self._listen)

    def _listen(self) -> None:
        if request.mimetype == CLOUDEVENT:
            self.said[request.get_json(force=True)["type"]] = request.get_data()


Story = Callable[[Overheard], object]


def enrolls(world: Overheard, card: str) -> str:
    """A student enrolls and pays with this card."""
    world.learning.course("algebra")
    saga_id = world.student("ada").enroll("algebra")
    world.student("ada").tries(saga_id, card)
    world.settle()
    return saga_id


bought = partial(enrolls, card="pm_card_visa")
declined = partial(enrolls, card="pm_card_visa_chargeDeclined")


def declined_without_code(world: Overheard) -> None:
    """Stripe has no code for some failures, such as those of a bank's own page."""
    payment_id = world.student("ada").saga(declined(world))["payment"]["paymentId"]
    news = AttemptDeclined(payment_id=payment_id, attempt="page-1", reason="authentication_failed")
    world.services[PAYMENT].app.extensions["doors"].service.receive("stripe", "page-1", news)
    world.settle()


def rejected(world: Overheard) -> None:
    """The school takes no more students, although the course was paid for."""
    world.plant_fault(LEARNING, "rejected_enrollment")
    bought(world)


@cache
def overheard(story: Story) -> dict[str, bytes]:
    """Play a story, and return the last envelope of each name that was said in it."""
    with TemporaryDirectory() as directory, Overheard(Path(directory)) as world:
        story(world)
        return world.said
