"""A session of a world sends what the library's own session would send, and hears what that would hear."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from flask import Flask, Response, redirect, request
from hypothesis import given
from hypothesis import strategies as st
from requests.adapters import BaseAdapter
from werkzeug.test import Client

from simulators.world.local_session import LocalSession
from simulators.world.wsgi_call import body_of, call

URLS = [
    "http://stripe.test",
    "http://stripe.test/v1/events",
    "http://stripe.test:8010/v1/events?limit=3&type=a.b",
    "http://stripe.test/v1/events?expand[]=data.object&q=a%2fb%7e",
    "http://stripe.test/v1/events?expand[0]=data.object&created[gte]=5",
    "http://STRIPE.test/v1/./events/../charges",
    "http://stripe.test/v1/é ü?q=ö",
    "http://stripe.test/.well-known",
    "http://stripe.test/a//b#fragment",
]
CONTENTS: list[dict[str, Any]] = [
    {},
    {"json": {"a": [1, None, "é"]}},
    {"data": "amount=4900"},
    {"data": b"\x00\xff"},
    {"data": {"a": "b c", "n": 5, "none": None, "list": ["x", "y"]}},
    {"data": {}, "json": []},
    {"params": {"limit": 3, "q": "a b&c", "none": None}},
    {"params": {"a[b]": "ö/~", "yes": True, "real": 0.5, "empty": ""}},
    {"params": {"list": ["x", None], "none": None}},
    {"params": "already=written"},
    {"params": {"none": None}},
    {"headers": {"Accept": None, "X-Own": "1", "content-type": "text/plain"}, "data": "x"},
    {"headers": {"User-Agent": "somebody"}, "json": {}},
    {"auth": ("sk_test", "")},
    {"cookies": {"a": "b"}},
    {"files": {"file": ("name.txt", b"content")}, "headers": {"X-Own": "1"}},
]


class Kept(BaseAdapter):
    """Keeps what a session of the library would send."""

    def send(self, request: requests.PreparedRequest, *_: object, **__: object) -> requests.Response:
        self.request = request
        return empty_answer(request, None)

    def close(self) -> None:
        """Nothing is open."""


def empty_answer(request: requests.PreparedRequest, _: float | None) -> requests.Response:
    answer = requests.Response()
    answer.status_code, answer.request, answer._content = 204, request, b""
    return answer


def sent_by_both(method: str, url: str, **content: Any) -> list[tuple[Any, ...]]:
    kept: list[requests.PreparedRequest] = []
    library, adapter = requests.Session(), Kept()
    library.trust_env = False
    library.mount("http://", adapter)
    library.request(method, url, timeout=3, **content)
    own = LocalSession(lambda request, timeout: kept.append(request) or empty_answer(request, timeout))  # type: ignore[func-returns-value]
    own.request(method, url, timeout=3, **content)
    boundary = adapter.request.headers.get("Content-Type", "").partition("boundary=")[2]
    return [
        (each.method, each.url, list(each.headers.items()), body_of(each)) if not boundary else (each.method, each.url)
        for each in (adapter.request, *kept)
    ]


@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize("method", ["GET", "POST", "put", "DELETE"])
def test_content_is_sent_as_the_library_sends_it(method: str, content: dict[str, Any]) -> None:
    theirs, ours = sent_by_both(method, URLS[1], **content)
    assert ours == theirs


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("params", [{}, {"q": "a b", "n": 1}])
def test_a_url_is_sent_as_the_library_sends_it(url: str, params: dict[str, Any]) -> None:
    theirs, ours = sent_by_both("GET", url, params=params)
    assert ours == theirs


@given(st.text("ab./%?&=+[]~:@é #-_", max_size=12))
def test_any_path_is_sent_as_the_library_sends_it(path: str) -> None:
    theirs, ours = sent_by_both("GET", f"http://stripe.test/{path}")
    assert ours == theirs


@pytest.mark.parametrize("headers", [{"X": "a\nb"}, {"X": " a"}, {"X\r": "a"}])
def test_a_header_that_cannot_be_sent_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(requests.exceptions.InvalidHeader):
        LocalSession(empty_answer).get(URLS[1], headers=headers, timeout=1)


@pytest.mark.parametrize("url", ["stripe.test/v1", "http://", "ftp://stripe.test/"])
def test_a_url_that_leads_nowhere_is_refused(url: str) -> None:
    with pytest.raises(requests.RequestException):
        LocalSession(empty_answer).get(url, timeout=1)


@pytest.fixture
def app() -> Flask:
    made = Flask("mirror")

    @made.route("/<path:path>", methods=["GET", "POST"])
    def mirror(path: str) -> dict[str, Any]:
        kept = {name: value for name, value in request.environ.items() if isinstance(value, str)}
        kept |= {"CONTENT_LENGTH": str(request.content_length or 0)}  # Werkzeug's client says nothing of no content.
        return {"path": path, "body": request.get_data().hex(), "query": request.args, "environ": kept}

    @made.get("/moved")
    def moved() -> Any:
        return redirect("/there")

    @made.get("/cut")
    def cut() -> Response:
        return Response([b"x"], headers={"Content-Length": "1024"})

    @made.get("/twice")
    def twice() -> Response:
        return Response(b"x", headers=[("Vary", "a"), ("Vary", "b")])

    return made


@pytest.mark.parametrize("content", [each for each in CONTENTS if "files" not in each])
@pytest.mark.parametrize("url", URLS[1:])
def test_an_app_is_told_what_werkzeugs_client_would_tell_it(app: Flask, url: str, content: dict[str, Any]) -> None:
    def by_client(request: requests.PreparedRequest, _: float | None) -> requests.Response:
        answer = empty_answer(request, None)
        path, base = str(request.path_url), url[: url.index("/", 8)].lower()
        headers = list(request.headers.items())
        given = {"method": request.method, "headers": headers, "data": body_of(request)}
        found = Client(app, use_cookies=False).open(path, base_url=base, **given)  # type: ignore[arg-type]
        answer.status_code, answer._content = found.status_code, found.get_data()
        return answer

    sessions = LocalSession(by_client), LocalSession(lambda request, _: call(app, request))
    theirs, ours = (each.post(url, timeout=1, **content).json() for each in sessions)
    assert ours == theirs


def test_a_redirect_is_followed_unless_it_is_not_wanted(app: Flask) -> None:
    asked: list[str] = []

    def carry(request: requests.PreparedRequest, _: float | None) -> requests.Response:
        asked.append(str(request.url))
        return call(app, request)

    session = LocalSession(carry)
    assert session.get("http://a.test/moved", timeout=1, allow_redirects=False).status_code == 302
    assert session.get("http://a.test/moved", timeout=1).json()["path"] == "there"
    assert asked == ["http://a.test/moved"] * 2 + ["http://a.test/there"]


def test_an_answer_that_is_cut_off_is_none(app: Flask) -> None:
    session = LocalSession(lambda request, _: call(app, request))
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        session.get("http://a.test/cut", timeout=1)


def test_a_header_that_comes_twice_is_read_as_one(app: Flask) -> None:
    answer = LocalSession(lambda request, _: call(app, request)).get("http://a.test/twice", timeout=1)
    assert (answer.headers["vary"], answer.text, answer.reason) == ("a, b", "x", "OK")
