"""The picture of a saga's states, from the table that its service tells."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from reference.sagas.enroll_in_course import EnrollInCourseSaga
from reference.web.flows import describe_flow
from simulators.console.states import moves_of, picture

FLOW = describe_flow(EnrollInCourseSaga)


def saga(state: str, *messages: str) -> dict[str, Any]:
    return {
        "state": state,
        "history": [{"at": f"at {n}", "message": name, "text": ""} for n, name in enumerate(messages)],
    }


REFUNDED = saga(
    "REFUNDED", "EnrollInCourseInitiated", "CourseVerified", "PaymentSucceeded", "EnrollmentRejected", "PaymentRefunded"
)


def test_the_way_is_found_by_the_history() -> None:
    assert [(move.target, move.at) for move in moves_of(FLOW, REFUNDED)] == [
        ("VERIFYING_COURSE", "at 0"),
        ("AWAITING_PAYMENT", "at 1"),
        ("ENROLLING", "at 2"),
        ("REFUNDING", "at 3"),
        ("REFUNDED", "at 4"),
    ]


def test_news_that_move_nothing_are_no_move() -> None:
    declined = saga("AWAITING_PAYMENT", "EnrollInCourseInitiated", "CourseVerified", "PaymentFailed")
    assert len(moves_of(FLOW, declined)) == 2


def test_the_current_state_is_lit_and_what_was_taken_is_on_top() -> None:
    drawn = picture(FLOW, REFUNDED)
    assert [node.name for node in drawn.nodes if node.is_current] == ["REFUNDED"]
    assert [(edge.source, edge.target) for edge in drawn.edges if edge.is_taken][-1] == ("REFUNDING", "REFUNDED")
    assert [edge.is_taken for edge in drawn.edges][-5:] == [True] * 5
    assert {edge.is_back for edge in drawn.edges if edge.target in ("REFUNDING", "REFUNDED")} == {True}


def test_where_all_goes_well_stands_on_the_left_and_no_two_states_on_one_place() -> None:
    drawn = picture(FLOW, REFUNDED)
    left = [node.name for node in drawn.nodes if node.x == 0]
    assert left == ["INITIATED", "VERIFYING_COURSE", "AWAITING_PAYMENT", "ENROLLING", "COMPLETED"]
    places = [(node.x, node.y) for node in drawn.nodes]
    assert len(set(places)) == len(places) == len(FLOW["states"])
    columns = {x: sorted(y for at, y in places if at == x) for x, _ in places}
    assert all(b - a >= 30 for ys in columns.values() for a, b in pairwise(ys))


def test_a_saga_that_has_heard_nothing_is_where_it_begins() -> None:
    drawn = picture(FLOW, saga("INITIATED"))
    assert [node.name for node in drawn.nodes if node.is_current] == ["INITIATED"]
    assert not any(edge.is_taken for edge in drawn.edges)
