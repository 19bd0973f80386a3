"""Faults of requests: they strike before or after the work of a call, whatever its route."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Any

from flask import Flask, Response, current_app, g, has_request_context, request
from werkzeug.exceptions import HTTPException, InternalServerError, TooManyRequests

from simulators.kit.faults.fault import Fault, Faults
from simulators.kit.http.problems import BadField
from simulators.kit.json_types import json_or_text
from simulators.kit.seams import Clock

# `reset`: whoever carries this answer without a socket must raise a connection error in its place.
CONNECTION_HEADER = "X-Sim-Connection"
# So long the answer took: without a socket, a caller with less patience must get a timeout in its place.
LATENCY_HEADER = "X-Sim-Latency-Seconds"
# By it one call asks for faults of its own: `lost_answer`, or `latency; latency=2000, slicer`.
FAULT_HEADER = "X-Sim-Fault"


@dataclass(kw_only=True)
class RouteFault(Fault):
    """Strikes requests whose method and path fit these patterns."""

    method: str = "*"
    path: str = "*"

    def covers(self, *where: str) -> bool:
        """Tell whether this method and path fit."""
        method, path = where
        return fnmatch(method, self.method.upper()) and fnmatch(path, self.path)


@dataclass(kw_only=True)
class RequestFault(RouteFault):
    """Strikes before or after the work of a request, whatever the route."""

    def before(self, clock: Clock) -> None:
        """Raise an HTTPException, or let time pass, before any work is done."""

    def after(self, answer: Response) -> Response:
        """Return what the caller gets in place of this answer."""
        return answer


@dataclass(kw_only=True)
class ServerError(RequestFault):
    """The service fails before it does anything."""

    def before(self, clock: Clock) -> None:  # noqa: ARG002 - it takes no time
        """Fail."""
        raise InternalServerError


@dataclass(kw_only=True)
class ServerErrorAfter(RequestFault):
    """The service does the work, but the caller hears 500."""

    def after(self, answer: Response) -> Response:  # noqa: ARG002 - it is lost
        """Replace the answer."""
        return _render(InternalServerError())


@dataclass(kw_only=True)
class RateLimited(RequestFault):
    """The caller is told to slow down, and nothing is done."""

    retry_after_seconds: int = 1

    def before(self, clock: Clock) -> None:  # noqa: ARG002 - it takes no time
        """Refuse."""
        raise TooManyRequests(retry_after=self.retry_after_seconds)


@dataclass(kw_only=True)
class LostAnswer(RequestFault):
    """The service does the work, but the connection dies before the answer is through."""

    def after(self, answer: Response) -> Response:  # noqa: ARG002 - it is lost
        """Lose the answer."""
        return dead_connection()


@dataclass(kw_only=True)
class DroppedRequest(RequestFault):
    """The connection dies before the service has done anything."""

    def before(self, clock: Clock) -> None:  # noqa: ARG002 - it takes no time
        """Stop short of the work."""
        raise InternalServerError

    def after(self, answer: Response) -> Response:  # noqa: ARG002 - there is none
        """Answer nothing."""
        return dead_connection()


REQUEST_FAULTS = (ServerError, ServerErrorAfter, RateLimited, LostAnswer, DroppedRequest)


def dead_connection() -> Response:
    """Promise more than is sent: a server then closes the connection, and the caller is left without an answer."""
    return Response([], headers={"Content-Length": "1024", CONNECTION_HEADER: "reset"})


def install_faults(app: Flask, faults: Faults, clock: Clock) -> None:
    """Let planted faults strike the app's requests, its control routes apart."""
    faults.own = lambda: g.get("own_faults", []) if has_request_context() else []

    @app.before_request
    def _before() -> None:
        method, path = request.method, request.path
        if path.startswith("/_sim"):
            return
        striking: list[RequestFault] = []
        g.own_faults, g.striking = [], striking
        if FAULT_HEADER in request.headers:
            g.own_faults = [_require_within_call(faults.make(name, parameters)) for name, parameters in _read_header()]
        for fault in faults.strike(RequestFault, method, path):
            striking.append(fault)
            fault.before(clock)

    @app.after_request
    def _after(answer: Response) -> Response:
        for fault in g.get("striking", []):
            answer = fault.after(answer)
        return answer


def _read_header() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name and parameters of each fault that the request asks for itself."""
    for asked in request.headers.get(FAULT_HEADER, "").split(","):
        name, *parameters = (part.strip() for part in asked.split(";"))
        if name:
            written = (parameter.partition("=") for parameter in parameters)
            yield name, {key.strip(): json_or_text(value.strip()) for key, _, value in written}


def _require_within_call(fault: Fault) -> Fault:
    if not fault.within_call:
        raise BadField("fault", "strikes when the call is over: plant it under /_sim/faults")
    return fault


def _render(error: HTTPException) -> Response:
    """Return the error as this service writes its errors."""
    return current_app.make_response(current_app.handle_user_exception(error))
