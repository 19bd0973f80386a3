"""The student's app as it is in every world, on its own: with one service, and the token of whoever is signed in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import requests

from simulators.clients.http_client import HttpClient, Refused
from simulators.clients.learning import LearningClient
from simulators.clients.payments import PaymentsClient
from simulators.clients.stripe import StripeClient
from simulators.clients.student_app import Check, Student
from tests.contracts.expectations import PUBLISHABLE_KEY, STUDENT, TOKENS


def app(url: str, signed_in: str = STUDENT) -> Student:
    """Return the app that finds its services at this URL."""
    session = requests.Session()
    service = HttpClient(session, url, lambda: TOKENS[signed_in])
    stripe = HttpClient(session, url, lambda: TOKENS[PUBLISHABLE_KEY])
    return Student(
        "ada",
        LearningClient(service),
        PaymentsClient(service),
        StripeClient(stripe),
        eventually=_look_once,
        on_begin=lambda _: None,
    )


def _look_once(check: Check) -> str:
    found = check()
    assert found
    return found


def refusal(ask: Callable[[], object]) -> tuple[int, str]:
    """Return what the app is told, and can tell its user."""
    with pytest.raises(Refused) as refused:
        ask()
    answer = refused.value.answer
    assert answer["title"]
    return answer["status"], answer["detail"]
