"""A token's claims are checked as bodies are: what they hold is stored, shown and compared."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from responses import RequestsMock

from reference.application.lists import Filter, Page
from tests.unit.reference.builders import NOON
from tests.unit.reference.web.problems import assert_problem
from tests.unit.reference.web.service_under_test import BOOKING, INITIATED, JWT_SECRET, Service
from tests.unit.reference.web.test_operators import WHY

NOW = int(NOON.timestamp())
BAD_TEXTS = ["", "x" * 256, "a\x00b", "\ud800", 7, 1.5, True, ["ada"], {"id": "ada"}]
LATER: list[Any] = [NOW + 3600, NOW + 3600.5, "0", True, []]
WRONG: dict[str, list[Any]] = {
    "role": ["", "admin", "Student", 1, None, ["student"], "\ud800"],
    "exp": ["tomorrow", "9999999999", True, None, [], NOW, NOW - 1, NOW - 0.5],
    "nbf": LATER,
    "iat": LATER,
}
WAYS = [
    ("GET", "/sagas"),
    ("GET", "/sagas/saga_1"),
    ("GET", "/payments"),
    ("GET", "/dead-letters"),
    ("POST", "/session-bookings"),
    ("POST", "/sagas/saga_1/cancel"),
    ("POST", "/sagas/saga_1/resume"),
    ("POST", "/dead-letters/1/retry"),
    ("POST", "/dead-letters/1/resolve"),
]


def raw_token(claims: str) -> dict[str, str]:
    """Sign what an encoder would refuse to write."""
    parts = [base64.urlsafe_b64encode(part.encode()).rstrip(b"=") for part in ('{"alg":"HS256","typ":"JWT"}', claims)]
    signature = hmac.digest(JWT_SECRET.encode(), b".".join(parts), hashlib.sha256)
    return {"Authorization": f"Bearer {b'.'.join([*parts, base64.urlsafe_b64encode(signature).rstrip(b'=')]).decode()}"}


def claims(**changes: Any) -> dict[str, str]:
    return raw_token(json.dumps({"sub": "ada", "role": "student", "exp": NOW + 60} | changes))


@pytest.mark.parametrize("sub", BAD_TEXTS)
@pytest.mark.parametrize("role", ["student", "operator"])
@pytest.mark.parametrize(("method", "path"), WAYS)
def test_a_sub_that_could_not_stand_in_a_body_is_refused_by_name(
    service: Service, method: str, path: str, role: str, sub: Any
) -> None:
    service.event()
    before = service.rows()
    body = json.dumps(BOOKING if path == "/session-bookings" else WHY) if method == "POST" else None
    answer = service.client.open(path, method=method, data=body, headers=claims(sub=sub, role=role))
    assert_problem(answer, 401)
    assert "sub" in answer.get_json()["detail"]
    assert service.rows() == before


@pytest.mark.parametrize(("claim", "value"), [(claim, odd) for claim, several in WRONG.items() for odd in several])
def test_a_claim_that_is_wrong_is_refused_by_name(service: Service, claim: str, value: Any) -> None:
    answer = service.get("/sagas", claims(**{claim: value}))
    assert_problem(answer, 401)
    assert claim in answer.get_json()["detail"]


@pytest.mark.parametrize("claim", ["exp", "nbf", "iat"])
@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400", "-1e400", "9" * 5000])
def test_what_is_no_instant_is_refused_by_name(service: Service, claim: str, number: str) -> None:
    others = {"exp": NOW + 60} if claim != "exp" else {}
    text = json.dumps({"sub": "ada", "role": "student"} | others)
    answer = service.get("/sagas", raw_token(text.replace("}", f', "{claim}": {number}}}')))
    assert_problem(answer, 401)


@pytest.mark.parametrize("fresh", [{"exp": NOW + 0.5}, {"nbf": NOW}, {"iat": NOW}, {"nbf": NOW - 0.5, "iat": NOW + 1}])
def test_a_token_that_is_good_now_is_believed(service: Service, fresh: dict[str, Any]) -> None:
    assert service.get("/sagas", claims(**fresh)).status_code == 200


@pytest.mark.parametrize("missing", ["sub", "role", "exp"])
def test_a_claim_that_is_missing_is_named(service: Service, missing: str) -> None:
    answer = service.get("/sagas", claims(**{missing: None}))
    assert_problem(answer, 401)
    assert missing in answer.get_json()["detail"]


@pytest.mark.parametrize("path", ["/sagas", "/payments"])
def test_a_list_for_a_student_is_limited_whatever_the_text(service: Service, world: RequestsMock, path: str) -> None:
    service.event(INITIATED)
    service.work(world)
    with service.app.extensions["services"].reading() as unit:
        for student in ("", " ", "bob"):
            assert unit.lists.sagas(Filter(student_id=student), Page()).items == []
            assert unit.lists.payments(Filter(student_id=student), Page()).items == []
        assert len(unit.lists.sagas(Filter(), Page()).items) == 1
    assert service.get(path, claims(sub="")).status_code == 401
