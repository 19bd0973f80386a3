from __future__ import annotations

import pytest

from tests.contracts.consumers.listeners import Listener
from tests.contracts.expectations import Json


@pytest.fixture(params=["school", "meetings"])
def keeper(request: pytest.FixtureRequest) -> Listener:
    """Who keeps what was bought, and so hears of its payment."""
    keeper: Listener = request.getfixturevalue(request.param)
    return keeper


def noted(keeper: Listener) -> Json:
    """What it remembers of the only event it has heard."""
    [event] = keeper.shows("/_sim/state")["inbox"]
    return {"type": event["type"], **event["data"]}


def test_a_payment_that_succeeded_is_noted(keeper: Listener) -> None:
    with keeper.handling("PaymentSucceeded"):
        assert noted(keeper)["price"] == {"amount": 4900, "currency": "EUR"}


def test_a_declined_attempt_is_noted_with_its_code(keeper: Listener) -> None:
    with keeper.handling("PaymentFailed"):
        assert noted(keeper)["declineCode"] == "expired_card"


def test_a_declined_attempt_may_have_no_code(keeper: Listener) -> None:
    with keeper.handling("PaymentFailed without a declineCode"):
        assert noted(keeper)["declineCode"] is None
