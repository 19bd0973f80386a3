"""Bulkheads: who is slow makes only its own messages wait."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from reference.application.dispatch_queue import ROOM, SHARE, DispatchQueue
from reference.application.ports import OutboxMessage
from reference.domain.payment_messages import LookAtIntent
from tests.unit.reference.builders import create_intent, outgoing


def message(to: str, number: int) -> OutboxMessage:
    return replace(outgoing(create_intent()), to=to, key=f"{to}-{number}")


@pytest.fixture
def queue() -> DispatchQueue:
    return DispatchQueue()


def taken(queue: DispatchQueue) -> list[str]:
    """Take all that can be taken, and finish none of it."""
    found = []
    while each := queue.take(wait=False):
        found.append(each.key)
    return found


def test_messages_are_sent_in_their_order_whoever_gets_them(queue: DispatchQueue) -> None:
    queue.enqueue([message("learning", 1), message("stripe", 2), message("learning", 3)])
    assert taken(queue) == ["learning-1", "stripe-2", "learning-3"]


def test_a_receiver_holds_no_more_than_its_share_of_the_workers(queue: DispatchQueue) -> None:
    queue.enqueue([message("learning", number) for number in range(SHARE * 3)])
    first, *_ = held = [queue.take(wait=False) for _ in range(SHARE)]
    assert first
    assert all(held)
    queue.enqueue([message("stripe", 0)])
    assert taken(queue) == ["stripe-0"], "the others go on"
    queue.finish(first)
    assert taken(queue) == [f"learning-{SHARE}"]


def test_what_moves_money_goes_before_what_only_looks(queue: DispatchQueue) -> None:
    asked = create_intent()
    looks = LookAtIntent(**vars(asked))
    queue.enqueue([replace(outgoing(looks), to="stripe"), message("stripe", 1)])
    assert taken(queue) == ["stripe-1", f"{asked.saga_id}:LookAtIntent"]


def test_what_is_held_is_not_held_twice_and_gets_the_new_lease(queue: DispatchQueue) -> None:
    held = message("stripe", 1)
    claimed = replace(held, attempts=2, leased_until=held.leased_until + timedelta(seconds=20))
    queue.enqueue([held])
    queue.hold([claimed])
    assert queue.take(wait=False) == replace(claimed, attempts=1)
    queue.hold([claimed])
    queue.finish(held)
    assert taken(queue) == []


def test_what_is_asked_for_again_while_it_is_being_sent_is_sent_again(queue: DispatchQueue) -> None:
    first, again = message("stripe", 1), replace(message("stripe", 1), attempts=7)
    queue.enqueue([first])
    assert queue.take(wait=False) == first
    queue.enqueue([again])
    assert queue.take(wait=False) is None, "one at a time"
    queue.finish(first)
    assert queue.take(wait=False) == again


def test_a_lane_has_an_end_and_says_so(queue: DispatchQueue) -> None:
    queue.enqueue([message("learning", number) for number in range(ROOM - 1)])
    assert queue.full_lanes() == []
    queue.enqueue([message("learning", ROOM + number) for number in range(9)])
    assert queue.full_lanes() == ["learning"]
    count = 0
    while each := queue.take(wait=False):
        queue.finish(each)
        count += 1
    assert count == ROOM
    assert queue.full_lanes() == []
