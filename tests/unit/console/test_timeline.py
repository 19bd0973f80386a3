"""A saga's time as bars: how long each step took by both clocks, where it waited, and what was tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from reference.sagas.enroll_in_course import EnrollInCourseSaga
from reference.web.flows import describe_flow
from simulators.console.causes import causes_of
from simulators.console.timeline import Timeline, TimelineRow
from simulators.world.payload import KEY
from simulators.world.recorder import Exchange

FLOW = describe_flow(EnrollInCourseSaga)
START, WALL = datetime(2030, 1, 1, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC)
LATER = timedelta(minutes=5)


def exchange(after: timedelta, caller: str, callee: str, said: str, answer: str = "200", **more: Any) -> Exchange:
    named = {"message": None if "/" in said else said} | more
    method, _, path = said.partition(" ") if "/" in said else ("POST", "", "/events")
    return Exchange((START + after).isoformat(), caller, callee, method, path, answer, **named)


MOMENT = timedelta(milliseconds=10)
EXCHANGES = list(
    enumerate(
        [
            exchange(MOMENT * 0, "student", "learning-service", "POST /courses/algebra/enroll"),
            exchange(MOMENT * 1, "learning-service", "payment-service", "EnrollInCourseInitiated"),
            exchange(MOMENT * 2, "payment-service", "learning-service", "GET /courses/algebra"),
            exchange(MOMENT * 3, "payment-service", "stripe", "POST /v1/payment_intents", "500"),
            exchange(MOMENT * 3 + timedelta(seconds=2), "payment-service", "stripe", "POST /v1/payment_intents"),
            exchange(LATER, "payment-service", "stripe", "GET /v1/payment_intents/pi_1"),
        ]
    )
)
PAYLOADS = {3: {KEY: "one"}, 4: {KEY: "one"}}
WALLS = {number: WALL + timedelta(milliseconds=100) * number for number, _ in EXCHANGES}


def saga(*history: tuple[timedelta, str], outcome: str | None = None) -> dict[str, Any]:
    entries = [{"at": (START + at).isoformat(), "message": name, "text": ""} for at, name in history]
    return {"state": "", "outcome": outcome, "history": entries}


PAID = saga((MOMENT, "EnrollInCourseInitiated"), (MOMENT * 2, "CourseVerified"), (LATER + MOMENT, "PaymentSucceeded"))


def lanes(flow: Any = FLOW, now: timedelta = LATER + MOMENT) -> dict[str, TimelineRow]:
    times = (START + now, WALL + timedelta(seconds=1))
    return {each.name: each for each in Timeline(EXCHANGES, PAYLOADS, WALLS, times).rows(flow, PAID)}


def test_there_is_a_lane_for_each_state_with_its_place_in_the_history() -> None:
    found = [(each.name, each.entry) for each in lanes().values() if each.entry is not None]
    assert found == [("VERIFYING_COURSE", 0), ("AWAITING_PAYMENT", 1), ("ENROLLING", 2)]


def test_a_wait_is_apart_from_work_and_says_how_long_it_was() -> None:
    spans = lanes()["AWAITING_PAYMENT"].spans
    assert [each.waits for each in spans] == ["", "2.0 s", "4 min 57 s", ""]
    assert spans[2].width > spans[1].width > spans[0].width > 0
    assert lanes()["AWAITING_PAYMENT"].waited == "2.0 s, 4 min 57 s"


def test_bars_join_and_end_where_the_page_does() -> None:
    states = [each for each in lanes().values() if each.entry is not None]
    for one, other in pairwise(states):
        assert abs(one.spans[-1].x + one.spans[-1].width - other.spans[0].x) < 0.1
    assert abs(states[-1].spans[-1].x + states[-1].spans[-1].width - 100) < 0.1


def test_attempts_of_the_same_are_numbered_and_tell_what_came_of_them() -> None:
    attempts = lanes()["POST /payment_intents"].attempts
    assert [(each.number, each.answer, each.exchange, each.is_good) for each in attempts] == [
        (1, "500", 3, False),
        (2, "200", 4, True),
    ]


def test_both_clocks_are_told() -> None:
    lane = lanes()["AWAITING_PAYMENT"]
    assert (lane.took, lane.wall) == ("4 min 59 s", "800 ms")


def test_what_still_goes_on_lasts_until_now() -> None:
    waiting = lanes(now=LATER + timedelta(hours=1))["ENROLLING"]
    assert waiting.spans[-1].waits == "59 min 59 s"
    assert waiting.took == "59 min 59 s"


def test_a_service_without_flows_is_shown_by_what_it_heard() -> None:
    assert [*lanes(None)][:2] == ["EnrollInCourseInitiated", "CourseVerified"]


def test_nothing_said_is_no_lane() -> None:
    assert Timeline([], {}, {}, (START, WALL)).rows(FLOW, PAID) == []


def test_each_entry_of_the_history_has_the_exchange_that_brought_it() -> None:
    assert causes_of(PAID["history"], EXCHANGES) == [1, 2, 5]


def test_a_deadline_is_brought_by_nothing_that_was_said() -> None:
    overdue = saga((timedelta(hours=1), "DeliveryOverdue"))
    assert causes_of(overdue["history"], EXCHANGES) == [None]


def test_a_webhook_goes_before_a_look_and_a_refused_one_does_not_count() -> None:
    def webhook(answer: str) -> tuple[int, Exchange]:
        return 6, exchange(MOMENT * 5, "stripe", "payment-service", "payment_intent.succeeded", answer)

    heard = saga((MOMENT * 6, "PaymentSucceeded"))["history"]
    asked = (7, exchange(MOMENT * 5, "payment-service", "stripe", "GET /v1/payment_intents/pi_1"))
    assert causes_of(heard, [webhook("200"), asked]) == [6]
    assert causes_of(heard, [webhook("400"), asked]) == [7]
