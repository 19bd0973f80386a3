"""Who may do what, and who is nobody."""

from __future__ import annotations

import base64

import pytest

from tests.unit.reference.builders import NOON
from tests.unit.reference.web.door import (
    JWT_SECRET,
    OPERATOR,
    SERVICE,
    SERVICE_TOKEN,
    Service,
    assert_problem,
    token,
)


def nested() -> dict[str, str]:
    header = base64.urlsafe_b64encode(b"[" * 3000).decode().rstrip("=")
    return {"Authorization": f"Bearer {header}.e30.e30"}


NOBODY = {
    "no header": {},
    "an empty token": {"Authorization": "Bearer "},
    "another scheme": {"Authorization": f"Basic {SERVICE_TOKEN}"},
    "a wrong token": {"Authorization": "Bearer wrong"},
    "letters beyond ASCII": {"Authorization": "Bearer é"},
    "no JWT at all": {"Authorization": "Bearer a.b.c"},
    "a deeply nested one": nested(),
    "another secret": token("another secret that is long enough"),
    "no algorithm": {"Authorization": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEiLCJyb2xlIjoic3R1ZGVudCJ9."},
    "another algorithm": token(JWT_SECRET * 2, "HS512"),
    "expired": token(exp=int(NOON.timestamp())),
    "never expires": token(exp=None),
    "an odd expiry": token(exp=True),
    "nobody's": token(sub=None),
    "an odd subject": token(sub=7),
    "an unheard role": token(role="service"),
    "no role": token(role=None),
}


@pytest.mark.parametrize("name", NOBODY)
def test_who_does_not_prove_to_be_somebody_is_unauthorized(service: Service, name: str) -> None:
    service.event()
    before = service.rows()
    for answer in (
        service.saga(headers=NOBODY[name]),
        service.resume(headers=NOBODY[name]),
        service.event(**{"Authorization": ""} | NOBODY[name]),
    ):
        assert_problem(answer, 401)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert service.rows() == before


def test_a_token_expires_by_our_own_clock(service: Service) -> None:
    service.event()
    assert service.saga().status_code == 200
    service.later(seconds=61)
    assert_problem(service.saga(), 401)


def test_everybody_has_a_door_of_their_own(service: Service) -> None:
    service.event()
    assert_problem(service.event(**token()), 403)
    assert_problem(service.event(**OPERATOR), 403)
    assert_problem(service.resume(headers=token()), 403)
    assert_problem(service.resume(headers=SERVICE), 403)


def test_a_student_learns_nothing_of_others(service: Service) -> None:
    service.event()
    hers, unknown = service.saga(headers=token(sub="bob")), service.saga("saga_9")
    assert_problem(hers, 404)
    assert hers.get_json() == unknown.get_json()
