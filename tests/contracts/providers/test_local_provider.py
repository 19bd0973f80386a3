from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.contracts.expectations import Json
from tests.contracts.providers.local_provider import NotVerified, Provider, Said, broken

HELLO: Json = {
    "type": "Synchronous/HTTP",
    "description": "a greeting",
    "providerStates": [{"name": "awake"}],
    "request": {"method": "GET", "path": "/hello"},
    "response": {"status": 200},
}
NEWS: Json = {
    "type": "Asynchronous/Messages",
    "description": "news",
    "contents": {"content": {"text": "hello"}, "contentType": "application/json", "encoded": False},
}


def contract(directory: Path, *interactions: Json) -> Path:
    path = directory / "ada-ben.json"
    parties = {"consumer": {"name": "ada"}, "provider": {"name": "ben"}}
    written = {**parties, "interactions": interactions, "metadata": {"pactSpecification": {"version": "4.0"}}}
    path.write_text(json.dumps(written))
    return path


@pytest.fixture
def ben() -> Provider:
    app = Flask("ben")
    app.add_url_rule("/hello", view_func=lambda: "hello")
    return Provider("ben", app, {"awake": lambda _: None}, {})


def test_what_is_kept_is_not_broken(ben: Provider, tmp_path: Path) -> None:
    assert broken(ben, contract(tmp_path, HELLO)) == {}


def test_what_is_broken_is_told(ben: Provider, tmp_path: Path) -> None:
    told = broken(ben, contract(tmp_path, HELLO | {"response": {"status": 201}}))
    assert "expected 201 but was 200" in told["a greeting"]


@pytest.mark.parametrize("status", [200, 201])
def test_a_pending_interaction_is_no_excuse(ben: Provider, tmp_path: Path, status: int) -> None:
    pending = HELLO | {"response": {"status": status}, "pending": True}
    with pytest.raises(NotVerified, match="only this was verified"):
        broken(ben, contract(tmp_path, pending))


def test_another_providers_contract_proves_nothing(ben: Provider, tmp_path: Path) -> None:
    with pytest.raises(NotVerified, match="is not for bem"):
        broken(replace(ben, name="bem"), contract(tmp_path, HELLO))


def test_an_empty_contract_proves_nothing(ben: Provider, tmp_path: Path) -> None:
    with pytest.raises(NotVerified, match="only this was verified"):
        broken(replace(ben, states={}), contract(tmp_path))


@pytest.mark.parametrize("states", [{}, {"awake": print, "asleep": print}])
def test_the_states_must_be_those_of_the_contract(ben: Provider, tmp_path: Path, states: dict[str, Any]) -> None:
    with pytest.raises(NotVerified, match="differs from the contract in the states"):
        broken(replace(ben, states=states), contract(tmp_path, HELLO))


def test_a_message_that_nobody_can_say_is_missed(ben: Provider, tmp_path: Path) -> None:
    with pytest.raises(NotVerified, match=r"in the messages \['news'\]"):
        broken(replace(ben, states={}), contract(tmp_path, NEWS))


def test_a_state_that_cannot_be_entered_fails_at_once(ben: Provider, tmp_path: Path) -> None:
    def fail(_: Json) -> None:
        raise RuntimeError

    told = broken(replace(ben, states={"awake": fail}), contract(tmp_path, HELLO))
    assert "setup state change handlers has failed" in told["a greeting"]


def test_a_message_that_fails_to_be_said_is_told(ben: Provider, tmp_path: Path) -> None:
    def fail() -> Said:
        raise RuntimeError

    provider = replace(ben, states={}, messages={"news": fail})
    assert set(broken(provider, contract(tmp_path, NEWS))) == {"news"}
