from __future__ import annotations

import json
from base64 import b64encode
from datetime import timedelta
from typing import Any

import jwt
import pytest
from flask import Flask
from werkzeug.exceptions import Forbidden, Unauthorized

from simulators.kit.http.auth import Person, authenticate, require_service, token
from simulators.kit.seams import Seams

INFINITE = float("inf")
ODD_TIMES: list[Any] = [INFINITE, float("nan"), "4e9", True, None, [4e9], {"at": 4e9}]
ODD_SUBJECTS: list[Any] = ["", " ", None, 7, ["ada"], "x" * 501, "\ud800", "a\0b"]
ODD: list[dict[str, Any]] = [{claim: odd} for claim in ("exp", "nbf", "iat") for odd in ODD_TIMES]
ODD += [{"sub": odd} for odd in ODD_SUBJECTS] + [{"nbf": 4e9}, {"iat": 4e9}]
DEEP = f"Bearer {b64encode(b'[' * 3000).decode()}.e30.x"  # what stands before the signature is read first
SECRET = "a secret that is long enough for HS256 to be content"


def sign(claims: dict[str, Any]) -> str:
    """A JWT, whatever its claims are."""
    return jwt.PyJWS().encode(json.dumps(claims).encode(), SECRET, "HS256")


def called_with(authorization: str) -> Any:
    return Flask("any").test_request_context(headers={"Authorization": authorization})


def test_a_valid_token_says_who_is_calling(seams: Seams) -> None:
    ada = Person("ada", "student")
    written = token(ada, SECRET, seams.clock.now() + timedelta(hours=1))
    with called_with(f"Bearer {written}"):
        assert authenticate(SECRET, seams.clock) == ada


def test_expiry_is_judged_by_the_simulated_clock(seams: Seams) -> None:
    written = token(Person("ada", "student"), SECRET, seams.clock.now() + timedelta(hours=1))
    seams.clock.advance(timedelta(hours=1))
    with called_with(f"Bearer {written}"), pytest.raises(Unauthorized, match="expired"):
        authenticate(SECRET, seams.clock)


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "ada", "role": "student"},
        {"role": "student", "exp": 4e9},
        {"sub": "ada", "role": "student", "exp": "later"},
        *({"sub": "ada", "role": "student", "exp": 4e9} | odd for odd in ODD),
    ],
)
def test_a_token_that_lacks_something_or_has_it_odd_is_no_token(seams: Seams, claims: dict[str, Any]) -> None:
    written = sign(claims)
    with called_with(f"Bearer {written}"), pytest.raises(Unauthorized):
        authenticate(SECRET, seams.clock)


def test_a_token_of_another_secret_or_without_a_signature_is_no_token(seams: Seams) -> None:
    claims = {"sub": "ada", "role": "student", "exp": 4e9}
    forged = jwt.encode(claims, SECRET + "!", algorithm="HS256")
    unsigned = jwt.encode(claims, "", algorithm="none")
    for written in (forged, unsigned, "", "x.y.z"):
        with called_with(f"Bearer {written}"), pytest.raises(Unauthorized):
            authenticate(SECRET, seams.clock)


@pytest.mark.parametrize("number", ["1e400", "-1e400", "NaN", "Infinity"])
@pytest.mark.parametrize("claim", ["exp", "nbf", "iat"])
def test_a_number_beyond_all_measure_is_none(seams: Seams, claim: str, number: str) -> None:
    claims = json.dumps({"sub": "ada", "role": "student", "exp": 4e9, claim: "?"}).replace('"?"', number)
    written = jwt.PyJWS().encode(claims.encode(), SECRET, "HS256")
    with called_with(f"Bearer {written}"), pytest.raises(Unauthorized):
        authenticate(SECRET, seams.clock)


def test_a_token_may_say_from_when_on_it_is_good(seams: Seams) -> None:
    now = seams.clock.now().timestamp()
    written = sign({"sub": "ada", "role": "student", "exp": now + 60, "nbf": now, "iat": now - 0.5})
    with called_with(f"Bearer {written}"):
        assert authenticate(SECRET, seams.clock) == Person("ada", "student")


@pytest.mark.parametrize("role", [None, "", "dean", ["student"], {"student": 1}, 7])
def test_an_odd_role_may_nothing(seams: Seams, role: object) -> None:
    with called_with(f"Bearer {sign({'sub': 'ada', 'role': role, 'exp': 4e9})}"), pytest.raises(Forbidden):
        authenticate(SECRET, seams.clock)


@pytest.mark.parametrize("authorization", ["Basic é", "Bearer é", "é", "Bearer \x00", "Basic ===", DEEP])
def test_odd_credentials_are_none(seams: Seams, authorization: str) -> None:
    with called_with(authorization), pytest.raises(Unauthorized):
        authenticate(SECRET, seams.clock)


def test_an_unknown_role_may_nothing(seams: Seams) -> None:
    written = jwt.encode({"sub": "ada", "role": "dean", "exp": 4e9}, SECRET, algorithm="HS256")
    with called_with(f"Bearer {written}"), pytest.raises(Forbidden):
        authenticate(SECRET, seams.clock)


def test_a_service_passes_by_its_token_alone() -> None:
    with called_with("bearer right"):
        require_service("right")
    for wrong in ("", "Bearer", "Bearer wrong", "Basic right", "Bearer rïght"):
        with called_with(wrong), pytest.raises(Unauthorized):
            require_service("right")
