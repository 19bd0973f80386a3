"""Authentication: a service proves itself by its token, a student or an operator by a JWT."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

import jwt
from flask import request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Forbidden, Unauthorized

from reference.application.ports import Clock
from reference.wire import WireError, decode

LEEWAY = 5  # Seconds by which the clock of whoever issues tokens may be ahead.
FAR_AWAY = 1e12  # Seconds; no instant lies there, and NaN is nearer to nothing.
# The claims are checked here: by our clock, and by what can be stored.
UNCHECKED: Any = {f"verify_{claim}": False for claim in ("exp", "nbf", "iat", "sub")}
BEARER = WWWAuthenticate("bearer", {"realm": "payment-service"})


class Role(StrEnum):
    """What a person may be."""

    STUDENT = "student"
    OPERATOR = "operator"


@dataclass(frozen=True)
class Claims:
    """The claims of a token that we read."""

    sub: str
    role: Role
    exp: Any
    nbf: Any = 0
    iat: Any = 0


@dataclass(frozen=True)
class Caller:
    """Who is calling, and as what: service, student or operator."""

    id: str
    role: str


class Authenticator:
    """Tells who is calling. While a secret is replaced, the old one is good too."""

    def __init__(self, service_tokens: Sequence[str], jwt_secrets: Sequence[str], clock: Clock) -> None:
        self._tokens, self._secrets, self._clock = service_tokens, jwt_secrets, clock
        self._claims = lru_cache(1000)(_claims)  # A person shows the same token for hours.

    def authenticate(self, *roles: str) -> Caller:
        """Return who is calling; Unauthorized for nobody, Forbidden for somebody in none of the roles."""
        token = self._bearer()
        caller = self._service(token) or self._person(token)
        if caller is None:
            raise Unauthorized("The bearer token is missing, wrong or expired.", www_authenticate=BEARER)
        if caller.role not in roles:
            raise Forbidden(f"This is for: {', '.join(roles)}.")
        return caller

    def _bearer(self) -> str:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return token if scheme.lower() == "bearer" else ""

    def _service(self, token: str) -> Caller | None:
        known = [hmac.compare_digest(token.encode(), each.encode()) for each in self._tokens]
        return Caller("service", "service") if any(known) else None

    def _person(self, token: str) -> Caller | None:
        for secret in self._secrets:
            try:
                found = self._claims(token, secret)
            except (jwt.InvalidTokenError, RecursionError, ValueError):  # The last two of odd JSON.
                continue
            return self._caller(found)
        return None

    def _caller(self, found: dict[str, Any]) -> Caller:
        """Return whom the claims name; Unauthorized names the claim that cannot be believed."""
        try:
            claims: Claims = decode(Claims, found)
        except WireError as wrong:
            raise _refusal(wrong.pointer.removeprefix("/"), wrong.detail) from wrong
        now = self._clock.now().timestamp()
        if not _seconds("exp", claims.exp) > now:
            raise _refusal("exp", "has passed")
        for name, value in (("nbf", claims.nbf), ("iat", claims.iat)):
            if not _seconds(name, value) <= now + LEEWAY:
                raise _refusal(name, "lies in the future")
        return Caller(claims.sub, claims.role)


def _claims(token: str, secret: str) -> dict[str, Any]:
    """Return what a token claims, once its signature is checked."""
    found: dict[str, Any] = jwt.decode(token, secret, algorithms=["HS256"], options=UNCHECKED)
    return found


def _seconds(name: str, value: Any) -> float:  # noqa: ANN401 - whatever the claim holds
    if type(value) not in (int, float) or not abs(value) < FAR_AWAY:
        raise _refusal(name, "must be a number of seconds since 1970")
    return float(value)


def _refusal(claim: str, detail: str) -> Unauthorized:
    return Unauthorized(f"The token's {claim} {detail}.", www_authenticate=BEARER)
