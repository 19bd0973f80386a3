"""What is left of a failing storm is what it takes, and no more."""

from __future__ import annotations

from simulators.check.storms import Storm, brew
from simulators.explore.shrinking import leave_out, make_smaller, shrink_by

STORM = brew(1, purchases=6, faults=8)


def test_halves_are_left_out_before_single_things() -> None:
    assert [list(each) for each in leave_out([1, 2, 3, 4])] == [
        *([], [3, 4], [1, 2]),
        *([2, 3, 4], [1, 3, 4], [1, 2, 4], [1, 2, 3]),
    ]
    assert list(leave_out([])) == []


def test_only_the_purchase_and_the_fault_that_it_takes_are_left() -> None:
    buyer, fault = STORM.purchases[4].student, STORM.faults[2].fault

    def is_broken(storm: Storm) -> bool:
        return any(each.student == buyer for each in storm.purchases) and fault in {each.fault for each in storm.faults}

    small, tries = shrink_by(STORM, is_broken)
    assert [each.student for each in small.purchases] == [buyer]
    assert [(each.fault, each.parameters["times"], each.parameters["probability"]) for each in small.faults] == [
        (fault, 1, 1)
    ]
    assert small.purchases[0].way == "pays"
    assert not small.is_shuffled
    assert 0 < tries < 60


def test_nothing_more_can_be_left_out_of_what_is_small() -> None:
    def is_broken(storm: Storm) -> bool:
        return len(storm.purchases) >= 2 and len(storm.faults) >= 3

    small, _ = shrink_by(STORM, is_broken)
    assert (len(small.purchases), len(small.faults)) == (2, 3)
    assert not any(is_broken(each) for each in make_smaller(small))


def test_what_breaks_at_nothing_smaller_stays_as_it_is() -> None:
    assert shrink_by(STORM, lambda storm: storm == STORM)[0] == STORM


def test_each_smaller_storm_is_smaller() -> None:
    """Otherwise it would go round for ever."""
    seen = [STORM]
    for _ in range(200):
        smaller = next(make_smaller(seen[-1]), None)
        if smaller is None:
            break
        assert smaller not in seen
        seen.append(smaller)
    assert (len(seen[-1].purchases), seen[-1].faults) == (1, [])
