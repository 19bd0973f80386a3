"""What a verification guards against by itself is tested with the command, in tests/contracts/broker/test_verify.py."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.contracts.broker.ben import GREETING, NEWS, write_contract
from tests.contracts.expectations import Json
from tests.contracts.providers.local_provider import LocalProvider, broken_interactions


@pytest.fixture
def ben() -> LocalProvider:
    app = Flask("ben")
    app.add_url_rule("/hello", view_func=lambda: "hello")
    return LocalProvider("ben", app, {"awake": lambda _: None}, {})


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    return tmp_path / "ada-ben.json"


def test_what_is_kept_is_not_broken(ben: LocalProvider, contract: Path) -> None:
    assert broken_interactions(ben, write_contract(contract, GREETING)) == {}


def test_what_is_broken_is_known_with_its_reason(ben: LocalProvider, contract: Path) -> None:
    broken = broken_interactions(ben, write_contract(contract, GREETING | {"response": {"status": 201}}))
    assert "expected 201 but was 200" in broken["a greeting"]


@pytest.mark.parametrize("states", [{}, {"awake": print, "asleep": print}])
def test_the_states_must_be_those_of_the_contract(ben: LocalProvider, contract: Path, states: dict[str, Any]) -> None:
    with pytest.raises(AssertionError, match="differs from the contract in the states"):
        broken_interactions(replace(ben, states=states), write_contract(contract, GREETING))


def test_a_message_that_nobody_can_say_is_missed(ben: LocalProvider, contract: Path) -> None:
    with pytest.raises(AssertionError, match=r"in the messages \['news'\]"):
        broken_interactions(replace(ben, states={}), write_contract(contract, NEWS))


def test_a_state_that_cannot_be_entered_fails_at_once(ben: LocalProvider, contract: Path) -> None:
    def fail(_: Json) -> None:
        raise RuntimeError("it sleeps")

    broken = broken_interactions(replace(ben, states={"awake": fail}), write_contract(contract, GREETING))
    assert "it sleeps" in broken["a greeting"]


def test_a_message_that_fails_to_be_said_is_broken(ben: LocalProvider, contract: Path) -> None:
    def fail() -> Any:
        raise RuntimeError

    provider = replace(ben, states={}, messages={"news": fail})
    assert set(broken_interactions(provider, write_contract(contract, NEWS))) == {"news"}
