"""Thousands of random requests, valid and not: no unasked server error, and no cent too many or too few.

`pytest tests/unit/stripe_simulator/test_invariants.py --fuzz 50000` asks as many, another way each time.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests as http
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from simulators.kit.seams import Seams, seeded_seams
from simulators.stripe.app import create_app
from tests.unit.stripe_simulator.accounts import wrongs
from tests.unit.stripe_simulator.asking import Id, Request, flat, requests, routes_of

BY_DEFAULT, CALLS = 3000, 30
AN_ID = re.compile(r"([a-z]+)_(?:test_)?[a-z0-9]{24}")
KEY = {"Authorization": "Bearer sk_test_of_the_tests"}
PAYMENT = {"amount": "4900", "currency": "eur", "payment_method_types[0]": "card"}
WAITS = st.sampled_from([0, 0, 0, 0, 3, 3, 10, 86400, 10 * 86400])


class Deaf(http.Session):
    """A network in which every webhook arrives."""

    def post(self, *_: Any, **__: Any) -> http.Response:
        answer = http.Response()
        answer.status_code = 200
        return answer


class Account:
    """A Stripe that is asked at random, and remembers the ids that it has told."""

    def __init__(self) -> None:
        seams = seeded_seams(1, datetime(2026, 1, 1, tzinfo=UTC))
        self.clock = seams.clock
        self.app = create_app(Seams(seams.clock, seams.randomness, Deaf()), webhook_url="http://127.0.0.1:1/hook")
        self.client, self.ids = self.app.test_client(), dict[str, list[str]]()

    def begin(self, card: str) -> None:
        """Forget everything, and begin with three payments: one made, one held, one open."""
        self.ids.clear()
        self.app.extensions["simulator"].reset()
        for more in ({"confirm": "true"}, {"confirm": "true", "capture_method": "manual"}, {}):
            form = PAYMENT | {"payment_method": card} | more
            self._learn(self.client.post("/v1/payment_intents", data=form, headers=KEY).get_json())

    def ask(self, request: Request) -> int:
        """Send it, and return the status."""
        route = request.route
        path = route.path
        for name in route.names:
            path = path.replace(f"<{name}>", self._known(request.path[name]))
        form = flat({name: self._filled(value) for name, value in request.form.items()})
        where = {"data": form} if route.method == "POST" else {"query_string": form}
        answer = self.client.open(path, method=route.method, headers=KEY, **where)  # type: ignore[arg-type]
        shown = answer.get_json()
        assert answer.status_code < 500, (route.method, path, form, shown)
        assert answer.status_code == 200 or {"type", "message"} <= shown["error"].keys()
        self._learn(shown)
        return answer.status_code

    def wait(self, seconds: int) -> None:
        """Let time pass, and what falls due happen."""
        self.clock.advance(timedelta(seconds=seconds))
        while self.app.extensions["background"].pump():
            pass

    def wrongs(self) -> list[str]:
        """Return what must never be."""
        balance: Any = self.client.get("/v1/balance", headers=KEY).get_json()
        return list(wrongs(self.app.extensions["simulator"].store.export(), balance))

    def _filled(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._filled(inner) for name, inner in value.items()}
        return self._known(value) if isinstance(value, Id) else value

    def _known(self, wanted: Id) -> str:
        known = self.ids.get(wanted.kind, [])
        return known[-1 - wanted.number % len(known)] if known else f"{wanted.kind}_none"

    def _learn(self, shown: Any) -> None:
        if isinstance(shown, dict | list):
            for inner in shown.values() if isinstance(shown, dict) else shown:
                self._learn(inner)
        elif isinstance(shown, str) and (found := AN_ID.fullmatch(shown)):
            self.ids.setdefault(found[1], []).append(shown)


CARDS = st.sampled_from([
    "pm_card_visa", "pm_card_createDispute", "pm_card_createDisputeInquiry", "pm_card_createMultipleDisputes",
    "pm_card_pendingRefund", "pm_card_refundFail", "pm_card_bypassPending",
])  # fmt: skip


def test_random_requests_break_nothing(request: pytest.FixtureRequest) -> None:
    calls, account = request.config.getoption("--fuzz"), Account()
    step = st.tuples(requests(routes_of(account.app)), WAITS)

    @settings(
        max_examples=max((calls or BY_DEFAULT) // CALLS, 1), derandomize=not calls, deadline=None, database=None,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(card=CARDS, steps=st.lists(step, min_size=CALLS, max_size=CALLS))
    def ask(card: str, steps: list[tuple[Request, int]]) -> None:
        account.begin(card)
        for asked, seconds in steps:
            account.ask(asked)
            account.wait(seconds)
        assert account.wrongs() == []

    ask()
