from __future__ import annotations

from datetime import UTC, datetime

import pytest

from simulators.kit.seams import Seams, seeded_seams


@pytest.fixture
def seams() -> Seams:
    return seeded_seams(1, datetime(2026, 1, 1, tzinfo=UTC))
