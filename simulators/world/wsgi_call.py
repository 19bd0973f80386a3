"""A call of a WSGI app without a socket: what a request says becomes its environ, and what it answers a response."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any
from urllib.parse import unquote, urlsplit
from wsgiref.types import StartResponse, WSGIEnvironment

import requests
from requests.structures import CaseInsensitiveDict
from requests.utils import get_encoding_from_headers

App = Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]
HTTP_PORT = "80"


def call(app: App, request: requests.PreparedRequest) -> requests.Response:
    """Let the app answer the whole of the request, and return the whole of its answer."""
    began: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], _: object = None) -> Callable[[bytes], object]:
        began[:] = [status, headers]
        return lambda _: None

    content = read_whole(app(_environ(request), start_response))
    status, headers = began
    return _response(request, status, headers, content)


def read_whole(answering: Iterable[bytes]) -> bytes:
    """Return all that an app answers, and let it know that it was read."""
    try:
        return b"".join(answering)
    finally:
        if close := getattr(answering, "close", None):
            close()


def body_of(request: requests.PreparedRequest) -> bytes:
    """Return the bytes that a request carries."""
    return request.body.encode() if isinstance(request.body, str) else request.body or b""


def _environ(request: requests.PreparedRequest) -> WSGIEnvironment:
    parts, body = urlsplit(request.url or ""), body_of(request)
    target = str(request.path_url)
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(parts.path or "/").encode().decode("latin-1"),
        "QUERY_STRING": parts.query,
        "REQUEST_URI": target,
        "RAW_URI": target,
        "SERVER_NAME": parts.hostname,
        "SERVER_PORT": str(parts.port or HTTP_PORT),
        "HTTP_HOST": parts.netloc,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers.items():
        environ[_variable(name)] = value
    if body:
        environ["CONTENT_LENGTH"] = str(len(body))
    return environ


def _variable(header: str) -> str:
    name = header.upper().replace("-", "_")
    return name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"


def _response(
    request: requests.PreparedRequest, status: str, headers: Iterable[tuple[str, str]], content: bytes
) -> requests.Response:
    response = requests.Response()
    code, _, response.reason = status.partition(" ")
    response.status_code = int(code)
    joined: CaseInsensitiveDict[str] = CaseInsensitiveDict()
    for name, value in headers:
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    response.headers, response.encoding = joined, get_encoding_from_headers(joined)
    response.url, response.request, response.raw = request.url or "", request, BytesIO(content)
    response._content = content  # noqa: SLF001 - all of it is here
    return response
