"""The tokens of a contract are signed by nobody's secret: a service's own makes them good ones, and no others."""

from __future__ import annotations

import json
from typing import Any

import jwt
import pytest
import requests
from responses import RequestsMock

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
