from __future__ import annotations

import pytest

from reference.tracing import (
    Activity,
    StepTrace,
    TraceContext,
    active,
    current_activity,
    first_step,
    load_trace,
    read_trace,
)

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
GOOD = f"00-{TRACE}-{SPAN}-01"


@pytest.mark.parametrize(
    ("sent", "flags"),
    [
        (GOOD, 1),
        (f"00-{TRACE}-{SPAN}-00", 0),
        (f"00-{TRACE}-{SPAN}-03", 3),
        (f"00-{TRACE}-{SPAN}-ff", 3),
        (f" {GOOD}\t", 1),
        (f"01-{TRACE}-{SPAN}-01", 1),
        (f"cc-{TRACE}-{SPAN}-01-what-the-future-brings", 1),
        (f"fe-{TRACE}-{SPAN}-01-", 1),
    ],
)
def test_a_traceparent_is_read_and_passed_on_in_the_version_that_we_know(sent: str, flags: int) -> None:
    assert read_trace(sent) == TraceContext(TRACE, SPAN, flags)
    assert str(read_trace(sent)) == f"00-{TRACE}-{SPAN}-{flags:02x}"


@pytest.mark.parametrize(
    "sent",
    [
        *(None, 7, "", "00", ["00"], {}, "00-1", GOOD[:-1], GOOD + "0", GOOD + "-", GOOD + "-00", f"{GOOD},{GOOD}"),
        *(GOOD.upper(), f"ff-{TRACE}-{SPAN}-01", f"0-{TRACE}-{SPAN}-01", f"0x-{TRACE}-{SPAN}-01"),
        *(f"00-{'0' * 32}-{SPAN}-01", f"00-{TRACE}-{'0' * 16}-01", f"00-{TRACE[:-1]}g-{SPAN}-01"),
        *(f"00-{TRACE}-{SPAN}-0x", f"00-{TRACE}-{SPAN}-1", f"cc-{TRACE}-{SPAN}-01.x", f"00_{TRACE}_{SPAN}_01"),
        *(GOOD + "\n", "\n" + GOOD, GOOD + "\0", GOOD.replace("0", "\u0660")),
    ],
)
def test_what_is_no_traceparent_is_ignored(sent: object) -> None:
    assert read_trace(sent, "a=1") is None


@pytest.mark.parametrize(
    ("sent", "passed_on"),
    [
        ("congo=t61rcWkgMzE", "congo=t61rcWkgMzE"),
        ("a=1, b@c=2\t,,  d/e= x", "a=1,b@c=2,d/e= x"),
        ("", ""),
        (None, ""),
        (["a=1"], ""),
        ("a=1,a=2", ""),
        ("A=1", ""),
        ("a", ""),
        ("a=1,b", ""),
        ("a=b=c", ""),
        ("a=\x07", ""),
        ("a=ü", ""),
        (",".join(f"k{n}=1" for n in range(32)), ",".join(f"k{n}=1" for n in range(32))),
        (",".join(f"k{n}=1" for n in range(33)), ""),
        (f"a={'x' * 256},b={'x' * 256}", ""),
    ],
)
def test_a_tracestate_is_passed_on_whole_or_not_at_all_and_the_trace_is_read_without_it(
    sent: object, passed_on: str
) -> None:
    read = read_trace(GOOD, sent)
    assert read == TraceContext(TRACE, SPAN, state=passed_on)
    assert read.attributes == {"traceparent": GOOD} | ({"tracestate": passed_on} if passed_on else {})
    assert load_trace(str(read)) == read


@pytest.mark.parametrize("stored", [None, "", " ", "odd", b"odd", 7])
def test_a_row_that_says_nothing_belongs_to_no_trace(stored: object) -> None:
    assert load_trace(stored) is None


def test_ids_follow_from_the_saga_and_from_what_was_done() -> None:
    first = first_step("saga_1")
    assert first == first_step("saga_1")
    assert first.trace_id != first_step("saga_2").trace_id
    assert read_trace(first.attributes["traceparent"]) == first
    assert first.child("a") == first.child("a") != first.child("b")
    assert first.child("a", "b") != first.child("a b")
    assert {first.child("a").trace_id, first_step("saga_1").trace_id} == {first.trace_id}


def test_a_saga_begins_the_trace_unless_somebody_else_has() -> None:
    assert StepTrace().of("saga_1") == first_step("saga_1")
    led = StepTrace(Activity(TraceContext(TRACE, SPAN, 0, "a=1")))
    assert led.of("saga_1") == TraceContext(TRACE, first_step("saga_1").span_id, 0, "a=1")
    assert led.origin("saga_1") == (SPAN, ())


def test_a_trace_that_begins_here_is_recorded_only_if_it_is_sampled() -> None:
    assert StepTrace(samples=lambda _: False).of("saga_1").flags == 0
    led = StepTrace(Activity(TraceContext(TRACE, SPAN)), samples=lambda _: False)
    assert led.of("saga_1").flags == 1


def test_a_step_goes_on_where_the_saga_was_left_and_is_linked_to_it() -> None:
    step = StepTrace(key="the webhook")
    step.find(GOOD)
    assert step.of("saga_1") == TraceContext(TRACE, SPAN).child("the webhook")
    assert step.origin("saga_1") == (first_step("saga_1").span_id, (TraceContext(TRACE, SPAN),))


def test_what_came_from_another_trace_is_linked_and_what_came_from_ours_is_the_parent() -> None:
    ours, other = TraceContext(TRACE, "1" * 16), first_step("somebody else")
    for led_by, origin in (
        (other, (first_step("saga_1").span_id, (TraceContext(TRACE, SPAN), other))),
        (ours, ("1" * 16, ())),
    ):
        step = StepTrace(Activity(led_by))
        step.find(GOOD)
        assert step.of("saga_1").trace_id == TRACE
        assert step.origin("saga_1") == origin


def test_a_thread_is_about_nothing_once_it_is_done() -> None:
    current_activity().concern("e1", {"saga_id": "saga_1"})
    assert current_activity() == Activity()
    with active(Activity()) as activity:
        current_activity().concern("e1", {"saga_id": "saga_1", "payment_id": None})
        current_activity().concern("", {"payment_id": "pay_1"})
        assert activity == Activity(event_id="e1", saga_id="saga_1", payment_id="pay_1")
    assert current_activity() == Activity()
