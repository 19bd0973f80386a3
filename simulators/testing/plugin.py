"""The fixtures, found by pytest wherever the package is installed; nothing is loaded before a test asks for a world."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from simulators.clients.communication import CommunicationClient
    from simulators.clients.learning import LearningClient
    from simulators.clients.stripe import StripeClient
    from simulators.clients.tutor_matching import TutorMatchingClient
    from simulators.testing.fixtures import FaultInjection, VirtualClock
    from simulators.world.world import World

SETTINGS = {
    "service": "your payment-service as a Python factory, package.module:factory; the reference, if nothing is said",
    "command": "what starts your payment-service, in any language; it is aged and killed as a process",
    "time": "how a command's clock is moved, as harness check --time names it; found out each time, if nothing is said",
    "world": "where a factory lives: inside (one process, no sockets; the default) or together (ports of its own)",
    "seed": "draws all ids of a world inside",
}
MARKER = "harness(service, command, time, world, seed, judged): another world than the ini-file says, for this test"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the ini-file say which service is tested."""
    for name, description in SETTINGS.items():
        parser.addini(f"harness_{name}", description, default="")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", MARKER)


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """All services and people around your payment-service; every promise is judged once the test is over."""
    from simulators.testing.fixtures import open_world, rest_and_judge  # noqa: PLC0415 - the plugin itself loads nothing

    marker = request.node.get_closest_marker("harness")
    settings: dict[str, Any] = {name: request.config.getini(f"harness_{name}") for name in SETTINGS}
    settings |= marker.kwargs if marker else {}
    is_judged = settings.pop("judged", True)
    with open_world(tmp_path, **settings) as world:
        yield world
        if is_judged:
            rest_and_judge(world)


@pytest.fixture
def stripe_simulator(world: World) -> StripeClient:
    """Stripe, as whoever holds its secret key sees it."""
    return world.stripe


@pytest.fixture
def learning_service(world: World) -> LearningClient:
    """The learning-service, as its operator sees it."""
    return world.learning


@pytest.fixture
def tutor_matching_service(world: World) -> TutorMatchingClient:
    """The tutor-matching-service, as its operator sees it."""
    return world.tutors


@pytest.fixture
def communication_service(world: World) -> CommunicationClient:
    """The communication-service, as its operator sees it."""
    return world.communication


@pytest.fixture
def virtual_clock(world: World) -> VirtualClock:
    """The clock that all services share."""
    from simulators.testing.fixtures import VirtualClock  # noqa: PLC0415 - the plugin itself loads nothing

    return VirtualClock(world)


@pytest.fixture
def faults(world: World) -> FaultInjection:
    """What goes wrong on purpose."""
    from simulators.testing.fixtures import FaultInjection  # noqa: PLC0415 - the plugin itself loads nothing

    return FaultInjection(world)
