"""Several instances behind one address: each works, one may die, and the others go on."""

import sys
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from simulators.judge.verdict import must_hold
from simulators.stories import play, story_named
from simulators.world.around import Around, StartCommand
from simulators.world.foreign_time import REAL
from simulators.world.inside import Inside
from simulators.world.instances import Instances
from simulators.world.topology import PAYMENT


def test_requests_go_to_both_in_turn(tmp_path: Path) -> None:
    with Inside(tmp_path, instances=2) as world:
        heard = _count_requests(world)
        for _ in range(4):
            world.payment.find_saga("nobody's")
        assert heard == [2, 2]


def test_one_dies_and_the_other_goes_on_and_comes_to_the_same_end(tmp_path: Path) -> None:
    with Inside(tmp_path, instances=2) as world:
        world.learning.create_course("algebra")
        saga_id = world.student("ada").enroll("algebra")
        world.settle()
        world.crash(PAYMENT)
        assert not world.is_up(PAYMENT)
        world.student("ada").pay(saga_id)
        world.pass_time(timedelta(minutes=2))  # for what the dead one had taken upon itself
        assert (world.payment.find_saga(saga_id) or {})["outcome"] == "COMPLETED"
        world.bring_back(PAYMENT)
        assert world.is_up(PAYMENT)
        must_hold(world)


def test_all_of_them_are_down_when_the_service_is(tmp_path: Path) -> None:
    with Inside(tmp_path, instances=2) as world:
        played = play(story_named("crash"), world)
        assert played.ended_well, played.sentence


@pytest.mark.served
def test_two_processes_of_a_command_share_an_address_and_one_sells_while_the_other_is_dead(tmp_path: Path) -> None:
    command = StartCommand((sys.executable, "-m", "simulators.cli", "serve"))
    with Around(tmp_path, command, time=REAL, instances=2) as world:
        world.crash(PAYMENT)
        assert [each.is_alive for each in world.processes] == [False, True]
        played = play(story_named("course"), world)  # which brings back whatever is down only when it is over
        assert played.ended_well, played.sentence
        assert world.is_up(PAYMENT)
        world.take_down(PAYMENT)
        with pytest.raises(requests.ConnectionError):
            world.payment.find_saga(played.saga_id)
        world.bring_back(PAYMENT)
        assert world.payment.find_saga(played.saga_id)


def _count_requests(world: Inside) -> list[int]:
    service, heard = world.services[PAYMENT], [0, 0]
    assert isinstance(service, Instances)

    def count(number: int) -> None:
        heard[number] += 1

    for number, each in enumerate(service._instances):
        each.app.before_request(lambda number=number: count(number))
    return heard
