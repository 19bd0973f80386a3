"""A whole purchase with all services touches the machine only through the seams, and two runs of a seed are one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from simulators.world.inside import Inside
from simulators.world.plan import PAYMENT


def _story(directory: Path, seed: int) -> bytes:
    """Bought, declined and then bought, never paid; with a restart between. Returns what travelled."""
    directory.mkdir()
    with Inside(directory, seed=seed) as world:
        world.learning.course("algebra")
        ada, bob, eve = (world.student(name) for name in ("ada", "bob", "eve"))
        sagas = [each.enroll("algebra") for each in (ada, bob, eve)]
        ada.pays(sagas[0])
        bob.tries(sagas[1], "pm_card_visa_chargeDeclined")
        world.take_down(PAYMENT)
        world.bring_back(PAYMENT)
        bob.pays(sagas[1])
        world.pass_time(timedelta(hours=2))
        outcomes = [each.saga(saga)["outcome"] for each, saga in zip((ada, bob, eve), sagas, strict=True)]
        assert outcomes == ["COMPLETED", "COMPLETED", "EXPIRED"]
        return world.recorder.trace()


def test_a_purchase_touches_the_machine_only_through_the_seams(sealed: None, tmp_path: Path) -> None:
    assert _story(tmp_path / "world", seed=7)


def test_two_runs_of_a_seed_are_the_same_byte_for_byte(tmp_path: Path) -> None:
    assert _story(tmp_path / "one", seed=7) == _story(tmp_path / "two", seed=7)
    assert _story(tmp_path / "other", seed=8) != _story(tmp_path / "again", seed=7)
