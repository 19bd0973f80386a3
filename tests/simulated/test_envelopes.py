"""Every envelope that is really sent is as the AsyncAPI document says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import request

from simulators.stories import tomorrow
from simulators.world.inside import Inside
from simulators.world.topology import COMMUNICATION, LEARNING
from tests.unit.reference.web.test_asyncapi import MESSAGES, problems

ENVELOPE = "application/cloudevents+json"


class Listening(Inside):
    """A world in which every envelope is kept as it arrives."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.heard: list[dict[str, Any]] = []
        for service in self.services.values():
            service.app.before_request(self._listen)

    def _listen(self) -> None:
        if request.mimetype == ENVELOPE:
            self.heard.append(json.loads(request.get_data()))


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[dict[str, Any]]]:
    with Listening(tmp_path_factory.mktemp("listening")) as world:
        world.learning.create_course("algebra")
        world.student("ada").try_card(world.student("ada").enroll("algebra"), "pm_card_visa_chargeDeclined")
        world.student("ben").pay(world.student("ben").enroll("algebra"))
        world.settle()
        world.plant_fault(LEARNING, "rejected_enrollment")
        world.student("cleo").pay(world.student("cleo").enroll("algebra"))
        world.tutors.hire("grace")
        world.student("dan").pay(world.student("dan").book("grace", tomorrow(world), 60))
        world.settle()
        world.student("eve").book("grace", tomorrow(world), 60)
        world.plant_fault(COMMUNICATION, "rejected_session")
        world.student("fay").pay(world.student("fay").book("grace", tomorrow(world, hour=12), 60))
        world.pass_time(timedelta(days=1))
        yield world.heard


def test_each_is_as_it_is_described(heard: list[dict[str, Any]]) -> None:
    assert [fault for envelope in heard for fault in problems(envelope)] == []


def test_both_flows_say_all_that_is_described(heard: list[dict[str, Any]]) -> None:
    assert {envelope["type"] for envelope in heard} == set(MESSAGES)
