"""Every envelope that is really sent is as the AsyncAPI document says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request

from simulators.world.inside import Inside
from simulators.world.plan import LEARNING
from simulators.world.service import Service
from tests.unit.reference.web.test_asyncapi import problems

ENVELOPE = "application/cloudevents+json"


class Listening(Inside):
    """A world in which every envelope is kept as it arrives, also where no service is put up yet."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.heard: list[dict[str, Any]] = []
        elsewhere = Service("elsewhere", lambda: Flask("elsewhere"))
        self.network.attach("http://nowhere.test", elsewhere)
        for service in (*self.services.values(), elsewhere):
            service.app.before_request(self._listen)

    def _listen(self) -> None:
        if request.mimetype == ENVELOPE:
            self.heard.append(json.loads(request.get_data()))


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[dict[str, Any]]]:
    with Listening(tmp_path_factory.mktemp("listening")) as world:
        world.learning.course("algebra")
        world.student("ada").tries(world.student("ada").enroll("algebra"), "pm_card_visa_chargeDeclined")
        world.student("ben").pays(world.student("ben").enroll("algebra"))
        world.settle()
        world.plant_fault(LEARNING, "rejected_enrollment")
        world.student("cleo").pays(world.student("cleo").enroll("algebra"))
        world.pass_time(timedelta(days=1))
        yield world.heard


def test_each_is_as_it_is_described(heard: list[dict[str, Any]]) -> None:
    assert [fault for envelope in heard for fault in problems(envelope)] == []


def test_the_course_flow_says_all_that_it_can(heard: list[dict[str, Any]]) -> None:
    assert {envelope["type"] for envelope in heard} >= {
        "EnrollInCourseInitiated",
        "PaymentSucceeded",
        "PaymentFailed",
        "PaymentRefunded",
        "CREATE_ENROLLMENT_RECORD",
        "EnrollmentConfirmed",
        "EnrollmentRejected",
        "SEND_NOTICE",
    }
