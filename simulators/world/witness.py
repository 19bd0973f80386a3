"""Records what a served simulator hears and says, since over sockets nobody stands in between."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from simulators.kit.request_faults import CONNECTION
from simulators.world.recorder import Exchange, message_in
from simulators.world.serving import served_session
from simulators.world.transport import OBSERVER, body_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from simulators.kit.seams import Clock
    from simulators.world.recorder import Message, Recorder

PAYMENT = "payment-service"


class Witness:
    """Stands beside one simulator: around its app for what it hears, in its session for what it says."""

    def __init__(self, name: str, clock: Clock, recorder: Recorder) -> None:
        self._name, self._clock, self._recorder = name, clock, recorder

    def around(self, app: WSGIApplication) -> WSGIApplication:
        """Return the app with its calls recorded, the observer's apart."""

        def witnessed(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            if environ.get("HTTP_USER_AGENT") == OBSERVER or environ["PATH_INFO"].startswith("/_sim"):
                return app(environ, start_response)
            message = _message(environ)

            def started(status: str, headers: list[tuple[str, str]], *failure: Any) -> Any:  # noqa: ANN401 - WSGI's own
                answer = "no answer" if (CONNECTION, "reset") in headers else status.split(maxsplit=1)[0]
                self._note(
                    _caller(environ), self._name, environ["REQUEST_METHOD"], environ["PATH_INFO"], answer, message
                )
                return start_response(status, headers, *failure)

            return app(environ, started)

        return witnessed

    def session(self) -> requests.Session:
        """Return the session by which the simulator speaks to the payment-service."""
        session = served_session(self._name)
        session.mount("http://", _Said(self))
        return session

    def said(self, request: requests.PreparedRequest, answer: str) -> None:
        """Note a call that the simulator made."""
        message = message_in(body_of(request), request.headers.get("Content-Type"))
        path = str(urlsplit(request.url or "").path)
        self._note(self._name, PAYMENT, request.method or "", path, answer, message)

    def _note(self, caller: str, callee: str, method: str, path: str, answer: str, message: Message) -> None:
        at = self._clock.now().isoformat()
        self._recorder.record(
            Exchange(at, caller, callee, method, path, answer, message.name, message.id, message.saga_id)
        )


class _Said(HTTPAdapter):
    def __init__(self, witness: Witness) -> None:
        super().__init__()
        self._witness = witness

    def send(self, request: requests.PreparedRequest, *rest: Any, **options: Any) -> requests.Response:  # noqa: ANN401 - requests' own
        try:
            answer = super().send(request, *rest, **options)
        except requests.RequestException as failure:
            self._witness.said(request, "timeout" if isinstance(failure, requests.Timeout) else "no answer")
            raise
        self._witness.said(request, str(answer.status_code))
        return answer


def _message(environ: WSGIEnvironment) -> Message:
    """Read what the body says it is, and put it back for the app."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = BytesIO(body)
    return message_in(body, environ.get("CONTENT_TYPE"))


def _caller(environ: WSGIEnvironment) -> str:
    """Tell by the credential, as services do: a publishable key or a JWT is a student's, the rest the service's."""
    credential = environ.get("HTTP_AUTHORIZATION", "").rpartition(" ")[2]
    is_student = credential.startswith("pk_test") or credential.count(".") == 2  # noqa: PLR2004 - a JWT has three parts
    return "student" if is_student else PAYMENT
