"""Brings the real services to say each message, and returns it as it travelled."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import request

from reference.domain.payment_news import AttemptDeclined
from simulators.cli.contracts.provider import Content
from simulators.stories import tomorrow
from simulators.world.inside import Inside
from simulators.world.topology import COMMUNICATION, LEARNING, NEIGHBOURS, PAYMENT, TUTORS
from tests.contracts.expectations import CLOUDEVENT
from tests.contracts.messages import ENROLLED, HELD, MEETING

DECIDED = ENROLLED | HELD | MEETING
A_WHILE = timedelta(minutes=1)
DECLINED = "pm_card_visa_chargeDeclined"


class CapturingWorld(Inside):
    """A world in which every envelope is kept as it arrives."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.said: dict[tuple[str, str], Content] = {}
        for name, service in self.services.items():
            service.app.before_request(partial(self._listen, name))

    def _listen(self, receiver: str) -> None:
        if request.mimetype == CLOUDEVENT or request.path == "/webhooks/stripe":
            said = Content(request.get_data(), request.content_type or "")
            self.said[receiver, request.get_json(force=True)["type"]] = said


Start = Callable[[CapturingWorld], str]
Story = Callable[[CapturingWorld, Start], object]


def course(world: CapturingWorld) -> str:
    """A student enrolls in a course."""
    world.learning.create_course("algebra")
    return world.student("ada").enroll("algebra")


def session(world: CapturingWorld) -> str:
    """A student books a session."""
    world.tutors.hire("grace")
    return world.student("ada").book("grace", tomorrow(world), 60)


def bought(world: CapturingWorld, start: Start, card: str = "pm_card_visa") -> str:
    saga_id = start(world)
    world.student("ada").try_card(saga_id, card)
    world.settle()
    return saga_id


def bank_asked(world: CapturingWorld, start: Start) -> str:
    """A bank takes its days."""
    return bought(world, start, "pm_success_at")


def declined(world: CapturingWorld, start: Start) -> str:
    return bought(world, start, DECLINED)


def declined_without_code(world: CapturingWorld, start: Start) -> None:
    """Stripe has no code for some failures, such as those of a bank's own page."""
    payment_id = world.student("ada").saga(declined(world, start))["payment"]["paymentId"]
    news = AttemptDeclined(payment_id=payment_id, attempt="page-1", reason="authentication_failed")
    world.services[PAYMENT].app.extensions["services"].payments.receive("stripe", "page-1", news)
    world.settle()


def rejected(world: CapturingWorld, start: Start) -> None:
    """It cannot be had any more, although it was paid for."""
    world.plant_fault(LEARNING, "rejected_enrollment")
    world.plant_fault(COMMUNICATION, "rejected_session")
    bought(world, start)


def unavailable(world: CapturingWorld, start: Start) -> None:
    """The tutor's time is not for sale at all."""
    world.plant_fault(TUTORS, "rejected_availability")
    start(world)
    world.settle()


def canceled(world: CapturingWorld, start: Start) -> None:
    """The student thinks better of it."""
    saga_id = start(world)
    world.settle()
    world.student("ada").cancel(saga_id)
    world.settle()


def refund_pending(world: CapturingWorld, start: Start) -> None:
    """The money goes back, and the bank takes its time."""
    world.plant_fault(LEARNING, "rejected_enrollment")
    bought(world, start, "pm_card_pendingRefund")


def refund_failed(world: CapturingWorld, start: Start) -> None:
    """The bank sends it back to Stripe."""
    world.plant_fault(LEARNING, "rejected_enrollment")
    bought(world, start, "pm_card_refundFail")
    world.pass_time(A_WHILE)


def disputed(world: CapturingWorld, start: Start) -> None:
    """The bank wants it back from us."""
    bought(world, start, "pm_card_createDispute")
    world.pass_time(A_WHILE)


def bought_and_repeated(world: CapturingWorld, start: Start) -> None:
    """All went well, but the payment-service does not know."""
    bought(world, start)
    _ask_again(world)


def rejected_and_repeated(world: CapturingWorld, start: Start) -> None:
    """It cannot be had, but the payment-service does not know."""
    rejected(world, start)
    _ask_again(world)


def _ask_again(world: CapturingWorld) -> None:
    """Repeat all commands, to neighbours that have decided what the contracts say that they had."""
    commands = [(receiver, said) for (receiver, name), said in world.said.items() if name.isupper()]
    for name in NEIGHBOURS:
        client = world.services[name].app.test_client()
        client.put("/_sim/state", json=_decided(client.get("/_sim/state").get_json()))
    bearer = {"Authorization": f"Bearer {world.topology.credentials.service_token}"}
    for receiver, said in commands:
        again = json.loads(said.body) | {"id": "once-more"}
        client = world.services[receiver].app.test_client()
        client.post("/commands", data=json.dumps(again), content_type=said.content_type, headers=bearer)
    world.settle()


def _decided(state: Any) -> Any:
    """Return the state with what is known of each decision, wherever it is kept."""
    if isinstance(state, dict):
        return {name: DECIDED.get(name) if name in DECIDED and each else _decided(each) for name, each in state.items()}
    return [_decided(each) for each in state] if isinstance(state, list) else state


@cache
def captured_messages(story: Story, start: Start) -> dict[tuple[str, str], Content]:
    """Play a story, and return the last envelope of each name that each service was told in it."""
    with TemporaryDirectory() as directory, CapturingWorld(Path(directory)) as world:
        story(world, start)
        return world.said
