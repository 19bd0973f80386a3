"""A fifth simulator is one folder, one client and one row of the topology: here all three, added from outside."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from simulators.diagram.sequence import sequence
from simulators.world.inside import Inside
from simulators.world.together import Together
from simulators.world.topology import PAYMENT, SERVICES, NeighbourRow
from simulators.world.world import World
from tests.simulated.certificate.app import create_app
from tests.simulated.certificate.client import CertificateClient

CERTIFICATES = "certificate-service"
ROW = NeighbourRow(CERTIFICATES, 8050, CertificateClient, create_app)


@pytest.fixture(params=["inside", pytest.param("together", marks=pytest.mark.served)])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    kind = {"inside": Inside, "together": Together}[request.param]
    with kind(tmp_path, services=(*SERVICES, ROW)) as world:
        yield world


def issue(world: World) -> None:
    """Let the payment-service command a certificate."""
    token = world.topology.credentials.service_token
    CertificateClient(world.client(CERTIFICATES, PAYMENT, lambda: token)).issue("saga_1", "ada", "algebra")
    world.settle()


def messages(world: World) -> list[tuple[str, str, str | None]]:
    return [(each.caller, each.callee, each.message) for each in world.recorder]


def test_it_is_reached_by_its_client_without_a_line_elsewhere(world: World) -> None:
    issue(world)
    (certificate,) = world.reach(CertificateClient).certificates("ada")
    assert (certificate["sagaId"], certificate["courseId"]) == ("saga_1", "algebra")
    assert world.topology.environ()["CERTIFICATE_SERVICE_URL"] == world.topology.urls[CERTIFICATES]


def test_what_it_hears_and_says_is_recorded(world: World) -> None:
    issue(world)
    command, event = (PAYMENT, CERTIFICATES, "ISSUE_CERTIFICATE"), (CERTIFICATES, PAYMENT, "CertificateIssued")
    assert [each for each in messages(world) if each in (command, event)][:2] == [command, event]


def test_its_own_fault_strikes_is_counted_and_is_cleared(world: World) -> None:
    world.plant_fault(CERTIFICATES, "rejected_certificate", courseId="alg*")
    issue(world)
    assert world.reach(CertificateClient).certificates() == []
    assert (CERTIFICATES, PAYMENT, "CertificateRejected") in messages(world)
    assert world.strikes() == {(CERTIFICATES, "rejected_certificate"): 1}
    world.clear_faults()
    assert world.strikes() == {}


def test_it_goes_down_and_comes_back_with_all_it_knew(world: World) -> None:
    issue(world)
    world.take_down(CERTIFICATES)
    with pytest.raises(requests.ConnectionError):
        world.reach(CertificateClient).certificates()
    world.recover()
    assert len(world.reach(CertificateClient).certificates()) == 1


def test_it_has_a_lane_in_the_sequence(world: World) -> None:
    issue(world)
    diagram = sequence(world.recorder.entries(), {}, [], services=world.topology.urls)
    assert diagram.lanes == [PAYMENT, CERTIFICATES]
    assert diagram.steps[0].said == "ISSUE_CERTIFICATE"
