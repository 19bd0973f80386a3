"""A storm's name is the storm."""

from __future__ import annotations

import json

import pytest

from simulators.check.storm_faults import StormFault
from simulators.check.storms import Storm
from simulators.explore.spec import StormSpec

WISHED = "7/3x2/way=pays-and-cancels+kind=session+thing=fickle+fault=lost_answer@stripe"


@pytest.mark.parametrize("name", ["7/3x2", WISHED])
def test_a_storm_is_drawn_again_from_its_name(name: str) -> None:
    spec = StormSpec.parse(name)
    assert str(spec) == name
    assert spec.brew() == StormSpec.parse(name).brew()


def test_the_first_purchase_and_the_faults_are_as_they_were_wished() -> None:
    storm = StormSpec.parse(WISHED).brew()
    first = storm.purchases[0]
    assert (first.way, first.kind, first.thing) == ("pays and cancels", "session", "fickle")
    assert (storm.faults[0].service, storm.faults[0].fault) == ("stripe", "lost_answer")
    assert len(storm.faults) == 2


def test_a_storm_is_the_same_as_json() -> None:
    storm = StormSpec.parse("3/4x4/fault=caller_crash@payment-service").brew()
    assert Storm.from_json(json.loads(json.dumps(storm.to_json()))) == storm
    assert isinstance(storm.faults[0], StormFault)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("seven", "no storm"),
        ("7/0x2", "at least 1 purchase"),
        ("7/1x99", "at most"),
        ("7/1x1/way=flies", "'way=flies' cannot be wished for"),
        ("7/1x1/fault=live_event@learning-service", "cannot be wished for"),
    ],
)
def test_what_is_no_storms_name_is_refused_with_the_reason(name: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        StormSpec.parse(name)
