"""What was seen is counted, and what was not leads further storms."""

from __future__ import annotations

from simulators.check.purchases import Purchase
from simulators.explore.coverage import Coverage, Situation
from simulators.explore.rare_things import RARE_THINGS
from simulators.explore.sightings import AGAIN, REFUSED, WELL, SagaSightings, Sighting
from simulators.explore.spec import StormSpec

BUYER = Purchase("ada", "course", "sure", 0, 8, "pays")
PAID = Sighting("AWAITING_PAYMENT", "payment_intent.succeeded", "stripe", is_heard=True, trouble=WELL)


def test_a_hole_is_what_was_never_seen_of_a_message_in_a_state() -> None:
    coverage = Coverage()
    coverage.add((SagaSightings(BUYER, (PAID, PAID)),))
    moment = Situation("AWAITING_PAYMENT", "payment_intent.succeeded", "stripe", is_heard=True)
    assert coverage.moments == {moment: {AGAIN: 0, REFUSED: 0, WELL: 2}}
    assert list(coverage.holes()) == [(moment, AGAIN), (moment, REFUSED)]


def test_a_rare_thing_is_counted_when_it_is_seen() -> None:
    coverage = Coverage()
    late = Sighting("CANCELLED", "payment_intent.succeeded", "stripe", is_heard=True, trouble=WELL)
    coverage.add((SagaSightings(BUYER, (late,)),))
    assert coverage.rare == {"paid while being cancelled": 1}
    assert "paid while being cancelled" not in coverage.unseen


def test_what_is_wished_for_leads_to_rare_things_first_and_then_to_holes() -> None:
    coverage = Coverage()
    coverage.add((SagaSightings(BUYER, (PAID,)),))
    wishes = [coverage.wish() for _ in range(len(RARE_THINGS) + 2)]
    assert wishes[: len(RARE_THINGS)] == [each.wishes for each in RARE_THINGS]
    assert wishes[len(RARE_THINGS) :] == [
        ("kind=course", "thing=sure", "way=pays", "fault=duplicate_delivery@stripe"),
        ("kind=course", "thing=sure", "way=pays", "fault=wrong_signature@stripe"),
    ]


def test_every_rare_thing_wishes_for_what_there_is() -> None:
    for each in RARE_THINGS:
        assert StormSpec.parse(f"1/2x2/{'+'.join(each.wishes)}").brew()
