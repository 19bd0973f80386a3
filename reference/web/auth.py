"""Authentication: a service proves itself by its token, a student or an operator by a JWT."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jwt
from flask import request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Forbidden, Unauthorized

from reference.application.ports import Clock

ROLES = ("student", "operator")
BEARER = WWWAuthenticate("bearer", {"realm": "payment-service"})


@dataclass(frozen=True)
class Caller:
    """Who is calling, and as what: service, student or operator."""

    id: str
    role: str


class Authenticator:
    """Tells who is calling. While a secret is replaced, the old one is good too."""

    def __init__(self, service_tokens: Sequence[str], jwt_secrets: Sequence[str], clock: Clock) -> None:
        self._tokens, self._secrets, self._clock = service_tokens, jwt_secrets, clock

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
        options: Any = {"require": ["exp", "sub"], "verify_exp": False, "verify_nbf": False, "verify_iat": False}
        for secret in self._secrets:
            try:
                claims = jwt.decode(token, secret, algorithms=["HS256"], options=options)
            except (jwt.InvalidTokenError, RecursionError):  # The latter of a header that is nested too deeply.
                continue
            is_fresh = isinstance(claims["exp"], int) and claims["exp"] > self._clock.now().timestamp()
            if is_fresh and claims.get("role") in ROLES:
                return Caller(claims["sub"], claims["role"])
        return None
