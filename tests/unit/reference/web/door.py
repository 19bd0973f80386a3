"""The whole service behind its doors, and callers of every kind. Each answer is held to its description."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Callable
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
from reference.runtime import http_session
from reference.web.health import OPENAPI
from tests.unit.reference.builders import NOON, StillClock
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


class Service:
    """The service on a database of its own."""

    def __init__(self, path: Path) -> None:
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
        }
        self.app = create_app(environ, clock=self.clock, randomness=random.Random(SEED), http=http_session())
        self.app.test_client_class = HonestClient
        self.client = self.app.test_client()

    def event(self, body: Any = INITIATED, **headers: str) -> TestResponse:
        sent = body if isinstance(body, bytes) else json.dumps(body)
        said = SERVICE | {"Content-Type": "application/cloudevents+json"} | headers
        return self.client.post("/events", data=sent, headers=said)

    def webhook(self, told: dict[str, Any]) -> TestResponse:
        body, signature = signed(told)
        return self.client.post("/webhooks/stripe", data=body, headers={"Stripe-Signature": signature})

    def saga(self, saga_id: str = "saga_1", headers: dict[str, str] | None = None) -> TestResponse:
        return self.client.get(f"/sagas/{saga_id}", headers=token() if headers is None else headers)

    def resume(self, body: Any = None, saga_id: str = "saga_1", headers: dict[str, str] = OPERATOR) -> TestResponse:
        sent = body if isinstance(body, bytes) else json.dumps({"why": "it is mended"} if body is None else body)
        return self.client.post(f"/sagas/{saga_id}/resume", data=sent, headers=headers)

    def work(self, world: RequestsMock) -> None:
        """Let the service say all that it has to say to a world that takes it."""
        world.get("http://learning.test/courses/algebra", json=COURSE)
        for door in ("commands", "events"):
            world.post(f"http://learning.test/{door}", status=202)
        world.post("http://stripe.test/v1/payment_intents", json=intent(metadata=OUR_METADATA))
        while self.app.extensions["background"].pump():
            pass

    def park(self, saga_id: str = "saga_1") -> None:
        """Make it as if the refund of a purchase had failed."""
        with sqlite3.connect(self.path) as connection:
            connection.execute(
                "UPDATE sagas SET state = 'parked', body = json_set(body, '$.state', 'parked') WHERE saga_id = ?",
                [saga_id],
            )
        connection.close()

    def rows(self) -> list[str]:
        """Return all that is stored."""
        connection = sqlite3.connect(self.path)
        try:
            return list(connection.iterdump())
        finally:
            connection.close()

    def later(self, **by: float) -> None:
        self.clock.at += timedelta(**by)


def assert_problem(answer: TestResponse, status: int) -> None:
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["status"] == status
