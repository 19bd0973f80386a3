"""The whole service behind its doors, and callers of every kind. Each answer is held to its description."""

from __future__ import annotations

import itertools
import json
import random
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
from flask.testing import FlaskClient
from openapi_core import Config, OpenAPI
from openapi_core.contrib.werkzeug import WerkzeugOpenAPIRequest, WerkzeugOpenAPIResponse
from responses import RequestsMock
from werkzeug.test import EnvironBuilder, TestResponse

from reference.app import create_app
from reference.web.health import OPENAPI
from tests.unit.reference.builders import NOON, StillClock, session
from tests.unit.reference.gateways.stripe_objects import METADATA, WEBHOOK_SECRET, event, intent, signed
from tests.unit.reference.gateways.test_learning import COURSE

JWT_SECRET = "a secret that is long enough for HS256"
SERVICE_TOKEN = "the token of all services"
STRIPE_KEY = "sk_test_very_secret"
AS_JSON: dict[str, Callable[[bytes], Any]] = dict.fromkeys(
    ("application/problem+json", "application/cloudevents+json"), json.loads
)
SPEC = OpenAPI.from_dict(json.loads(OPENAPI), config=Config(extra_media_type_deserializers=AS_JSON))
SEED = 1
OUR_METADATA = METADATA | {"paymentId": f"pay_{random.Random(SEED).getrandbits(96):024x}"}
PAID = event("payment_intent.succeeded", intent("succeeded", metadata=OUR_METADATA))
UNDESCRIBED = {"/nowhere", "/"}
SERVICE = {"Authorization": f"Bearer {SERVICE_TOKEN}"}
INITIATED: dict[str, Any] = {
    "specversion": "1.0",
    "id": "e1",
    "source": "edtech.learning-service",
    "type": "EnrollInCourseInitiated",
    "data": {"sagaId": "saga_1", "studentId": "ada", "courseId": "algebra"},
}


def token(secret: str = JWT_SECRET, algorithm: str = "HS256", **changes: Any) -> dict[str, str]:
    """Return ada's header, with some claims changed; None leaves a claim out."""
    claims = {"sub": "ada", "role": "student", "exp": int(NOON.timestamp()) + 60} | changes
    kept = {name: value for name, value in claims.items() if value is not None}
    return {"Authorization": "Bearer " + jwt.encode(kept, secret, algorithm)}


OPERATOR = token(sub="olga", role="operator")


class HonestClient(FlaskClient):
    """Fails a test whose answer is not as described."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        answer = super().open(*args, **kwargs)
        described = answer.status_code != 405 and answer.request.path not in UNDESCRIBED
        if described:
            asked = EnvironBuilder(answer.request.path, method=answer.request.method).get_request()
            SPEC.validate_response(WerkzeugOpenAPIRequest(asked), WerkzeugOpenAPIResponse(answer))
        return answer


BOOKING: dict[str, Any] = {"tutorId": "tom", "scheduledAt": "2026-09-07T15:00:00Z", "duration": 60}


class Service:
    """The service on a database of its own; `settings` are found in its environment."""

    def __init__(self, path: Path, **settings: str) -> None:
        self.path, self.clock = path, StillClock()
        environ = {
            "DATABASE_URL": f"sqlite:///{path}",
            "STRIPE_API_KEY": STRIPE_KEY,
            "STRIPE_API_BASE": "http://stripe.test",
            "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
            "LEARNING_SERVICE_URL": "http://learning.test",
            "TUTOR_MATCHING_SERVICE_URL": "http://tutor-matching.test",
            "COMMUNICATION_SERVICE_URL": "http://communication.test",
            "SERVICE_TOKEN": SERVICE_TOKEN,
            "JWT_SECRET": JWT_SECRET,
            **settings,
        }
        self.app = create_app(environ, clock=self.clock, randomness=random.Random(SEED), http=session())
        self.app.test_client_class = HonestClient
        self.client = self.app.test_client()

    def event(self, body: Any = INITIATED, **headers: str) -> TestResponse:
        sent = body if isinstance(body, bytes) else json.dumps(body)
        said = SERVICE | {"Content-Type": "application/cloudevents+json"} | headers
        return self.client.post("/events", data=sent, headers=said)

    def webhook(self, event: dict[str, Any]) -> TestResponse:
        body, signature = signed(event)
        return self.client.post("/webhooks/stripe", data=body, headers={"Stripe-Signature": signature})

    def saga(self, saga_id: str = "saga_1", headers: dict[str, str] | None = None) -> TestResponse:
        return self.client.get(f"/sagas/{saga_id}", headers=token() if headers is None else headers)

    def resume(self, body: Any = None, saga_id: str = "saga_1", headers: dict[str, str] = OPERATOR) -> TestResponse:
        sent = body if isinstance(body, bytes) else json.dumps({"why": "it is mended"} if body is None else body)
        return self.client.post(f"/sagas/{saga_id}/resume", data=sent, headers=headers)

    def book(self, body: Any = BOOKING, key: str | None = None, headers: dict[str, str] | None = None) -> TestResponse:
        sent = body if isinstance(body, bytes) else json.dumps(body)
        said = (token() if headers is None else headers) | ({"Idempotency-Key": key} if key is not None else {})
        return self.client.post("/session-bookings", data=sent, headers=said)

    def get(self, path: str, headers: Mapping[str, str] = OPERATOR, **query: Any) -> TestResponse:
        return self.client.get(path, query_string=query, headers=headers)

    def post(self, path: str, body: Any = None, headers: dict[str, str] = OPERATOR) -> TestResponse:
        return self.client.post(path, data=body if isinstance(body, bytes) else json.dumps(body), headers=headers)

    def work(self, world: RequestsMock) -> None:
        """Let the service say all that it has to say to a world that takes it."""
        world.get("http://learning.test/courses/algebra", json=COURSE)
        for neighbour, door in itertools.product(
            ("learning", "tutor-matching", "communication"), ("commands", "events")
        ):
            world.post(f"http://{neighbour}.test/{door}", status=202)
        world.post("http://stripe.test/v1/payment_intents", json=intent(metadata=OUR_METADATA))
        while self.app.extensions["background"].pump():
            pass

    def park(self, saga_id: str = "saga_1") -> None:
        """Make it as if the refund of a purchase had failed."""
        parked = "UPDATE sagas SET state = 'parked', outcome = 'PARKED', body = json_set(body, '$.state', 'parked')"
        parked += ", version = version + 1"  # As whoever moves it: this process may remember what it was.
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute(f"{parked} WHERE saga_id = ?", [saga_id])

    def rows(self) -> list[str]:
        """Return all that is stored."""
        with closing(sqlite3.connect(self.path)) as connection:
            return list(connection.iterdump())

    def query(self, question: str, *values: str) -> list[tuple[Any, ...]]:
        """Ask the database itself."""
        with closing(sqlite3.connect(self.path)) as connection, connection:
            return connection.execute(question, values).fetchall()

    def later(self, **by: float) -> None:
        self.clock.at += timedelta(**by)


def assert_problem(answer: TestResponse, status: int) -> None:
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["status"] == status
