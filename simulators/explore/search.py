"""The search: storms in batches, each steered by what earlier ones have not seen, until a promise breaks.

Which storms are played depends on the first seed only, not on who plays them, nor on how fast: a batch is steered by
all batches but the two before it, which may still be played then.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, count, islice

from simulators.check.subject import Subject
from simulators.explore.coverage import Coverage
from simulators.explore.playing import StormResult, play_specs
from simulators.explore.shrinking import SmallStorm, shrink
from simulators.explore.spec import StormSpec
from simulators.explore.workers import Pending, Workers
from simulators.kit.json_types import Json
from simulators.kit.seams import Clock

BATCH, PIECE = 16, 4  # So many storms are steered at once; so many a worker takes at once.
AHEAD = 2
STEERED = 2  # Every second storm goes where nobody was; the others go anywhere.


@dataclass(frozen=True)
class Plan:
    """Which storms to play: from a seed to a seed, or until an instant, and of which size."""

    first: int
    last: int | None
    until: datetime | None
    purchases: int
    faults: int
    stops_first: bool = True
    is_steered: bool = True


@dataclass
class SearchResult:
    """What the search has found so far; `small` are the failing storms made small, by the promise they break."""

    storms: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    strikes: Counter[str] = field(default_factory=Counter)
    coverage: Coverage = field(default_factory=Coverage)
    failures: list[StormResult] = field(default_factory=list)
    small: dict[str, SmallStorm] = field(default_factory=dict)

    def add(self, result: StormResult) -> None:
        """Count one storm."""
        self.storms += 1
        self.outcomes.update(result.outcomes)
        self.strikes.update(result.strikes)
        self.coverage.add(result.sightings)
        if result.broken:
            self.failures.append(result)

    def to_json(self) -> Json:
        """Return it for programs: nothing that depends on who played the storms."""
        small = {
            name: {"storm": each.storm.to_json(), "tries": each.tries} for name, each in sorted(self.small.items())
        }
        about: Json = {"storms": self.storms, "held": not self.failures, "broken": self._count_broken(), "small": small}
        about |= {"outcomes": dict(sorted(self.outcomes.items())), "strikes": dict(sorted(self.strikes.items()))}
        return about | {"coverage": self.coverage.to_json()}

    def _count_broken(self) -> Json:
        return dict(sorted(Counter(chain.from_iterable(each.broken for each in self.failures)).items()))


class Search:
    """One search; `tell` hears of every storm, in the order of the seeds."""

    def __init__(
        self, subject: Subject, plan: Plan, workers: Workers, clock: Clock, tell: Callable[[StormResult], None]
    ) -> None:
        self._subject, self._plan, self._workers, self._clock, self._tell = subject, plan, workers, clock, tell
        self.result = SearchResult()
        self._pending: deque[list[Pending[list[StormResult]]]] = deque()

    def run(self) -> SearchResult:
        """Play storms until the plan is done or a promise breaks, then make small what failed."""
        try:
            for batch in chain(self._batches(), [[]] * AHEAD):
                self._pending.append(batch)
                if len(self._pending) > AHEAD and not self._absorb():
                    break
        finally:
            for each in chain.from_iterable(self._pending):
                each.cancel()
        self._shrink()
        return self.result

    def _batches(self) -> Iterator[list[Pending[list[StormResult]]]]:
        seeds = count(self._plan.first)
        if self._plan.last is not None:
            seeds = iter(range(self._plan.first, self._plan.last + 1))  # type: ignore[assignment]
        while not self._is_late() and (batch := list(islice(seeds, BATCH))):
            specs = [self._spec(seed) for seed in batch]
            pieces = [specs[start : start + PIECE] for start in range(0, len(specs), PIECE)]
            yield [self._workers.submit(play_specs, piece, self._subject) for piece in pieces]

    def _spec(self, seed: int) -> StormSpec:
        plan = self._plan
        is_steered = plan.is_steered and seed % STEERED == 1
        return StormSpec(seed, plan.purchases, plan.faults, self.result.coverage.wish() if is_steered else ())

    def _absorb(self) -> bool:
        """Take in the oldest batch; False when it is time to stop."""
        pieces = deque(self._pending.popleft())
        self._pending.appendleft([])
        while pieces:
            for result in pieces.popleft().result():
                self.result.add(result)
                self._tell(result)
                if self._is_late() or (result.broken and self._plan.stops_first):
                    self._pending[0] = list(pieces)
                    return False
        self._pending.popleft()
        return True

    def _is_late(self) -> bool:
        return self._plan.until is not None and self._clock.now() >= self._plan.until

    def _shrink(self) -> None:
        """Make small the first storm for each promise; of the storm that stopped us only the first promise."""
        firsts: dict[str, StormResult] = {}
        for failure in self.result.failures:
            for name in failure.broken[:1] if self._plan.stops_first else failure.broken:
                firsts.setdefault(name, failure)
        small = {
            name: self._workers.submit(shrink, each.spec.brew(), name, self._subject) for name, each in firsts.items()
        }
        self.result.small = {name: each.result() for name, each in small.items()}
