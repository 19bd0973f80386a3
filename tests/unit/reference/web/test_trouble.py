"""What callers see of a database in trouble: to come again, and that the service itself is alive."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.unit.reference.web.problems import assert_problem
from tests.unit.reference.web.service_under_test import PAID, Service
from tests.unit.reference.web.test_access import CALLERS, TABLE, call, with_something_to_see

WITHOUT_DATABASE = {"/healthz", "/openapi.json", "/asyncapi.json", "/flows"}


@pytest.fixture
def service(migrated: Path, tmp_path: Path) -> Service:
    path = Path(shutil.copy(migrated, tmp_path / "payments.sqlite3"))
    found = Service(path, DATABASE_TIMEOUT_SECONDS="1")
    with_something_to_see(found)
    return found


@contextmanager
def locked(service: Service) -> Iterator[None]:
    with closing(sqlite3.connect(service.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield


WRITES = {
    "/events": "service",
    "/session-bookings": "its student",
    "/sagas/saga_1/cancel": "its student",
    "/sagas/saga_1/resume": "operator",
    "/dead-letters/1/retry": "operator",
    "/dead-letters/1/resolve": "operator",
}
REFUSED = {"/sagas/saga_1/resume", "/dead-letters/1/retry"}  # Neither fits: nothing would be stored.


@pytest.mark.fault(18)
def test_whoever_wants_something_stored_is_asked_to_come_again(service: Service) -> None:
    assert WRITES.keys() == {path for method, path in TABLE if method == "POST"} - {"/webhooks/stripe"}
    before = service.rows()
    with locked(service):
        for path, who in WRITES.items():
            answer = call(service, "POST", path, CALLERS[who])
            if path in REFUSED:
                assert_problem(answer, 409)
                continue
            assert_problem(answer, 503)
            assert int(answer.headers["Retry-After"]) > 0
    assert service.rows() == before


@pytest.mark.fault(18)
def test_a_webhook_that_cannot_be_stored_is_asked_for_again(service: Service) -> None:
    with locked(service):
        assert_problem(service.webhook(PAID), 503)
    assert service.webhook(PAID).status_code == 200


@pytest.mark.fault(18)
def test_the_service_lives_but_is_not_ready_while_nobody_can_write(service: Service) -> None:
    assert service.client.get("/readyz").status_code == 200
    with locked(service):
        for path in WITHOUT_DATABASE:
            assert service.client.get(path).status_code == 200
        assert service.client.get("/readyz").status_code == 503
    assert service.client.get("/readyz").status_code == 200
