"""The network of a world in one process: a call finds its service by host and port, and no socket is opened."""

from __future__ import annotations

from functools import partial
from random import Random
from urllib.parse import urlsplit

import requests

from simulators.kit.faults.fault import Faults
from simulators.kit.faults.links import LINK_FAULTS, Crash, LinkFault, Send
from simulators.kit.faults.requests import CONNECTION_HEADER, LATENCY_HEADER
from simulators.kit.seams import Clock
from simulators.world.instances import InstanceDied
from simulators.world.local_service import LocalService
from simulators.world.local_session import LocalSession
from simulators.world.payload import reason_of
from simulators.world.recorder import Exchange, Recorder, label_of
from simulators.world.wsgi_call import body_of, call

OBSERVER = "observer"  # Whose calls no fault strikes and no trace keeps: the world looking at itself.


class Network:
    """All services by their address, and what is wrong between them."""

    def __init__(self, clock: Clock, recorder: Recorder, randomness: Random) -> None:
        self._clock, self._recorder = clock, recorder
        self._services: dict[str, LocalService] = {}
        self.faults = Faults(randomness, LINK_FAULTS)

    def attach(self, url: str, service: LocalService) -> None:
        """Let the service answer at this URL."""
        self._services[urlsplit(url).netloc] = service

    def session(self, caller: str) -> requests.Session:
        """Return the only way out that a service gets: every call by it is carried and recorded here."""
        return LocalSession(lambda request, timeout: self.carry(caller, request, timeout))

    def carry(self, caller: str, request: requests.PreparedRequest, timeout: float | None) -> requests.Response:
        """Take the call to its service and back, through every fault on the way, and note what was heard."""
        service = self._at(request)
        if caller == OBSERVER:
            return _deliver(service, request)
        body, kind = body_of(request), request.headers.get("Content-Type")
        number = self._recorder.begin(self._exchange(caller, service.name, request), body, kind)
        heard, why = "caller crashed", ""
        try:
            answer = _receive(self._way(caller, service, request, timeout)(), timeout)
            heard, why = str(answer.status_code), reason_of(answer.status_code, answer.content)
        except requests.RequestException as failure:
            heard = "timeout" if isinstance(failure, requests.Timeout) else "no answer"
            failure.request = request
            raise
        finally:
            self._recorder.end(number, heard, why)
        return answer

    def _at(self, request: requests.PreparedRequest) -> LocalService:
        netloc = str(urlsplit(request.url or "").netloc)
        if netloc not in self._services:
            raise requests.ConnectionError(f"no service listens at {netloc}", request=request)
        return self._services[netloc]

    def _way(
        self, caller: str, service: LocalService, request: requests.PreparedRequest, timeout: float | None
    ) -> Send:
        send: Send = partial(_deliver, service, request)
        for fault in self.faults.strike(LinkFault, caller, service.name):
            send = partial(fault.carry, send, timeout)
        return send

    def _exchange(self, caller: str, callee: str, request: requests.PreparedRequest) -> Exchange:
        label = label_of(body_of(request), request.headers.get("Content-Type"))
        path, at = str(urlsplit(request.url or "").path), self._clock.now().isoformat()
        said = (label.name, label.id, label.saga_id, label.about)
        return Exchange(at, caller, callee, request.method or "", path, "", *said)


def _deliver(service: LocalService, request: requests.PreparedRequest) -> requests.Response:
    if not service.alive:
        raise requests.ConnectionError("connection refused")
    try:
        return call(service, request)
    except InstanceDied:
        raise requests.ConnectionError("connection reset by peer") from None
    except Crash:
        service.end()
        raise requests.ConnectionError("connection reset by peer") from None


def _receive(answer: requests.Response, timeout: float | None) -> requests.Response:
    """Believe a simulator that says its answer was lost on the way, or came too late for this caller."""
    if answer.headers.get(CONNECTION_HEADER) == "reset":
        raise requests.ConnectionError("connection reset by peer")
    if timeout is not None and float(answer.headers.get(LATENCY_HEADER, 0)) > timeout:
        raise requests.ReadTimeout(f"no answer within {timeout:g} s")
    return answer
