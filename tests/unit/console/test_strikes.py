"""Which faults struck a saga, seen from outside."""

from __future__ import annotations

from typing import Any

import pytest

from simulators.console.strikes import strikes
from simulators.world.recorder import Exchange

AT = "2030-01-01T10:00:0{}+00:00"


def heard(answer: str, caller: str = "stripe", at: int = 0, message_id: str | None = "evt_1") -> Exchange:
    return Exchange(
        AT.format(at), caller, "payment-service", "POST", "/x", answer, "payment_intent.succeeded", message_id
    )


def delivery(status: str, created: int = 0, tried: int | None = 0, error: str | None = None, **more: Any) -> Any:
    attempts = [] if tried is None else [{"at": AT.format(tried), "status": 200, "error": error}]
    about = {"sender": "stripe", "event": "payment_intent.succeeded", "about": "evt_1"} | more
    return {"status": status, "created": AT.format(created), "attempts": attempts, **about}


@pytest.mark.parametrize(
    ("exchange", "fault"),
    [
        (heard("no answer"), 11),
        (heard("timeout"), 8),
        (heard("429"), 10),
        (heard("500"), 9),
        (heard("400"), 27),
    ],
)
def test_an_answer_tells_the_fault(exchange: Exchange, fault: int) -> None:
    (found,) = strikes([(7, exchange)], [])
    assert (found.fault, found.exchange, found.said) == (fault, 7, "payment_intent.succeeded")


@pytest.mark.parametrize(
    "exchange", [heard("200"), heard(""), heard("404", "learning-service"), heard("500", "student")]
)
def test_what_is_no_fault_is_not_told(exchange: Exchange) -> None:
    assert strikes([(0, exchange)], []) == []


@pytest.mark.parametrize(("caller", "fault"), [("stripe", 2), ("learning-service", 14)])
def test_what_arrives_twice_is_told_once(caller: str, fault: int) -> None:
    exchanges = [(0, heard("200", caller)), (1, heard("200", caller, at=1))]
    assert [(each.fault, each.exchange) for each in strikes(exchanges, [])] == [(fault, 1)]


def test_a_try_after_a_failure_is_no_second_arrival() -> None:
    assert [each.fault for each in strikes([(0, heard("500")), (1, heard("200", at=1))], [])] == [9]


@pytest.mark.parametrize(("sender", "fault"), [("stripe", 1), ("learning-service", 15)])
def test_what_never_arrives_is_lost(sender: str, fault: int) -> None:
    (found,) = strikes([], [delivery("LOST", tried=None, sender=sender)])
    assert (found.fault, found.event, found.name) == (fault, "evt_1", found.name)


def test_an_answer_that_nobody_heard_is_told() -> None:
    assert [each.fault for each in strikes([], [delivery("PENDING", error="IgnoredAnswer")])] == [36]


def test_what_is_overtaken_by_younger_news_is_out_of_order() -> None:
    late, younger = delivery("DELIVERED", created=0, tried=5), delivery("DELIVERED", created=1, tried=1)
    assert [each.fault for each in strikes([], [younger, late])] == [4]
    assert strikes([], [late]) == []
