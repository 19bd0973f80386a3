"""The clock's page: what falls due next at each service, and time that runs faster."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from simulators.console.session import Session
from simulators.world.together import ANY_PORTS
from tests.integration.console.conftest import JSON, Visitor, visit

pytestmark = pytest.mark.served


@pytest.fixture
def still(tmp_path: Path) -> Iterator[Session]:
    """A session of one's own, whose time stands still: nobody else waits in it."""
    with Session(tmp_path, ANY_PORTS) as own:
        own.world.clock.pause()
        yield own


def due(visitor: Visitor, service: str) -> list[Any]:
    (found,) = [each for each in visitor.read_json("/clock")["services"] if each["service"] == service]
    return list(found["items"])


def test_each_service_tells_what_it_does_next(still: Session) -> None:
    visitor = visit(still)
    student = still.world.student("punctual")
    saga_id = student.enroll("algebra")
    student.client_secret(saga_id)
    still.world.settle()
    (deadline,) = [each for each in due(visitor, "payment-service") if each["sagaId"] == saga_id]
    assert deadline["what"] == "the student to pay"
    visitor.act("/faults/stripe/delayed_delivery", event="payment_intent.succeeded", seconds="600")
    visitor.act(f"/pay/{saga_id}/card")
    late = [each for each in due(visitor, "stripe") if each["what"] == "payment_intent.succeeded"]
    assert [each["at"] for each in late] == [(still.world.clock.now() + timedelta(seconds=600)).isoformat()]
    page = visitor.read_page("/clock")
    assert f'href="/sagas/{saga_id}"' in page
    assert "10 min" in page
    still.world.pass_time(timedelta(minutes=11))
    assert [each for each in due(visitor, "stripe") if each["what"] == "payment_intent.succeeded"] == []


def test_a_service_that_is_down_has_nothing_due(visitor: Visitor, session: Session) -> None:
    visitor.act("/services/learning-service/kill")
    names = [each["service"] for each in visitor.read_json("/clock")["services"]]
    visitor.act("/calm")
    assert "learning-service" not in names
    assert "stripe" in names


def test_time_runs_faster_until_it_does_not(still: Session) -> None:
    visitor = visit(still)
    assert visitor.read_json("/clock")["speed"] == 1
    assert visitor.act("/clock/speed", speed=60)["said"] == "Time runs 60 times as fast."
    assert visitor.read_json("/clock")["speed"] == 60
    visitor.act("/clock/play")
    assert 'data-speed="60"' in visitor.read_page("/help")
    assert "runs \u00d7 60" in visitor.read_page("/help")
    visitor.act("/clock/speed", speed=1)
    assert "runs \u00d7" not in visitor.read_page("/help")


@pytest.mark.parametrize("speed", ["0", "-1", "3601", "1.5", "fast", ""])
def test_a_speed_must_be_one(visitor: Visitor, speed: str) -> None:
    answer = visitor.post("/clock/speed", data={"speed": speed}, headers=JSON)
    assert answer.status_code == 400
    assert "speed must be" in answer.get_json()["detail"]
