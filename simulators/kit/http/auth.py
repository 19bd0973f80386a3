"""Who is calling and what they may do: another service by the service token, a student or an operator by a JWT."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from math import isfinite
from typing import Any

import jwt
from flask import current_app, request
from werkzeug.exceptions import Forbidden, Unauthorized

from simulators.kit.http.validation import Shape, text
from simulators.kit.json_types import Json
from simulators.kit.seams import Clock
from simulators.kit.simulator import simulator

ROLES = ("student", "operator")


def _instant(value: Any) -> str | None:  # noqa: ANN401 - whatever a stranger sent
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return None if is_number and isfinite(value) else "must be a number of seconds"


CLAIMS: Shape = {"sub": text, "exp": _instant, "nbf": _instant, "iat": _instant}


@dataclass(frozen=True)
class Secrets:
    """What callers are known by."""

    service_token: str
    jwt_secret: str


@dataclass(frozen=True)
class Person:
    """Somebody who has shown a valid JWT; another service has no id."""

    id: str
    role: str


SERVICE = Person("", "service")


def caller(*roles: str) -> Person:
    """Return who is calling, if in one of these roles (`service` is another service): 401, 403."""
    known = secrets()
    found = SERVICE if _shows(known.service_token) else authenticate(known.jwt_secret, simulator().seams.clock)
    if found.role not in roles:
        raise Forbidden(f"only for: {', '.join(roles)}")
    return found


def limit_to_caller(person_id: str | None) -> str | None:
    """Return whose things the caller may see of those asked for (None: everybody's); students only their own: 403."""
    viewer = caller("service", "student", "operator")
    if viewer.role != "student":
        return person_id
    if person_id not in {None, viewer.id}:
        raise Forbidden("a student sees only the own ones")
    return viewer.id


def require_service(token: str) -> None:
    """Let only the holder of the service token pass: 401."""
    if not _shows(token):
        raise Unauthorized("the service token is missing or wrong")


def authenticate(jwt_secret: str, clock: Clock) -> Person:
    """Return the person that the JWT names, or 401; its times are judged by the simulated clock."""
    try:
        claims = _claims(_bearer(), jwt_secret)
    except (jwt.InvalidTokenError, RecursionError):
        raise Unauthorized("the token is missing or not valid") from None
    now = clock.now().timestamp()
    for claim, check in CLAIMS.items():
        if claim in claims and (why := check(claims[claim])):
            raise Unauthorized(f"the token's {claim} {why}")
    if claims["exp"] <= now:
        raise Unauthorized("the token has expired")
    if max(claims.get("nbf", now), claims.get("iat", now)) > now:
        raise Unauthorized("the token is not good yet")
    if claims.get("role") not in ROLES:
        raise Forbidden(f"the role must be one of {', '.join(ROLES)}")
    return Person(claims["sub"], claims["role"])


@lru_cache(1000)
def _claims(bearer: str, jwt_secret: str) -> Json:
    """Return what a JWT claims, once its signature is checked; its times are checked by whoever knows the clock."""
    off = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_sub": False}
    return jwt.decode(bearer, jwt_secret, ["HS256"], options={"require": ["exp", "sub"], **off})  # type: ignore[arg-type]


@lru_cache(1000)
def token(person: Person, jwt_secret: str, expires: datetime) -> str:
    """Return the JWT by which all services know this person until then."""
    claims = {"sub": person.id, "role": person.role, "exp": expires}
    return jwt.encode(claims, jwt_secret, algorithm="HS256")


def secrets() -> Secrets:
    """Return what callers of this neighbour are known by."""
    known: Secrets = current_app.extensions["secrets"]
    return known


def _shows(token: str) -> bool:
    return hmac.compare_digest(_bearer().encode(), token.encode())


def _bearer() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
