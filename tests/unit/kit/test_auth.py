from __future__ import annotations

from datetime import timedelta
from typing import Any

import jwt
import pytest
from flask import Flask
from werkzeug.exceptions import Forbidden, Unauthorized

from simulators.kit.http.auth import Person, authenticate, require_service, token
from simulators.kit.seams import Seams

SECRET = "a secret that is long enough for HS256 to be content"


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
    ],
)
def test_a_token_that_lacks_something_is_no_token(seams: Seams, claims: dict[str, Any]) -> None:
    written = jwt.encode(claims, SECRET, algorithm="HS256")
    with called_with(f"Bearer {written}"), pytest.raises(Unauthorized):
        authenticate(SECRET, seams.clock)


def test_a_token_of_another_secret_or_without_a_signature_is_no_token(seams: Seams) -> None:
    claims = {"sub": "ada", "role": "student", "exp": 4e9}
    forged = jwt.encode(claims, SECRET + "!", algorithm="HS256")
    unsigned = jwt.encode(claims, "", algorithm="none")
    for written in (forged, unsigned, "", "x.y.z"):
        with called_with(f"Bearer {written}"), pytest.raises(Unauthorized):
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
