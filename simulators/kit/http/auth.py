"""Who is calling: another service by its bearer token, or a person by a JWT."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

import jwt
from flask import request
from werkzeug.exceptions import Forbidden, Unauthorized

if TYPE_CHECKING:
    from datetime import datetime

    from simulators.kit.seams import Clock

ROLES = ("student", "operator")


@dataclass(frozen=True)
class Person:
    """Somebody who has shown a valid JWT."""

    id: str
    role: str


def require_service(token: str) -> None:
    """Let only the holder of the service token pass: 401."""
    if not hmac.compare_digest(_bearer().encode(), token.encode()):
        raise Unauthorized("the service token is missing or wrong")


def authenticate(jwt_secret: str, clock: Clock) -> Person:
    """Return who is calling, or 401; expiry is judged by the simulated clock."""
    off = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
    try:
        claims = jwt.decode(_bearer(), jwt_secret, ["HS256"], options={"require": ["exp", "sub"], **off})  # type: ignore[arg-type]
    except jwt.InvalidTokenError:
        raise Unauthorized("the token is missing or not valid") from None
    if not isinstance(claims["exp"], int | float) or claims["exp"] <= clock.now().timestamp():
        raise Unauthorized("the token has expired")
    if claims.get("role") not in ROLES:
        raise Forbidden(f"the role must be one of {', '.join(ROLES)}")
    return Person(claims["sub"], claims["role"])


def token(person: Person, jwt_secret: str, expires: datetime) -> str:
    """Return the JWT by which all services know this person until then."""
    claims = {"sub": person.id, "role": person.role, "exp": expires}
    return jwt.encode(claims, jwt_secret, algorithm="HS256")


def _bearer() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
