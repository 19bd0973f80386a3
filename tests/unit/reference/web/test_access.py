"""Who may do what, as one table; and secrets that are replaced while everybody goes on."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from responses import RequestsMock
from werkzeug.test import TestResponse

from tests.unit.reference.builders import NOON
from tests.unit.reference.gateways.stripe_objects import signature
from tests.unit.reference.web.problems import assert_problem
from tests.unit.reference.web.service_under_test import BOOKING, INITIATED, OPERATOR, PAID, SERVICE, Service, token
from tests.wrong_services.mistakes import MISTAKES

CALLERS: dict[str, dict[str, str]] = {
    "nobody": {},
    "expired": token(exp=int(NOON.timestamp())),
    "another secret": token("another secret that is long enough"),
    "its student": token(),
    "another student": token(sub="bob"),
    "operator": OPERATOR,
    "service": SERVICE,
}
WHY = {"why": "it is mended"}
ANYBODY = (200, 200, 200, 200, 200, 200, 200)
# fmt: off
TABLE: dict[tuple[str, str], tuple[int, ...]] = {
    # callers, in their order:             nobody .. another secret, its student, another, operator, service
    ("POST", "/events"):                  (401, 401, 401, 403, 403, 403, 202),
    ("POST", "/webhooks/stripe"):         (400, 400, 400, 400, 400, 400, 400),  # Only a signature counts.
    ("POST", "/session-bookings"):        (401, 401, 401, 202, 202, 403, 403),
    ("GET", "/sagas"):                    (401, 401, 401, 200, 200, 200, 200),
    ("GET", "/sagas/saga_1"):             (401, 401, 401, 200, 404, 200, 200),
    ("POST", "/sagas/saga_1/cancel"):     (401, 401, 401, 202, 404, 403, 403),
    ("POST", "/sagas/saga_1/resume"):     (401, 401, 401, 403, 403, 409, 403),
    ("GET", "/payments"):                 (401, 401, 401, 200, 200, 200, 200),
    ("GET", "/dead-letters"):             (401, 401, 401, 403, 403, 200, 403),
    ("POST", "/dead-letters/1/retry"):    (401, 401, 401, 403, 403, 409, 403),
    ("POST", "/dead-letters/1/resolve"):  (401, 401, 401, 403, 403, 202, 403),
    ("GET", "/metrics"):                  ANYBODY,
    ("GET", "/healthz"):                  ANYBODY,
    ("GET", "/readyz"):                   ANYBODY,
    ("GET", "/openapi.json"):             ANYBODY,
    ("GET", "/asyncapi.json"):            ANYBODY,
    ("GET", "/flows"):                    ANYBODY,
}
# fmt: on
BODIES: dict[str, Any] = {"/events": INITIATED | {"id": "e9"}, "/session-bookings": BOOKING}


def call(service: Service, method: str, path: str, headers: dict[str, str]) -> TestResponse:
    content_type = {"Content-Type": "application/cloudevents+json"} if path == "/events" else {}
    body = json.dumps(BODIES.get(path, WHY)) if method == "POST" else None
    return service.client.open(path, method=method, data=body, headers=headers | content_type)


def elsewhere(path: str) -> str:
    """The same door to what nobody knows."""
    return re.sub(r"/1\b", "/9", path.replace("saga_1", "saga_9"))


def with_something_to_see(service: Service) -> None:
    service.event()
    service.event(
        INITIATED | {"id": "m1", "type": "EnrollmentRejected", "data": {"sagaId": "lost_1", "reason": "gone"}}
    )


@pytest.mark.parametrize(("method", "path"), TABLE)
def test_everybody_gets_what_the_table_says(service: Service, method: str, path: str) -> None:
    with_something_to_see(service)
    assert TABLE[method, path] == tuple(
        call(service, method, path, headers).status_code for headers in CALLERS.values()
    )


@pytest.mark.parametrize(("method", "path"), TABLE)
def test_a_refusal_is_a_problem_that_changes_nothing_and_tells_nothing(
    service: Service, method: str, path: str
) -> None:
    with_something_to_see(service)
    before = service.rows()
    for headers, status in zip(CALLERS.values(), TABLE[method, path], strict=True):
        if status in {401, 403, 404}:
            answer = call(service, method, path, headers)
            assert_problem(answer, status)
            assert answer.data == call(service, method, elsewhere(path), headers).data
            assert ("WWW-Authenticate" in answer.headers) == (status == 401)
    assert service.rows() == before


@pytest.mark.parametrize(("method", "path"), [*TABLE, ("GET", "/nowhere"), ("PUT", "/events")])
def test_no_answer_is_kept_framed_or_guessed_at(service: Service, method: str, path: str) -> None:
    with_something_to_see(service)
    for headers in CALLERS.values():
        found = call(service, method, path, headers).headers
        assert found["Cache-Control"] == "no-store"
        assert found["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in found["Content-Security-Policy"]


def test_no_route_is_missing_in_the_table(service: Service) -> None:
    routes = service.app.url_map.bind("localhost")
    reached = {routes.match(path, method)[0] for method, path in TABLE}
    assert reached == {rule.endpoint for rule in service.app.url_map.iter_rules()} - {"static"}


def test_a_retry_that_cannot_work_keeps_the_letter(service: Service) -> None:
    with_something_to_see(service)
    before = service.rows()
    assert_problem(service.post("/dead-letters/1/retry", WHY), 409)
    assert service.rows() == before


OLD, NEW = "the old secret that is long enough for HS256", "the new secret that is long enough for HS256"
ROTATION = [
    pytest.param(OLD, [OLD], id="before"),
    pytest.param(f"{OLD},{NEW}", [OLD, NEW], id="the new one is known"),
    pytest.param(f"{NEW}, {OLD}", [OLD, NEW], id="the new one is used"),
    pytest.param(NEW, [NEW], id="after"),
]


def restarted(migrated: Path, tmp_path: Path, setting: str, value: str) -> Service:
    """The same database, and another environment."""
    path = tmp_path / "payments.sqlite3"
    return Service(path if path.exists() else Path(shutil.copy(migrated, path)), **{setting: value})


@pytest.mark.parametrize(("known", "good"), ROTATION)
def test_a_jwt_secret_is_replaced_without_downtime(migrated: Path, tmp_path: Path, known: str, good: list[str]) -> None:
    service = restarted(migrated, tmp_path, "JWT_SECRET", known)
    for secret in (OLD, NEW):
        status = 200 if secret in good else 401
        assert service.get("/sagas", token(secret)).status_code == status


def test_a_service_remembers_no_token_that_another_one_has_let_in(
    migrated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bearer = token("", algorithm="none")
    with monkeypatch.context() as wrong:
        MISTAKES["lets_unsigned_tokens_in"].apply(wrong)
        assert restarted(migrated, tmp_path, "JWT_SECRET", OLD).get("/sagas", bearer).status_code == 200
    assert restarted(migrated, tmp_path, "JWT_SECRET", OLD).get("/sagas", bearer).status_code == 401


@pytest.mark.parametrize(("known", "good"), ROTATION)
def test_a_service_token_is_replaced_without_downtime(
    migrated: Path, tmp_path: Path, world: RequestsMock, known: str, good: list[str]
) -> None:
    service = restarted(migrated, tmp_path, "SERVICE_TOKEN", known)
    for secret in (OLD, NEW):
        status = 202 if secret in good else 401
        assert service.event(Authorization=f"Bearer {secret}").status_code == status
    service.work(world)
    said = {call.request.headers["Authorization"] for call in world.calls if "learning" in str(call.request.url)}
    assert said == {f"Bearer {known.partition(',')[0]}"}, "what we say is proved by the first"


@pytest.mark.parametrize(("known", "good"), ROTATION)
@pytest.mark.fault(40)
def test_a_webhook_secret_is_replaced_without_downtime(
    migrated: Path, tmp_path: Path, known: str, good: list[str]
) -> None:
    service = restarted(migrated, tmp_path, "STRIPE_WEBHOOK_SECRET", known)
    body = json.dumps(PAID)
    for secret in (OLD, NEW):
        answer = service.client.post(
            "/webhooks/stripe", data=body, headers={"Stripe-Signature": signature(body, secret)}
        )
        assert answer.status_code == (200 if secret in good else 400)
