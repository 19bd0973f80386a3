"""Faults of the way between a caller and us: each a small class with a unit in its names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from fnmatch import fnmatch
from typing import TYPE_CHECKING

from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import InternalServerError, TooManyRequests

from simulators.kit.faults import Fault

if TYPE_CHECKING:
    from werkzeug.exceptions import HTTPException

    from simulators.kit.faults import Faults
    from simulators.kit.seams import Clock

CONNECTION = "X-Sim-Connection"
"""`reset`: whoever carries this answer without a socket must raise a connection error in its place."""

LATENCY = "X-Sim-Latency-Seconds"
"""So long the answer took: without a socket, a caller with less patience must get a timeout in its place."""


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
        return _rendered(InternalServerError())


@dataclass(kw_only=True)
class RateLimited(RequestFault):
    """The caller is told to slow down, and nothing is done."""

    retry_after_seconds: int = 1

    def before(self, clock: Clock) -> None:  # noqa: ARG002 - it takes no time
        """Refuse."""
        raise TooManyRequests(retry_after=self.retry_after_seconds)


@dataclass(kw_only=True)
class Latency(RequestFault):
    """The service takes its time before it does the work."""

    seconds: float

    def before(self, clock: Clock) -> None:
        """Wait."""
        clock.sleep(timedelta(seconds=self.seconds))

    def after(self, answer: Response) -> Response:
        """Say how long it took."""
        answer.headers[LATENCY] = str(self.seconds)
        return answer


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


REQUEST_FAULTS = (ServerError, ServerErrorAfter, RateLimited, Latency, LostAnswer, DroppedRequest)


def dead_connection() -> Response:
    """Promise more than is sent: a server then closes the connection, and the caller is left without an answer."""
    return Response([], headers={"Content-Length": "1024", CONNECTION: "reset"})


def suffer(app: Flask, faults: Faults, clock: Clock) -> None:
    """Let planted faults strike the app's requests, its control routes apart."""

    @app.before_request
    def _before() -> None:
        if request.path.startswith("/_sim"):
            return
        g.striking = []
        for fault in faults.striking(RequestFault, request.method, request.path):
            g.striking.append(fault)
            fault.before(clock)

    @app.after_request
    def _after(answer: Response) -> Response:
        for fault in g.get("striking", []):
            answer = fault.after(answer)
        return answer


def _rendered(error: HTTPException) -> Response:
    """Return the error as this service writes its errors."""
    return current_app.make_response(current_app.handle_user_exception(error))
