"""Two processes on one PostgreSQL: processes die, connections are cut, and all is said twice and in any order."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.accidents import ACCIDENTS, run_through_accidents
from tests.postgres import MISSING, has_postgres, postgres

pytestmark = [pytest.mark.served, pytest.mark.apart, pytest.mark.postgres]
SAGAS = 60


@pytest.mark.skipif(not has_postgres(), reason=MISSING)
def test_nothing_is_lost_and_nothing_doubled_whoever_dies(tmp_path: Path) -> None:
    with postgres(durable=True) as server:
        outcome = run_through_accidents(server, tmp_path, count=SAGAS)
    assert outcome.faults(SAGAS) == []
    assert "Traceback" not in (tmp_path / "service.log").read_text(), "an accident is no fault of the code"
    assert len(outcome.accidents) == len(ACCIDENTS)
    assert outcome.books.repeated, "nobody had to say anything again: nothing has happened"
