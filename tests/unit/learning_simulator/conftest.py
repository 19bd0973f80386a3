from __future__ import annotations

import pytest

from tests.unit.learning_simulator.school import School


@pytest.fixture
def school() -> School:
    return School()
