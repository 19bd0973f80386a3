from __future__ import annotations

from pathlib import Path

import pytest

from simulators.world.topology import COMMUNICATION, LEARNING, PAYMENT, TUTORS
from tests.contracts.consumers.listeners import Listener, Payments
from tests.contracts.consumers.pact_recorder import PactRecorder
from tests.contracts.providers.services import has_course, has_tutor, neighbour, payment_service


@pytest.fixture
def school(recorder: PactRecorder) -> Listener:
    app = neighbour(LEARNING)
    has_course(app, "algebra", published=True)
    return Listener(LEARNING, app, recorder)


@pytest.fixture
def tutors(recorder: PactRecorder) -> Listener:
    app = neighbour(TUTORS)
    has_tutor(app, "grace")
    return Listener(TUTORS, app, recorder)


@pytest.fixture
def meetings(recorder: PactRecorder) -> Listener:
    return Listener(COMMUNICATION, neighbour(COMMUNICATION), recorder)


@pytest.fixture
def payments(recorder: PactRecorder, tmp_path: Path) -> Payments:
    return Payments(PAYMENT, payment_service(tmp_path), recorder)
