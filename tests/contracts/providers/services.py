"""The services as the contracts meet them: their real apps, known to each other by the contracts' token."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask

from reference.app import create_app as create_payment
from simulators.kit.http.auth import Person, token
from simulators.kit.http.cloudevents import envelope
from simulators.kit.seams import seeded_seams
from simulators.stripe.app import create_app as create_stripe
from simulators.world.topology import NEIGHBOURS
from tests.contracts.expectations import CLOUDEVENT, JWT_SECRET, SECRET_KEY, TOKEN, TOKENS, Json

NOW = datetime(2026, 9, 1, 9, tzinfo=UTC)
NOWHERE = "http://nowhere.invalid"
AS_KNOWN = {"Authorization": f"Bearer {TOKEN}"}


def database_url(directory: Path) -> str:
    return f"sqlite:///{directory / 'payment.sqlite3'}"


def payment_service(directory: Path) -> Flask:
    environ = {
        "DATABASE_URL": database_url(directory),
        "STRIPE_API_KEY": TOKENS[SECRET_KEY],
        "STRIPE_API_BASE": NOWHERE,
        "STRIPE_WEBHOOK_SECRET": "whsec_contracts",
        "LEARNING_SERVICE_URL": NOWHERE,
        "TUTOR_MATCHING_SERVICE_URL": NOWHERE,
        "COMMUNICATION_SERVICE_URL": NOWHERE,
        "SERVICE_TOKEN": TOKEN,
        "JWT_SECRET": JWT_SECRET,
    }
    seams = seeded_seams(1, NOW)
    return create_payment(environ, clock=seams.clock, randomness=seams.randomness, http=seams.http)


def neighbour(name: str, payment_url: str = NOWHERE, service_token: str = TOKEN) -> Flask:
    seams = seeded_seams(1, NOW)
    return NEIGHBOURS[name](seams, service_url=payment_url, service_token=service_token, jwt_secret=JWT_SECRET)


def stripe() -> Flask:
    return create_stripe(seeded_seams(1, NOW))


def has_course(learning: Flask, course_id: str, *, published: bool) -> None:
    course = {"courseId": course_id, "tutorId": "tom", "title": "Algebra", "price": {"amount": 4900, "currency": "EUR"}}
    _operate(learning, "POST", "/courses", course)
    _operate(learning, "POST", f"/courses/{course_id}/lessons", {"title": "Sets"})
    if published:
        _operate(learning, "POST", f"/courses/{course_id}/publish", {})


def is_enrolled(learning: Flask, student_id: str, course_id: str) -> None:
    """Let the payment-service say that it is paid for."""
    data = {"sagaId": "saga-0", "studentId": student_id, "courseId": course_id, "paymentId": "pay-0"}
    command = envelope("before", "edtech.payment-service", "CREATE_ENROLLMENT_RECORD", "saga-0", NOW, data)
    headers = AS_KNOWN | {"Content-Type": CLOUDEVENT}
    answer = learning.test_client().post("/commands", data=command, headers=headers)
    assert answer.status_code == 202, answer.text


def has_tutor(tutors: Flask, tutor_id: str) -> None:
    """One who teaches on Wednesdays, from nine to five by UTC."""
    rate = {"amount": 4900, "currency": "EUR"}
    _operate(tutors, "POST", "/tutors", {"tutorId": tutor_id, "name": "Grace", "hourlyRate": rate, "timeZone": "UTC"})
    hours = {"day": "WEDNESDAY", "from": "09:00", "to": "17:00"}
    _operate(tutors, "PUT", f"/tutors/{tutor_id}/availability", {"weekly": [hours]})


def _operate(app: Flask, method: str, path: str, body: Json) -> None:
    """Let an operator do it by the public doors."""
    operator = token(Person("operator", "operator"), JWT_SECRET, NOW + timedelta(hours=1))
    headers = {"Authorization": f"Bearer {operator}"}
    answer = app.test_client().open(path, method=method, json=body, headers=headers)
    assert answer.status_code < 300, answer.text
