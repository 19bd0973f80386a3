"""The tokens of a contract are signed by nobody's secret: a service's own makes them good ones, and no others."""

from __future__ import annotations

import json
from typing import Any

import jwt
import pytest
import requests
from flask import Flask
from responses import RequestsMock

from simulators.cli.contracts.provider import Content, Provider, pact_endpoints
from simulators.cli.contracts.provider_proxy import Addresses, provider_at
from simulators.cli.contracts.signed_tokens import sign_anew

OURS, THEIRS = "the contract's secret, of thirty-two bytes", "the service's secret, of thirty-two bytes"
CLAIMS = {"sub": "ada", "role": "student", "exp": 4102444800}
TOKEN = jwt.encode(CLAIMS, OURS, "HS256")


def claims(token: str) -> Any:
    return jwt.decode(token, THEIRS, ["HS256"])


def test_a_token_is_signed_anew_with_all_that_it_claims() -> None:
    assert claims(sign_anew(TOKEN, THEIRS)) == CLAIMS
    assert claims(sign_anew(f"Bearer {TOKEN}", THEIRS).removeprefix("Bearer ")) == CLAIMS
    with pytest.raises(jwt.InvalidSignatureError):
        claims(TOKEN)


@pytest.mark.parametrize(
    "text",
    [
        "pact-stranger-token",
        "1.2.3",
        "www.example.com",
        jwt.encode(CLAIMS, "", "none"),
        jwt.encode(CLAIMS, OURS + OURS, "HS512"),
        "e30.e30.e30",
        "",
    ],
)
def test_what_is_no_token_of_this_kind_stays_as_it_is(text: str) -> None:
    assert sign_anew(text, THEIRS) == text


def test_states_and_calls_get_tokens_that_the_service_believes() -> None:
    addresses = Addresses("http://ben.test", "http://ben.test/state", None, jwt_secret=THEIRS)
    asked = {"state": "signed in", "params": {"token": TOKEN}, "action": "setup"}
    with RequestsMock() as mock:
        mock.post("http://ben.test/state", json={})
        mock.get("http://ben.test/sagas", json={})
        provider = provider_at(addresses, requests.Session())
        provider.enter_state(asked)
        provider.api.test_client().get("/sagas", headers={"Authorization": f"Bearer {TOKEN}"})
        state, call = (each.request for each in mock.calls)
    assert state.body
    assert claims(json.loads(state.body)["params"]["token"]) == CLAIMS
    assert claims(call.headers["Authorization"].removeprefix("Bearer ")) == CLAIMS


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1.evil.example:8000"}, 421),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://evil.example"}, 403),
        ({"Origin": "https://app.example"}, 200),  # A contract may say what a browser's script would send.
        ({"Host": "127.0.0.1:8000"}, 200),
    ],
)
def test_nobodys_page_reaches_a_service_through_what_verifies_it(headers: dict[str, str], status: int) -> None:
    with RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.post("http://ben.test/commands", json={})
        provider = provider_at(Addresses("http://ben.test", None, None), requests.Session())
        assert provider.api.test_client().post("/commands", headers=headers).status_code == status
        assert len(mock.calls) == (status == 200)


def test_nobodys_page_enters_a_state_or_has_a_message_said() -> None:
    asked: list[Any] = []

    def act(what: Any) -> Content:
        asked.append(what)
        return Content(b"{}", "application/json")

    pact = pact_endpoints(Provider(Flask("there"), act, act), "consumer").test_client()
    for headers in ({"Host": "evil.example"}, {"Origin": "http://evil.example"}):
        for path in ("/state", "/"):
            assert pact.post(path, json={"state": "x"}, headers=headers).status_code in (403, 421)
    assert asked == []
    assert pact.post("/state", json={"state": "x"}).status_code == 200
