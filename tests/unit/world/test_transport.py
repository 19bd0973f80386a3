from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests
import stripe

from simulators.kit.faults.links import CallerCrash, Crash, LinkDown, LinkFault, LinkLatency, LinkLostAnswer, LinkReset
from simulators.world.transport import OBSERVER

if TYPE_CHECKING:
    from simulators.world.local_service import LocalService
    from simulators.world.recorder import Recorder
    from simulators.world.transport import Network
    from tests.unit.world.toy import Toy

pytestmark = pytest.mark.usefixtures("service")
WORK = "http://toy.test/work"


def test_a_call_reaches_the_service_at_its_address(network: Network, toy: Toy) -> None:
    answer = network.session("ada").post(WORK, data="hello", timeout=1)

    assert (answer.status_code, answer.json()) == (201, {"count": 1})
    assert toy.heard == ["hello"]


def test_an_unknown_host_is_named(network: Network) -> None:
    with pytest.raises(requests.ConnectionError, match=r"nobody\.test"):
        network.session("ada").get("http://nobody.test/", timeout=1)


@pytest.mark.parametrize("fault", [LinkDown(), LinkReset()])
def test_a_broken_link_keeps_the_work_from_being_done(network: Network, toy: Toy, fault: LinkFault) -> None:
    network.faults.add(fault)

    with pytest.raises(requests.ConnectionError):
        network.session("ada").post(WORK, timeout=1)
    assert toy.heard == []


def test_a_lost_answer_loses_only_the_answer(network: Network, toy: Toy) -> None:
    network.faults.add(LinkLostAnswer())

    with pytest.raises(requests.ConnectionError):
        network.session("ada").post(WORK, data="once", timeout=1)
    assert toy.heard == ["once"]


def test_latency_is_a_timeout_only_for_the_impatient(network: Network, toy: Toy) -> None:
    network.faults.add(LinkLatency(latency=5000))

    assert network.session("patient").post(WORK, timeout=(1, 10)).ok
    with pytest.raises(requests.Timeout):
        network.session("impatient").post(WORK, timeout=2)
    assert len(toy.heard) == 2


def test_a_fault_strikes_only_its_link_and_only_so_often(network: Network) -> None:
    network.faults.add(LinkDown(caller="ada", skip=1, times=1))
    ada, bob = network.session("ada"), network.session("bob")

    assert ada.post(WORK, timeout=1).ok
    assert bob.post(WORK, timeout=1).ok
    with pytest.raises(requests.ConnectionError):
        ada.post(WORK, timeout=1)
    assert ada.post(WORK, timeout=1).ok


def test_a_network_without_faults_is_whole_again(network: Network) -> None:
    network.faults.add(LinkDown())
    network.faults.clear()

    assert network.session("ada").post(WORK, timeout=1).ok


def test_a_service_that_crashes_is_dead_until_started_again(network: Network, service: LocalService) -> None:
    ada = network.session("ada")
    with pytest.raises(requests.ConnectionError):
        ada.post("http://toy.test/die", timeout=1)
    with pytest.raises(requests.ConnectionError, match="refused"):
        ada.post(WORK, timeout=1)

    service.restart()
    assert ada.post(WORK, timeout=1).ok


@pytest.mark.parametrize(
    ("fault", "heard"), [(CallerCrash(caller="ada"), []), (CallerCrash(caller="ada", after=True), ["x"])]
)
def test_a_caller_can_die_before_its_call_or_after_it(
    network: Network, toy: Toy, fault: CallerCrash, heard: list[str]
) -> None:
    network.faults.add(fault)

    with pytest.raises(Crash):
        network.session("ada").post(WORK, data="x", timeout=1)
    assert toy.heard == heard


def test_an_answer_that_says_it_was_lost_is_lost(network: Network) -> None:
    with pytest.raises(requests.ConnectionError):
        network.session("ada").get("http://toy.test/reset", timeout=1)


def test_an_answer_that_says_it_was_slow_is_too_late(network: Network) -> None:
    with pytest.raises(requests.Timeout):
        network.session("ada").get("http://toy.test/slow", timeout=1)


def test_the_observer_is_neither_struck_nor_recorded(network: Network, recorder: Recorder) -> None:
    network.faults.add(LinkDown())

    assert network.session(OBSERVER).post(WORK, timeout=1).ok
    assert len(recorder) == 0


def test_every_call_is_recorded_with_what_its_caller_heard(network: Network, recorder: Recorder) -> None:
    network.faults.add(LinkLostAnswer(skip=1))
    ada = network.session("ada")
    ada.post(WORK, timeout=1)
    with pytest.raises(requests.ConnectionError):
        ada.post(WORK, timeout=1)

    assert [(each.caller, each.callee, each.path, each.answer) for each in recorder] == [
        ("ada", "toy-service", "/work", "201"),
        ("ada", "toy-service", "/work", "no answer"),
    ]


def test_the_official_sdk_of_stripe_goes_the_same_way(network: Network, toy: Toy) -> None:
    client = stripe.RequestsClient(session=network.session("payment-service"))

    body, status, _ = client.request("post", WORK, {"X-Any": "thing"}, "amount=4900")
    assert (status, toy.heard) == (201, ["amount=4900"])
    assert b'"count":1' in bytes(body)
