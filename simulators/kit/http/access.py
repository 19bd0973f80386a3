"""Who may do what: another service by the service token, a student or an operator by a JWT."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app
from werkzeug.exceptions import Forbidden, Unauthorized

from simulators.kit.http.auth import Person, authenticate, require_service
from simulators.kit.simulator import simulator

SERVICE = Person("", "service")


@dataclass(frozen=True)
class Secrets:
    """What callers are known by."""

    service_token: str
    jwt_secret: str


def caller(*roles: str) -> Person:
    """Return who is calling, if in one of these roles (`service` is another service): 401, 403."""
    secrets: Secrets = current_app.extensions["secrets"]
    found = SERVICE if _is_service(secrets) else authenticate(secrets.jwt_secret, simulator().seams.clock)
    if found.role not in roles:
        raise Forbidden(f"only for: {', '.join(roles)}")
    return found


def require_other_service() -> None:
    """Let only another service pass: 401."""
    require_service(current_app.extensions["secrets"].service_token)


def limit_to_caller(person_id: str | None) -> str | None:
    """Return whose things the caller may see of those asked for (None: everybody's); students only their own: 403."""
    viewer = caller("service", "student", "operator")
    if viewer.role != "student":
        return person_id
    if person_id not in {None, viewer.id}:
        raise Forbidden("a student sees only the own ones")
    return viewer.id


def _is_service(secrets: Secrets) -> bool:
    try:
        require_service(secrets.service_token)
    except Unauthorized:
        return False
    return True
