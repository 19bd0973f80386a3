"""What was said becomes rows: folded, crossed, marked, with pauses between; and two runs are told apart."""

from __future__ import annotations

from simulators.diagram.sequence import Sequence, mark_difference, sequence
from simulators.world.recorder import Exchange

PAYMENT, STRIPE, LEARNING = "payment-service", "stripe", "learning-service"


def said(answer: str = "200", at: str = "09:00:00", **changes: str) -> Exchange:
    about = {
        "caller": STRIPE,
        "callee": PAYMENT,
        "method": "POST",
        "path": "/webhooks/stripe",
        "message": "paid",
        "message_id": "e1",
    }
    return Exchange(at=f"2026-09-01T{at}+00:00", answer=answer, **about | changes)


def drawn(*exchanges: Exchange, lost: list[dict[str, str]] | None = None) -> Sequence:
    return sequence(enumerate(exchanges), {0: {"amount": "4900"}}, lost or [])


def test_a_retry_is_folded_into_what_it_retries() -> None:
    (step,) = drawn(said("no answer"), said("503"), said("200")).steps
    assert (step.answers, step.outcome) == (["no answer", "503", "200"], "no answer → 503 → 200")
    assert step.words == "09:00:00 stripe → payment-service: paid, 3 times: no answer → 503 → 200"
    assert not step.is_lost


def test_the_same_message_again_is_marked_and_not_folded() -> None:
    first, second = drawn(said(), said()).steps
    assert (first.again, second.again, second.style) == (False, True, "news again")


def test_what_was_never_answered_or_never_sent_is_lost() -> None:
    unanswered = drawn(said("no answer")).steps[0]
    never = drawn(
        said(at="09:00:01"), lost=[{"at": "2026-09-01T09:00:00+00:00", "sender": STRIPE, "event": "gone"}]
    ).steps
    assert unanswered.is_lost
    assert [(step.said, step.is_lost) for step in never] == [("gone", True), ("paid", False)]
    assert never[0].words.endswith("gone: it never arrives")


def test_what_is_lost_while_time_stands_still_comes_after_what_caused_it() -> None:
    steps = drawn(said(), lost=[{"at": "2026-09-01T09:00:00+00:00", "sender": STRIPE, "event": "gone"}]).steps
    assert [step.said for step in steps] == ["paid", "gone"]


def test_an_answer_that_is_awaited_is_not_lost() -> None:
    assert not drawn(said("")).steps[0].is_lost


def test_a_pause_has_a_row_of_its_own() -> None:
    pause = drawn(said(), said(at="09:15:00", message_id="e2")).steps[1]
    assert (pause.pause, pause.words) == ("15 min", "15 min pass")


def test_commands_are_solid_and_news_are_dashed() -> None:
    command = said(message="CREATE_ENROLLMENT_RECORD", caller=PAYMENT, callee=LEARNING, message_id="c1")
    assert [step.style for step in drawn(command, said()).steps] == ["call", "news"]


def test_to_look_is_no_step() -> None:
    look = said(caller="student", method="GET", message="", path="/sagas/saga_1")
    assert drawn(look).steps == []


def test_only_who_takes_part_has_a_lane() -> None:
    both = drawn(said(), said(caller=PAYMENT, callee=LEARNING))
    assert both.lanes == [STRIPE, PAYMENT, LEARNING]
    assert [both.x(lane) for lane in both.lanes] == sorted(both.x(lane) for lane in both.lanes)
    assert both.steps[0].payload == {"amount": "4900"}


def test_the_first_difference_of_two_runs_is_marked() -> None:
    one, other = drawn(said(), said(message_id="e2")), drawn(said(), said(message="failed", message_id="e3"))
    mark_difference(one, other)
    assert [[step.differs for step in run.steps] for run in (one, other)] == [[False, True], [False, True]]


def test_a_run_that_says_more_differs_in_what_it_says_more() -> None:
    one, other = drawn(said()), drawn(said(), said(message_id="e2"))
    mark_difference(one, other)
    assert [[step.differs for step in run.steps] for run in (one, other)] == [[False], [False, True]]


def test_equal_runs_have_no_difference() -> None:
    one, other = drawn(said()), drawn(said(message_id="another"))
    mark_difference(one, other)
    assert not one.steps[0].differs
    assert not other.steps[0].differs
