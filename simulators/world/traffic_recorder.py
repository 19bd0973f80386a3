"""Records the HTTP traffic of a served service, since over sockets nobody stands in between."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple
from functools import partial
from http import HTTPStatus
from io import BytesIO
from typing import Any, Protocol
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from werkzeug.datastructures import Authorization

from simulators.clients.control import CONTROL_PATH
from simulators.clients.stripe import BROWSER_PAGES
from simulators.kit.faults.requests import CONNECTION_HEADER
from simulators.kit.seams import Clock
from simulators.world.bridge import SCHEME, BrokerAdapter
from simulators.world.payload import reason_of
from simulators.world.recorder import Exchange, MessageLabel, Recorder, label_of
from simulators.world.serving import served_session
from simulators.world.topology import PAYMENT
from simulators.world.transport import OBSERVER
from simulators.world.wsgi_call import body_of, read_whole


class End(Protocol):
    """Notes the answer, and why it was a refusal."""

    def __call__(self, answer: str, why: str = "") -> None:
        """Note it."""
        ...


class TrafficRecorder:
    """Stands beside one service: around its app for what it hears, in its session for what it says."""

    def __init__(self, name: str, clock: Clock, recorder: Recorder) -> None:
        self._name, self._clock, self._recorder = name, clock, recorder

    def wrap(self, app: WSGIApplication) -> WSGIApplication:
        """Return the app with its calls recorded, the observer's apart."""

        def record(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            if environ.get("HTTP_USER_AGENT") == OBSERVER or environ["PATH_INFO"].startswith(CONTROL_PATH):
                return app(environ, start_response)
            if self._name == PAYMENT and _caller(environ) == PAYMENT:  # the services say themselves what they tell it
                return app(environ, start_response)
            end, refused = self._begin_request(environ), list[str]()

            def record_start(status: str, headers: list[tuple[str, str]], *failure: Any) -> Any:  # noqa: ANN401 - WSGI's own
                heard = "no answer" if (CONNECTION_HEADER, "reset") in headers else status.split(maxsplit=1)[0]
                if heard.isdigit() and int(heard) >= HTTPStatus.BAD_REQUEST:
                    refused.append(heard)
                else:
                    end(heard)
                return start_response(status, headers, *failure)

            answer = app(environ, record_start)
            if not refused:
                return answer
            body = read_whole(answer)
            end(refused[-1], reason_of(int(refused[-1]), body))
            return [body]

        return record

    def session(self, broker_url: str = "") -> requests.Session:
        """Return the session by which the simulator speaks to the payment-service, by a broker if there is one."""
        session = served_session(self._name)
        session.mount("http://", _RecordingAdapter(self, HTTPAdapter()))
        if broker_url:
            session.mount(SCHEME, _RecordingAdapter(self, BrokerAdapter(broker_url)))
        return session

    def begin_call(self, request: requests.PreparedRequest) -> End:
        """Note a call that the simulator makes; say the answer to what is returned."""
        body, kind = body_of(request), request.headers.get("Content-Type")
        path = str(urlsplit(request.url or "").path)
        exchange = self._exchange(self._name, PAYMENT, request.method or "", path, label_of(body, kind))
        return partial(self._recorder.end, self._recorder.begin(exchange, body, kind))

    def _begin_request(self, environ: WSGIEnvironment) -> End:
        body, kind = _body(environ), environ.get("CONTENT_TYPE")
        where = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        exchange = self._exchange(_caller(environ), self._name, *where, label_of(body, kind))
        key = environ.get("HTTP_IDEMPOTENCY_KEY", "")
        return partial(self._recorder.end, self._recorder.begin(exchange, body, kind, key))

    def _exchange(self, caller: str, callee: str, method: str, path: str, label: MessageLabel) -> Exchange:
        return Exchange(self._clock.now().isoformat(), caller, callee, method, path, "", *astuple(label))


class _RecordingAdapter(BaseAdapter):
    def __init__(self, recorder: TrafficRecorder, carrier: BaseAdapter) -> None:
        super().__init__()
        self._traffic_recorder, self._carrier = recorder, carrier

    def send(self, request: requests.PreparedRequest, *rest: Any, **options: Any) -> requests.Response:  # noqa: ANN401 - requests' own
        end = self._traffic_recorder.begin_call(request)
        try:
            answer = self._carrier.send(request, *rest, **options)
        except requests.RequestException as failure:
            end("timeout" if isinstance(failure, requests.Timeout) else "no answer")
            raise
        end(str(answer.status_code), reason_of(answer.status_code, answer.content))
        return answer

    def close(self) -> None:
        self._carrier.close()


def _body(environ: WSGIEnvironment) -> bytes:
    """Read the body, and put it back for the app."""
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = BytesIO(body)
    return body


def _caller(environ: WSGIEnvironment) -> str:
    """Tell by the credential, as services do: a publishable key or a JWT is a student's, the rest the service's."""
    if environ["PATH_INFO"].startswith(BROWSER_PAGES):
        return "student"
    try:
        shown = Authorization.from_header(environ.get("HTTP_AUTHORIZATION"))
    except ValueError:  # of letters that basic auth cannot have
        shown = None
    credential = (shown.token or shown.username or "") if shown else ""
    is_student = credential.startswith("pk_test") or credential.count(".") == 2  # noqa: PLR2004 - a JWT has three parts
    return "student" if is_student else PAYMENT
