"""A kill -9 under load: what was answered is there after a restart, and nothing is there by half."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import stripe

from tests.integration.stripe_sdk.intents import a_paid_intent, an_intent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.served

COMMAND = [sys.executable, "-m", "simulators.cli", "simulate", "stripe", "--json", "--stripe-port", "0"]
CLIENTS, ANSWERED = 4, 60


@contextmanager
def served(state: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Serve a simulated Stripe in a process of its own, whose state is in this folder."""
    shown = state / "told.jsonl"
    with shown.open("w") as out, subprocess.Popen([*COMMAND, "--state", str(state)], stdout=out) as process:
        until(lambda: "\n" in shown.read_text())
        yield process, json.loads(shown.read_text().partition("\n")[0])["urls"]["stripe"]
        process.kill()


def until(true: Callable[[], Any], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def at(url: str) -> stripe.StripeClient:
    return stripe.StripeClient("sk_test_of_the_tests", base_addresses={"api": url})


def work(url: str, answered: list[dict[str, Any]]) -> None:
    """Create and pay until nobody answers any more; note what was answered."""
    client = at(url)
    while True:
        try:
            answered.append(an_intent(client).to_dict())
            answered.append(a_paid_intent(client).to_dict())
        except stripe.APIConnectionError:
            return


def test_nothing_that_was_answered_is_lost_by_a_kill(tmp_path: Path) -> None:
    answered: list[dict[str, Any]] = []
    with served(tmp_path) as (process, url), ThreadPoolExecutor(CLIENTS) as pool:
        for _ in range(CLIENTS):
            pool.submit(work, url, answered)
        until(lambda: len(answered) > ANSWERED)
        process.kill()
    with served(tmp_path) as (_, url):
        client = at(url)
        for intent in answered:
            assert client.v1.payment_intents.retrieve(intent["id"]).to_dict() == intent
        kept = client.v1.payment_intents.list({"limit": 100})
        paid = {each.payment_intent for each in client.v1.charges.list({"limit": 100}).auto_paging_iter()}
        assert {each.id for each in kept.auto_paging_iter() if each.status == "succeeded"} == paid
