"""What protects a simulator from browsers: other sites are refused, pages are framed and answers kept by nobody."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from simulators.kit.seams import Seams
from simulators.kit.simulator import Simulator

OWN = "127.0.0.1:8020"


@pytest.fixture
def client(seams: Seams) -> FlaskClient:
    app = Flask("shop")
    Simulator(app, seams)
    app.add_url_rule("/pay/<cart>", view_func=lambda cart: cart, methods=["GET", "POST"])
    return app.test_client()


def status(client: FlaskClient, method: str, path: str, headers: dict[str, str]) -> int:
    return client.open(path, method=method, headers={"Host": OWN, **headers}, json={}).status_code


FOREIGN_HOSTS = [
    "evil.example",
    "evil.example:8020",
    "127.0.0.1.evil.example",
    "10.0.0.7:8020",
    "0.0.0.0",  # noqa: S104 - what some browsers call this machine
    "[",
    "",
    "::1",
]
FOREIGN_PAGES = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:9999"},
    {"Origin": "http://localhost:8020"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
    {"Sec-Fetch-Site": "new-in-2030"},
]
ROUTES = [("POST", "/_sim/reset"), ("GET", "/_sim/state"), ("PUT", "/_sim/state"), ("DELETE", "/_sim/faults")]
ROUTES += [("POST", "/_sim/clock"), ("POST", "/_sim/faults/down"), ("GET", "/_sim/nothing"), ("POST", "/pay/cart")]


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
@pytest.mark.parametrize(("method", "path"), [*ROUTES, ("GET", "/pay/cart")])
def test_whoever_calls_us_by_a_foreign_name_is_refused(client: FlaskClient, method: str, path: str, host: str) -> None:
    assert status(client, method, path, {"Host": host}) in {400, 421}


@pytest.mark.parametrize("headers", FOREIGN_PAGES)
@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_page_of_another_site_is_refused(
    client: FlaskClient, method: str, path: str, headers: dict[str, str]
) -> None:
    assert status(client, method, path, headers) == 403


@pytest.mark.parametrize("host", [OWN, "localhost", "localhost:8020", "[::1]:8020", "stripe.test", "127.0.0.1"])
@pytest.mark.parametrize(
    "headers",
    [{}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Sec-Fetch-Mode": "cors"}],
)
def test_our_own_pages_and_whoever_is_no_browser_are_let_in(
    client: FlaskClient, host: str, headers: dict[str, str]
) -> None:
    own = {"Host": host, "Origin": f"http://{host}"} if "Sec-Fetch-Site" in headers else {"Host": host}
    assert status(client, "POST", "/_sim/reset", headers | own) == 204
    assert status(client, "POST", "/pay/cart", headers | own) == 200


def test_a_link_from_elsewhere_can_be_followed(client: FlaskClient) -> None:
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert status(client, "GET", "/_sim", link) == 200
    assert status(client, "POST", "/_sim/reset", link) == 403


def test_who_shows_a_key_may_call_from_any_page_and_by_any_name(client: FlaskClient) -> None:
    """As Stripe lets every page that has a publishable key; only the control routes are ours alone."""
    key = {"Authorization": "Bearer pk_test_1", "Origin": "https://shop.example", "Host": "stripe-mock:8010"}
    assert status(client, "POST", "/pay/cart", key) == 200
    assert status(client, "POST", "/_sim/reset", key) == 421


@pytest.mark.parametrize(
    ("method", "path", "accept"),
    [
        ("GET", "/_sim", "text/html"),
        ("GET", "/_sim", "application/json"),
        ("GET", "/_sim/state", "*/*"),
        ("GET", "/nothing", "*/*"),
        ("POST", "/pay/cart", "*/*"),
        ("POST", "/_sim/faults/none", "*/*"),
    ],
)
def test_no_answer_is_kept_framed_or_taken_for_another_kind_and_no_page_runs_a_script(
    client: FlaskClient, method: str, path: str, accept: str
) -> None:
    headers = client.open(path, method=method, headers={"Accept": accept}, json={}).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
    assert (policy["default-src"], policy["frame-ancestors"]) == ("'none'", "'none'")
    assert "script-src" not in policy
