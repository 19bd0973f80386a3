from __future__ import annotations

from pathlib import Path

import pytest

from simulators.world.topology import COMMUNICATION, LEARNING, PAYMENT, TUTORS
from tests.contracts.consumers.listeners import Listener, Payments
from tests.contracts.consumers.pact_recorder import Drafts
from tests.contracts.providers.services import has_course, has_tutor, neighbour, payment_service


@pytest.fixture
def school(drafts: Drafts) -> Listener:
    app = neighbour(LEARNING)
    has_course(app, "algebra", published=True)
    return Listener(LEARNING, app, drafts)


@pytest.fixture
def tutors(drafts: Drafts) -> Listener:
    app = neighbour(TUTORS)
    has_tutor(app, "grace")
    return Listener(TUTORS, app, drafts)


@pytest.fixture
def meetings(drafts: Drafts) -> Listener:
    return Listener(COMMUNICATION, neighbour(COMMUNICATION), drafts)


@pytest.fixture
def payments(drafts: Drafts, tmp_path: Path) -> Payments:
    return Payments(PAYMENT, payment_service(tmp_path), drafts)
