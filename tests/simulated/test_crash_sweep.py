"""The payment-service dies at every commit and every call of a purchase, and everything still ends right."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reference.storage.unit_of_work import SqlUnitOfWork
from simulators.check.crash_points import Moment
from simulators.check.crash_purchase import FLOWS, CrashFlow
from simulators.check.crashes import CrashStage
from simulators.judge.verdict import must_hold
from simulators.kit.faults.links import Crash, LinkLostAnswer
from simulators.world.inside import Inside
from simulators.world.topology import PAYMENT
from tests.simulated.conftest import come_to_rest

BEFORE, AFTER = "before a commit", "after a commit"
each_flow = pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.id)


class Commits:
    """Counts the commits of the service, and dies at some."""

    def __init__(self) -> None:
        self.count, self.die_at = 0, dict[int, str]()

    @contextmanager
    def watched(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Commits]:
        original = SqlUnitOfWork.commit

        def commit(unit: SqlUnitOfWork) -> bool:
            where = self.die_at.get(self.count)
            self.count += 1
            if where == BEFORE:
                raise Crash
            is_committed = original(unit)
            if where == AFTER:
                raise Crash
            return is_committed

        with monkeypatch.context() as patch:
            patch.setattr(SqlUnitOfWork, "commit", commit)
            yield self


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> Iterator[Commits]:
    with Commits().watched(monkeypatch) as commits:
        yield commits


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[CrashStage]:
    with Inside(tmp_path) as world:
        yield CrashStage(world)
        come_to_rest(world)


@each_flow
@pytest.mark.fault(7, 11)
def test_a_crash_at_any_call_costs_nothing_but_time(flow: CrashFlow, stage: CrashStage) -> None:
    points = stage.points(flow)
    assert {each.moment for each in points} == {*Moment}
    assert len(points) > 12, "the sweep must find what there is to die at"
    stage.sweep(flow, points)
    come_to_rest(stage.world)
    must_hold(stage.world)


@each_flow
@pytest.mark.fault(7, 11)
def test_a_crash_at_any_commit_costs_nothing_but_time(
    flow: CrashFlow, stage: CrashStage, commits: Commits, subtests: pytest.Subtests
) -> None:
    commits.count = 0
    stage.live_through(flow)
    for number in range(commits.count):
        for where in (BEFORE, AFTER):
            with subtests.test(flow=flow.id, number=number, where=where):
                commits.count, commits.die_at = 0, {number: where}
                stage.live_through(flow)
    commits.die_at = {}


@each_flow
@pytest.mark.fault(7)
def test_an_answer_that_is_lost_anywhere_costs_nothing_but_time(flow: CrashFlow, stage: CrashStage) -> None:
    world = stage.world
    assert isinstance(world, Inside)
    for number in range(sum(each.moment is Moment.ARRIVES for each in stage.live_through(flow))):
        world.network.faults.add(LinkLostAnswer(caller=PAYMENT, skip=number, times=1))
        stage.live_through(flow)


def test_the_sweep_would_see_a_service_without_idempotency_keys(
    stage: CrashStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard is seen failing: a new key for each attempt makes a second intent."""
    once = "reference.gateways.stripe_gateway._once"
    monkeypatch.setattr(once, lambda key, outgoing, act, _: act(f"{key}:{outgoing.attempts}"))
    flow = CrashFlow("course", "bought")
    with pytest.raises(AssertionError, match=r"killed at the 1st POST /v1/payment_intents, once it is done.*\n*.*I4"):
        stage.sweep(flow, [each for each in stage.points(flow) if each.moment is Moment.DONE])
