from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests
from flask import Flask

from simulators.kit.http.problems import answer_with_problems
from simulators.kit.seams import Seams
from simulators.kit.simulator import Simulator
from simulators.world.serving import Port, Server

pytestmark = pytest.mark.served
WORD = "abcdefghij" * 20


class Service:
    """Counts how often it did its work; listens on loopback, on a clock that stands still."""

    def __init__(self, seams: Seams, url: str) -> None:
        self.app = Flask("service")
        answer_with_problems(self.app)
        self.simulator = Simulator(self.app, seams)
        self.clock, self.url, self.worked = seams.clock, url, 0
        self.app.get("/word")(self._word)

    def _word(self) -> str:
        self.worked += 1
        return WORD

    def plant(self, name: str, **parameters: Any) -> None:
        self.simulator.faults.plant(name, parameters)

    def word(self, fault: str | None = None) -> requests.Response:
        return requests.get(f"{self.url}/word", headers={"X-Sim-Fault": fault} if fault else {}, timeout=5)


@pytest.fixture
def service(seams: Seams) -> Iterator[Service]:
    port = Port("service", 0)
    service = Service(seams, port.url)
    server = Server(service.app, port)
    yield service
    server.stop()


@pytest.mark.parametrize(
    ("name", "parameters", "seconds"),
    [
        ("reset_peer", {}, 0),
        ("reset_peer", {"timeout": 3000}, 3),
        ("reset_peer", {"timeout": -3000}, 0),
        ("timeout", {}, 30),
        ("timeout", {"timeout": 0}, 3600),
        ("down", {}, 0),
    ],
)
def test_a_dead_network_lets_nothing_through_and_nothing_is_done(
    service: Service, name: str, parameters: Any, seconds: float
) -> None:
    service.plant(name, **parameters)
    before = service.clock.now()
    with pytest.raises(requests.RequestException):
        service.word()
    assert (service.worked, service.clock.now() - before) == (0, timedelta(seconds=seconds))


def test_a_service_that_is_down_stays_down_until_it_is_lifted(service: Service) -> None:
    service.plant("down")
    for _ in range(3):
        with pytest.raises(requests.RequestException):
            service.word()
    service.simulator.faults.clear()
    assert service.word().text == WORD


def test_data_are_limited_after_the_work_is_done(service: Service) -> None:
    service.plant("limit_data", bytes=10)
    with pytest.raises(requests.RequestException):
        service.word()
    service.plant("limit_data", bytes=len(WORD))
    assert (service.word().text, service.worked) == (WORD, 2)


def test_a_sliced_answer_arrives_whole_but_slowly(service: Service) -> None:
    service.plant("slicer", averageSize=50, delay=2_000_000)
    before = service.clock.now()
    answer = service.word()
    assert (answer.text, answer.headers["X-Sim-Latency-Seconds"]) == (WORD, "8")
    assert service.clock.now() - before == timedelta(seconds=8)


def test_slices_vary_in_size_by_the_simulators_own_randomness(service: Service) -> None:
    service.plant("slicer", averageSize=20, sizeVariation=15, delay=1_000_000, times=None)
    took = {float(service.word().headers["X-Sim-Latency-Seconds"]) for _ in range(5)}
    assert len(took) > 1
    assert all(len(WORD) / 35 <= slices <= len(WORD) / 5 for slices in took)


def test_an_answer_comes_no_faster_than_the_bandwidth(service: Service) -> None:
    service.plant("bandwidth", rate=1)
    before = service.clock.now()
    answer = service.word()
    assert (answer.text, answer.headers["X-Sim-Latency-Seconds"]) == (WORD, "0.2")
    assert service.clock.now() - before == timedelta(seconds=0.2)


def test_a_connection_that_is_closed_late_keeps_the_caller_from_knowing_the_end(service: Service) -> None:
    service.plant("slow_close", delay=4000)
    before = service.clock.now()
    answer = service.word()
    assert (answer.text, answer.headers["X-Sim-Latency-Seconds"]) == (WORD, "4")
    assert "Content-Length" not in answer.headers
    assert service.clock.now() - before == timedelta(seconds=4)


def test_latency_jitters_by_the_simulators_own_randomness(service: Service) -> None:
    service.plant("latency", latency=10_000, jitter=5_000, times=None)
    took = [float(service.word().headers["X-Sim-Latency-Seconds"]) for _ in range(10)]
    assert len(set(took)) == 10
    assert all(5 <= seconds <= 15 for seconds in took)


def test_a_call_asks_for_its_own_faults_and_no_other_suffers_them(service: Service) -> None:
    slow = service.word("latency; latency=2000")
    assert slow.headers["X-Sim-Latency-Seconds"] == "2"
    assert "X-Sim-Latency-Seconds" not in service.word().headers
    assert service.simulator.faults.all() == []


def test_a_call_can_ask_for_several_faults(service: Service) -> None:
    assert service.word("latency; latency=1, latency; latency=2, server_error_after").status_code == 500
    assert service.worked == 1


def test_a_call_that_asks_for_a_fault_that_is_not_there_is_refused(service: Service) -> None:
    answer = service.word("gremlins")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "fault")
    assert service.word("latency; minutes=1").json()["errors"][0]["field"] == "minutes"
    assert service.worked == 0
