"""The student's app as it is in every world, on its own: with one service, and the token of whoever is signed in."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import TypeVar, cast

import pytest
import requests

from simulators.clients.actors import Student
from simulators.clients.http_client import Client, Refused
from simulators.world.world import World
from tests.contracts.expectations import PUBLISHABLE_KEY, STUDENT, TOKENS

T = TypeVar("T")


class Phone:
    """What the app needs of a world: where the services are, and what it is known by."""

    def __init__(self, url: str, token: str) -> None:
        self.sagas: set[str] = set()
        self.plan = SimpleNamespace(credentials=SimpleNamespace(publishable_key=TOKENS[PUBLISHABLE_KEY]))
        self._url, self._token = url, token

    def token(self, *_: str) -> str:
        return self._token

    def client(self, _: str, __: str, bearer: Callable[[], str]) -> Client:
        return Client(requests.Session(), self._url, bearer)

    def eventually(self, check: Callable[[], T | None]) -> T:
        found = check()
        assert found
        return found


def app(url: str, signed_in: str = STUDENT) -> Student:
    """Return the app that finds its services at this URL."""
    return Student(cast("World", Phone(url, TOKENS[signed_in])), "ada")


def refusal(ask: Callable[[], object]) -> tuple[int, str]:
    """Return what the app is told, and can tell its user."""
    with pytest.raises(Refused) as refused:
        ask()
    answer = refused.value.answer
    assert answer["title"]
    return answer["status"], answer["detail"]
