"""The service's own way out, over real sockets: it says what `requests` would, and fails as it would."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from flask import Flask, redirect, request

from reference.runtime import PooledSession
from simulators.world.serving import Port, Server

pytestmark = pytest.mark.served
PATIENCE = (5, 10)  # Seconds.


def echo() -> dict[str, object]:
    heard = {name: request.headers.get(name) for name in ("Authorization", "User-Agent", "Accept-Encoding")}
    return {**heard, "body": request.get_data(as_text=True), "path": request.full_path, "via": request.url}


def cut_off(port: Port) -> None:
    caller, _ = port.socket.accept()
    with caller:
        caller.recv(1000)
        caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf")


@pytest.fixture
def url() -> Iterator[str]:
    app, port = Flask("echo"), Port("echo", 0)
    app.add_url_rule("/echo", "echo", echo, methods=["GET", "POST"])
    app.add_url_rule("/moved", "moved", lambda: redirect("/echo"), methods=["POST"])
    app.add_url_rule("/refused", "refused", lambda: ({"why": "no"}, 418))
    server = Server(app, port)
    yield port.url
    server.stop()


@pytest.fixture
def session() -> Iterator[PooledSession]:
    with PooledSession() as found:
        yield found


def test_it_says_what_requests_would(url: str, session: PooledSession) -> None:
    said = {"data": "ü", "headers": {"Authorization": "Bearer x"}, "timeout": PATIENCE}
    answers = [each.request("POST", f"{url}/echo?a=1", **said) for each in (session, requests.Session())]  # type: ignore[arg-type]
    ours, theirs = (each.json() for each in answers)
    assert ours == theirs
    assert (ours["body"], ours["path"], ours["Authorization"]) == ("ü", "/echo?a=1", "Bearer x")
    assert answers[0].request.path_url == answers[1].request.path_url


def test_a_refusal_is_an_answer(url: str, session: PooledSession) -> None:
    answer = session.request("GET", f"{url}/refused", timeout=PATIENCE)
    assert (answer.status_code, answer.json(), answer.headers["content-type"]) == (
        418,
        {"why": "no"},
        "application/json",
    )
    assert answer.text == '{"why":"no"}\n'


def test_a_redirect_is_not_followed(url: str, session: PooledSession) -> None:
    assert session.request("POST", f"{url}/moved", data="x", timeout=PATIENCE).status_code == 302
    with pytest.raises(requests.TooManyRedirects):
        session.post(f"{url}/moved", data="x", params={"unusual": "1"}, timeout=PATIENCE)


def test_what_is_cut_off_or_not_there_is_no_answer(session: PooledSession) -> None:
    port = Port("dying", 0)
    with ThreadPoolExecutor() as threads:
        dying = threads.submit(cut_off, port)
        with pytest.raises(requests.ConnectionError):
            session.request("GET", port.url, timeout=PATIENCE)
        dying.result()
    port.socket.close()
    with pytest.raises(requests.ConnectionError):
        session.request("GET", port.url, timeout=PATIENCE)


def test_who_takes_too_long_is_not_waited_for(session: PooledSession) -> None:
    silent = Port("silent", 0)
    with silent.socket, pytest.raises(requests.Timeout):
        session.request("GET", silent.url, timeout=(PATIENCE[0], 0.05))


def test_a_proxy_that_the_environment_names_is_asked(
    url: str, session: PooledSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", url)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert (
        session.request("GET", "http://learning.test/echo", timeout=PATIENCE).json()["via"]
        == "http://learning.test/echo"
    )
