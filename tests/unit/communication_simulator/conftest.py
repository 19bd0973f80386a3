from __future__ import annotations

import pytest

from tests.unit.communication_simulator.meetings import Meetings


@pytest.fixture
def meetings() -> Meetings:
    return Meetings()
