"""The payment-service dies at every commit and every call of a purchase, and everything still ends right."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import combinations
from pathlib import Path
from random import Random

import pytest
import requests

from reference.storage.unit_of_work import SqlUnitOfWork
from simulators.clients.student_app import Student
from simulators.judge.verdict import must_hold
from simulators.kit.faults.links import CallerCrash, Crash, LinkFault, LinkLostAnswer
from simulators.stories import tomorrow
from simulators.world.inside import Inside
from simulators.world.topology import PAYMENT
from tests.simulated.conftest import come_to_rest

CALLS: dict[str, Callable[..., LinkFault]] = {
    "before a call": CallerCrash,
    "after a call": partial(CallerCrash, after=True),
    "answer of a call lost": LinkLostAnswer,
}
COMMITS = ("before a commit", "after a commit")
OUTCOMES = {"bought": "COMPLETED", "rejected": "REFUNDED", "expired": "EXPIRED"}
STORIES = [f"{thing} {ending}" for thing in ("course", "session") for ending in OUTCOMES]
MINUTE = timedelta(minutes=1)
PURCHASES_A_WORLD = 8


@dataclass(frozen=True)
class Point:
    """Where the service dies: at the nth call or commit (from 0) since its start, or since its last death."""

    where: str
    n: int


class Commits:
    """Counts the commits of the service, and dies at some."""

    def __init__(self) -> None:
        self.count, self.die_at = 0, dict[int, str]()

    @contextmanager
    def watched(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Commits]:
        original = SqlUnitOfWork.commit

        def commit(unit: SqlUnitOfWork) -> None:
            where = self.die_at.get(self.count)
            self.count += 1
            if where == "before a commit":
                raise Crash
            original(unit)
            if where == "after a commit":
                raise Crash

        with monkeypatch.context() as patch:
            patch.setattr(SqlUnitOfWork, "commit", commit)
            yield self


class Stage:
    """A new world after some purchases: building one takes as long as a purchase, and judging longer with each."""

    def __init__(self, directory: Path, commits: Commits, worlds: ExitStack) -> None:
        self._directory, self._commits, self._worlds = directory, commits, worlds
        self._played = 0

    def live_through(self, story: str, points: Sequence[Point]) -> tuple[int, int]:
        """Play one purchase with crashes, and return how many calls and commits it took."""
        if self._played % PURCHASES_A_WORLD == 0:
            self._build()
        world, calls_before = self._world, self._calls()
        self._played, self._commits.count, self._commits.die_at = self._played + 1, 0, {}
        world.learning.publish("algebra")
        for point in points:
            _plant(world, self._commits, point)
        saga_id = _play(world, story, f"ada{self._played}")
        must_hold(world)
        assert (world.payment.find_saga(saga_id) or {})["outcome"] == OUTCOMES[story.split()[1]]
        return self._calls() - calls_before, self._commits.count

    def _build(self) -> None:
        self._worlds.close()
        self._commits.die_at = {}
        directory = self._directory / str(self._played)
        directory.mkdir()
        self._world = self._worlds.enter_context(Inside(directory))
        self._world.learning.create_course("algebra")
        self._world.tutors.hire("grace")

    def points(self, story: str) -> list[Point]:
        """Return every point that an undisturbed run passes."""
        calls, commits = self.live_through(story, [])
        at_calls = [Point(where, n) for where in CALLS for n in range(calls)]
        return at_calls + [Point(where, n) for where in COMMITS for n in range(commits)]

    def _calls(self) -> int:
        return sum(each.caller == PAYMENT for each in self._world.recorder)


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    with Commits().watched(monkeypatch) as commits, ExitStack() as worlds:
        yield Stage(tmp_path, commits, worlds)


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.fault(7, 11)
def test_a_crash_anywhere_costs_nothing_but_time(story: str, stage: Stage, subtests: pytest.Subtests) -> None:
    points = stage.points(story)
    assert len(points) > 15, "the sweep must find what there is to die at"
    for point in points:
        with subtests.test(story=story, point=point):
            stage.live_through(story, [point])


@pytest.mark.parametrize("story", ["course rejected", "session rejected"])
@pytest.mark.fault(7)
def test_two_crashes_cost_nothing_but_time(story: str, stage: Stage, subtests: pytest.Subtests) -> None:
    pairs = Random(1).sample(list(combinations(stage.points(story), 2)), 15)
    for pair in pairs:
        with subtests.test(story=story, pair=pair):
            stage.live_through(story, pair)


def test_the_sweep_would_see_a_service_without_idempotency_keys(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard is seen failing: a new key for each attempt makes a second intent."""
    once = "reference.gateways.stripe_gateway._once"
    monkeypatch.setattr(once, lambda key, outgoing, act, _: act(f"{key}:{outgoing.attempts}"))
    with pytest.raises(AssertionError, match="I4 one intent"):
        stage.live_through("course bought", [Point("after a call", 1)])


def _plant(world: Inside, commits: Commits, point: Point) -> None:
    if point.where in CALLS:
        world.network.faults.add(CALLS[point.where](caller=PAYMENT, skip=point.n, times=1))
    else:
        commits.die_at[point.n] = point.where


def _play(world: Inside, story: str, student: str) -> str:
    thing, ending = story.split()
    buyer = world.student(student)
    saga_id = buyer.enroll("algebra") if thing == "course" else _booked(world, buyer)
    _ride_out(world)
    secret = buyer.client_secret(saga_id)
    if ending == "rejected":
        _take_away(world, thing)
    if ending != "expired":
        buyer.pay_with_secret(secret)
    _ride_out(world)
    come_to_rest(world)
    _ride_out(world)
    return saga_id


def _booked(world: Inside, buyer: Student) -> str:
    """Click until it is accepted, as a student would whose click dies with the service."""
    at = tomorrow(world)
    for _ in range(3):
        try:
            return buyer.book("grace", at, 60, key="one click")
        except requests.ConnectionError:
            world.bring_back(PAYMENT)
    raise AssertionError("the booking was never accepted")


def _take_away(world: Inside, thing: str) -> None:
    if thing == "course":
        world.learning.unpublish("algebra")
    else:
        world.communication.book_otherwise("grace", tomorrow(world), 60)


def _ride_out(world: Inside) -> None:
    """Start the service again whenever it died, and give it the minute that a lease and a retry may take."""
    for _ in range(3):
        world.pass_time(MINUTE)
        if not world.is_up(PAYMENT):
            world.bring_back(PAYMENT)
