"""A seed is a run: the same trace, byte for byte, and nothing of ours touches the machine on the way."""

from datetime import timedelta
from pathlib import Path

import pytest

from simulators.world.inside import Inside
from simulators.world.topology import PAYMENT, STRIPE


def a_busy_day(directory: Path, seed: int) -> bytes:
    """Three students, faults by chance, services working in an order drawn from the seed; returns the trace."""
    directory.mkdir()
    with Inside(directory, seed=seed, shuffled=True) as world:
        world.learning.create_course("algebra")
        for fault in ("duplicate_delivery", "lost_delivery"):
            world.plant_fault(STRIPE, fault, times=None, probability=0.3)
        world.plant_fault(STRIPE, "server_error_after", times=None, probability=0.2, path="/v1/*")
        sagas = {name: world.student(name).enroll("algebra") for name in ("ada", "ben", "cleo")}
        world.pass_time(timedelta(minutes=5))
        world.take_down(PAYMENT)
        world.bring_back(PAYMENT)
        world.clear_faults()
        world.student("ada").pay(sagas["ada"])
        world.student("ben").try_card(sagas["ben"], "pm_card_visa_chargeDeclined")
        world.pass_time(timedelta(days=1))
        return world.recorder.trace()


def test_the_same_seed_gives_the_same_trace_byte_for_byte(tmp_path: Path) -> None:
    assert a_busy_day(tmp_path / "first", seed=7) == a_busy_day(tmp_path / "second", seed=7)


def test_another_seed_gives_another_trace(tmp_path: Path) -> None:
    assert a_busy_day(tmp_path / "first", seed=7) != a_busy_day(tmp_path / "second", seed=8)


@pytest.mark.usefixtures("sealed")
def test_our_own_code_touches_neither_clock_nor_chance_nor_network(tmp_path: Path) -> None:
    assert b"PaymentSucceeded" in a_busy_day(tmp_path / "sealed", seed=9)
