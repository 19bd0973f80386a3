"""One address for several processes of a service: each request goes to the next of them that listens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from wsgiref.types import StartResponse, WSGIEnvironment

import requests
from urllib3.exceptions import NewConnectionError

from simulators.world.serving import Port, Server, served_session

SECONDS = 30
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host"}
NOBODY_ANSWERS = "502 Bad Gateway"


class Gate:
    """Passes on what comes, as a balancer does: to another one only when nothing has been said to the first."""

    def __init__(self, port: Port, urls: Sequence[str]) -> None:
        self._number, self._urls, self._turns = int(port.url.rpartition(":")[2]), urls, count()
        self._server: Server | None = Server(self._pass_on, port)

    @property
    def is_open(self) -> bool:
        """Whether it listens."""
        return self._server is not None

    def open(self) -> None:
        """Listen again, at the same port."""
        if not self._server:
            self._server = Server(self._pass_on, Port("gate", self._number))

    def close(self) -> None:
        """Refuse connections."""
        if self._server:
            self._server.stop()
        self._server = None

    def _pass_on(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body, turn = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)), next(self._turns)
        for step in range(len(self._urls)):
            try:
                answer = _ask(self._urls[(turn + step) % len(self._urls)], environ, body)
            except requests.ConnectionError as problem:
                if not _is_refused(problem):
                    break
            else:
                headers = [(name, value) for name, value in answer.headers.items() if name.lower() not in HOP_BY_HOP]
                start_response(f"{answer.status_code} {answer.reason}", headers)
                return [answer.raw.read(decode_content=False)]
        start_response(NOBODY_ANSWERS, [])
        return []


def _ask(url: str, environ: WSGIEnvironment, body: bytes) -> requests.Response:
    with served_session("gate") as session:
        session.headers.clear()
        return session.request(
            environ["REQUEST_METHOD"],
            url + environ["REQUEST_URI"],
            headers=dict(_headers(environ)),
            data=body,
            timeout=SECONDS,
            allow_redirects=False,
            stream=True,
        )


def _headers(environ: WSGIEnvironment) -> Iterator[tuple[str, str]]:
    for name, value in environ.items():
        header = name.removeprefix("HTTP_").replace("_", "-").title()
        if (name.startswith("HTTP_") or name == "CONTENT_TYPE") and value and header.lower() not in HOP_BY_HOP:
            yield header, value


def _is_refused(problem: requests.ConnectionError) -> bool:
    return isinstance(getattr(problem.args[0] if problem.args else None, "reason", None), NewConnectionError)
