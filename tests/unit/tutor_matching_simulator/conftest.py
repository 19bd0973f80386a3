from __future__ import annotations

import pytest

from tests.unit.tutor_matching_simulator.tutoring import Tutoring


@pytest.fixture
def tutoring() -> Tutoring:
    return Tutoring()
