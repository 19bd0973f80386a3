"""A school under test: its people call it, and a payment-service that only listens hears what it announces."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests
from werkzeug.test import TestResponse

from simulators.kit.auth import Person, token
from simulators.kit.cloudevents import CONTENT_TYPE, envelope
from simulators.kit.seams import Seams, seeded_seams
from simulators.kit.simulator import Simulator
from simulators.learning.app import create_app

SERVICE_TOKEN, JWT_SECRET = "service-token", "a-secret-that-is-long-enough-for-hs256"
START = datetime(2026, 9, 1, 9, tzinfo=UTC)
ALGEBRA = {"courseId": "algebra", "tutorId": "emmy", "title": "Algebra", "price": {"amount": 4900, "currency": "EUR"}}
PAYMENT = {
    "paymentId": "pay_1",
    "context": "COURSE_ENROLLMENT",
    "contextId": "algebra",
    "price": {"amount": 4900, "currency": "EUR"},
    "stripePaymentIntentId": "pi_1",
}


class Listener(requests.Session):
    """A payment-service that accepts (or not) whatever it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.status = 202
        self.heard: list[tuple[str, dict[str, str], dict[str, Any]]] = []

    def post(self, url: str, **sent: Any) -> requests.Response:  # type: ignore[override]
        self.heard.append((url, sent["headers"], json.loads(sent["data"])))
        answer = requests.Response()
        answer.status_code = self.status
        return answer


class School:
    def __init__(self, state_path: Path | None = None, listener: Listener | None = None) -> None:
        self.listener = Listener() if listener is None else listener
        seams = seeded_seams(1, START)
        self.clock = seams.clock
        self.app = create_app(
            Seams(seams.clock, seams.randomness, self.listener),
            service_url="http://payment.test",
            service_token=SERVICE_TOKEN,
            jwt_secret=JWT_SECRET,
            state_path=state_path,
        )
        self.simulator: Simulator = self.app.extensions["simulator"]

    def bearer(self, who: str) -> str:
        """`service`, `operator`, or a student's name."""
        if who == "service":
            return SERVICE_TOKEN
        role = who if who == "operator" else "student"
        return token(Person(who, role), JWT_SECRET, self.clock.now() + timedelta(hours=1))

    def call(self, who: str, method: str, path: str, body: object = None, **headers: str) -> TestResponse:
        known = {"Authorization": f"Bearer {self.bearer(who)}"} if who else {}
        text = body if body is None or isinstance(body, str) else json.dumps(body)
        return self.app.test_client().open(path, method=method, data=text, headers={**known, **headers})

    def course(self, course_id: str = "algebra", *, published: bool = True) -> list[str]:
        """Make a course of two lessons; returns their ids."""
        assert self.call("operator", "POST", "/courses", ALGEBRA | {"courseId": course_id}).status_code == 201
        made = [self.call("operator", "POST", f"/courses/{course_id}/lessons", {"title": "One"}) for _ in range(2)]
        if published:
            assert self.call("operator", "POST", f"/courses/{course_id}/publish").status_code == 200
        return [each.json["lessonId"] for each in made if each.json]

    def say(self, door: str, name: str, data: dict[str, Any], message_id: str = "m1") -> TestResponse:
        """Say something to the school as the payment-service does."""
        source = "edtech.payment-service"
        text = envelope(message_id, source, name, str(data.get("sagaId")), self.clock.now(), data)
        return self.call("service", "POST", door, text, **{"Content-Type": CONTENT_TYPE})

    def command(self, saga: str = "s1", student: str = "ada", course: str = "algebra", message: str = "m1") -> None:
        data = {"sagaId": saga, "studentId": student, "courseId": course, "paymentId": f"pay_{saga}"}
        assert self.say("/commands", "CREATE_ENROLLMENT_RECORD", data, message).status_code == 202

    def refund(self, saga: str = "s1") -> None:
        data = PAYMENT | {"sagaId": saga, "refundId": "re_1", "reason": "the course is gone"}
        assert self.say("/events", "PaymentRefunded", data, f"refund-{saga}").status_code == 202

    def announced(self) -> list[dict[str, Any]]:
        """Deliver what is due; returns every envelope heard so far."""
        while self.simulator.background.pump():
            pass
        return [heard for _, _, heard in self.listener.heard]

    def outcomes(self) -> list[tuple[str, str | None]]:
        """What was announced: names, and why when rejected."""
        return [(each["type"], each["data"].get("reason")) for each in self.announced()]

    def enrollments(self, who: str = "operator", path: str = "/enrollments") -> list[dict[str, Any]]:
        answer = self.call(who, "GET", path).json
        assert answer is not None
        return list(answer["items"])

    def state(self) -> dict[str, Any]:
        """Everything it remembers."""
        return self.simulator.store.export()
