from __future__ import annotations

from random import Random

import pytest

from simulators.kit.seams import Clock
from simulators.world.local_service import LocalService
from simulators.world.recorder import Recorder
from simulators.world.transport import Network
from tests.unit.world.toy import NOON, Toy


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON, running=False)


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def network(clock: Clock, recorder: Recorder) -> Network:
    return Network(clock, recorder, Random(1))


@pytest.fixture
def toy(clock: Clock) -> Toy:
    return Toy(clock)


@pytest.fixture
def service(toy: Toy, network: Network) -> LocalService:
    service = LocalService("toy-service", toy.build)
    network.attach("http://toy.test", service)
    return service
