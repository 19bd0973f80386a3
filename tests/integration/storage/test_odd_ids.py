"""What passes the doors can be stored; what no database can hold does not reach it."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from reference.app import create_app
from reference.storage.database import Database
from tests.unit.reference.builders import StillClock
from tests.unit.reference.test_settings import GOOD
from tests.unit.reference.web.service_under_test import INITIATED

HEADERS = {"Authorization": f"Bearer {GOOD['SERVICE_TOKEN']}"}
LONG = "\U0001f4d0" * 255


@pytest.fixture
def client(database: Database, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    monkeypatch.setattr("reference.app.open_database", lambda *_: database)
    return create_app(GOOD, clock=StillClock()).test_client()


@pytest.mark.parametrize("saga_id", ["%00", "a%00b", "%ff", "%ED%A0%80", "x" * 5000])
def test_a_saga_with_an_odd_id_is_not_found(client: FlaskClient, saga_id: str) -> None:
    assert client.get(f"/sagas/{saga_id}", headers=HEADERS).status_code == 404


def test_the_longest_ids_are_kept(client: FlaskClient) -> None:
    body = INITIATED | {
        "id": LONG,
        "source": "edtech." + LONG[7:],
        "data": dict.fromkeys(("sagaId", "studentId", "courseId"), LONG),
    }
    headers = HEADERS | {"Content-Type": "application/cloudevents+json"}
    assert client.post("/events", json=body, headers=headers).status_code == 202
    assert client.get(f"/sagas/{LONG}", headers=HEADERS).get_json()["contextId"] == LONG
