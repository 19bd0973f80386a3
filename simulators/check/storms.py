"""A storm: many purchases of both kinds at once while all sorts of things go wrong; a seed says which."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from functools import partial
from random import Random
from typing import Self

from simulators.check.purchases import COURSE, SESSION, THINGS, WILD_WAYS, Purchase, draw_purchase
from simulators.check.storm_faults import EVERYBODY, KINDS, SILENCE, SILENT_STORMS, StormFault, draw_crash, draw_fault
from simulators.judge.evidence import Evidence, saga_of
from simulators.judge.gathering import gather, remember_outcomes
from simulators.judge.verdict import must_hold
from simulators.kit.json_types import Json
from simulators.world.inside import Inside
from simulators.world.topology import COMMUNICATION, LEARNING, PAYMENT, TUTORS
from simulators.world.world import World

PRICES = (1999, 113, 820, 4900, 1001, 333)  # Not all of them survive being counted in parts of a whole.
# What a wild storm has more of, each by its chance: for a purchase, and for all of them.
WILD_PURCHASES, TWO_TABS, CRASHES = 0.2, 0.15, 0.3
# What is refused although it seemed that it can be had, by whom, and by which fault.
REFUSALS = {
    (COURSE, "fickle"): (LEARNING, "rejected_enrollment", "courseId"),
    (SESSION, "fickle"): (COMMUNICATION, "rejected_session", "tutorId"),
    (SESSION, "draft"): (TUTORS, "rejected_availability", "tutorId"),
}
REFUSED = {fault for _, fault, _ in REFUSALS.values()}
LONG_ENOUGH, FOR_BANKS = timedelta(days=4), timedelta(days=8)


@dataclass(frozen=True)
class Storm:
    """What is bought, and what goes wrong meanwhile; `is_shuffled` says whether who works next is drawn, too."""

    seed: int
    purchases: list[Purchase]
    faults: list[StormFault]
    prices: dict[str, int]
    is_shuffled: bool = True

    def to_json(self) -> Json:
        """Return it as it is kept and sent."""
        return asdict(self)

    @classmethod
    def from_json(cls, given: Json) -> Self:
        """Return the storm that `to_json` told of; TypeError, KeyError or ValueError when it is none."""
        purchases = [Purchase(**each) for each in given["purchases"]]
        faults = [StormFault(**each) for each in given["faults"]]
        return cls(int(given["seed"]), purchases, faults, dict(given["prices"]), bool(given["is_shuffled"]))

    def break_out(self, world: World) -> None:
        """Furnish the world with what is wanted, and let things go wrong in it from now on."""
        for kind, thing in self._wanted:
            if kind == COURSE:
                world.learning.create_course(thing, amount=self.prices[thing], published=thing != "draft")
            else:
                world.tutors.hire(thing, amount=self.prices[thing])
        self._refuse(world, EVERYBODY)
        for each in self.faults:
            if each.service == PAYMENT and isinstance(world, Inside):
                world.network.faults.plant(each.fault, each.parameters)
            elif each.service != PAYMENT:
                world.plant_fault(each.service, each.fault, **{"times": None} | each.parameters)

    def strikes(self, world: World) -> Counter[str]:
        """Return how often each kind of fault has struck so far; crashes, too."""
        found: Counter[str] = Counter()
        for service in self._troubled:
            found.update({each["fault"]: each["strikes"] for each in world.control(service).faults()})
        if isinstance(world, Inside):
            found.update({each.to_json()["fault"]: each.strikes for each in world.network.faults.all()})
        return +Counter({fault: times for fault, times in found.items() if fault not in REFUSED})

    def calm(self, world: World) -> None:
        """Take all faults away but the refusals, which are no faults."""
        for service in self._troubled:
            world.control(service).clear_faults()
        if isinstance(world, Inside):
            world.network.faults.clear()
        self._refuse(world, self._troubled)

    def _refuse(self, world: World, services: Collection[str]) -> None:
        """Let these services refuse what is to be refused as long as the world is: clearing faults clears this, too."""
        for wanted in self._wanted:
            service, fault, whose = REFUSALS.get(wanted, ("", "", ""))
            if service in services:
                world.plant_fault(service, fault, **{whose: wanted[1], "times": None})

    @property
    def _wanted(self) -> list[tuple[str, str]]:
        return sorted({(each.kind, each.thing) for each in self.purchases})

    @property
    def _troubled(self) -> list[str]:
        """The simulators with faults in them."""
        return sorted({each.service for each in self.faults} - {PAYMENT})

    def has_rival(self, purchase: Purchase) -> bool:
        """Whether somebody else wants the same time of the same tutor, or the same student the same seat."""
        return Counter(each.rivalry for each in self.purchases)[purchase.rivalry] > 1

    @property
    def end(self) -> timedelta:
        """How long it takes until everything must have ended."""
        return LONG_ENOUGH + (FOR_BANKS if any(each.is_by_bank for each in self.purchases) else timedelta(0))

    @contextmanager
    def explain(self, replay: str) -> Iterator[None]:
        """Tell whoever sees this fail what it was, and how to see it again."""
        try:
            yield
        except Exception as failure:
            what = "".join(f"\n  {each}" for each in self.faults)
            failure.add_note(f"seed {self.seed}, {len(self.purchases)} purchases, with{what}\nagain: {replay}")
            raise


def brew(seed: int, purchases: int, faults: int = 8) -> Storm:
    """Draw a storm: some kinds of faults and not others, since those hide each other."""
    randomness, more = Random(seed), Random(f"{seed}/more")  # noqa: S311 - repeatable on purpose
    kinds = randomness.sample(sorted(KINDS), faults)
    wanted = [draw_purchase(randomness, f"student{number}") for number in range(purchases)]
    troubles = [draw_fault(randomness, kind) for kind in kinds]
    troubles += SILENCE if more.random() < SILENT_STORMS else []
    return Storm(seed, wanted, troubles, {thing: more.choice(PRICES) for thing in THINGS})


def brew_wild(seed: int, purchases: int, faults: int) -> Storm:
    """Draw a storm in which there are banks that answer late, forgers, second tabs and crashes, too."""
    storm, randomness = brew(seed, purchases, faults), Random(f"{seed}/wild")  # noqa: S311 - repeatable on purpose
    wanted: list[Purchase] = []
    for each in storm.purchases:
        way = randomness.choice(WILD_WAYS) if randomness.random() < WILD_PURCHASES else each.way
        mine = replace(each, way=way)
        if wanted and wanted[-1].kind == COURSE and randomness.random() < TWO_TABS:
            mine = replace(mine, kind=COURSE, student=wanted[-1].student, thing=wanted[-1].thing)
        wanted.append(mine)
    crashes = [draw_crash(randomness)] if randomness.random() < CRASHES else []
    return replace(storm, purchases=wanted, faults=storm.faults + crashes)


def weather(
    world: World,
    storm: Storm,
    do_all: Callable[[Sequence[Callable[[], str]]], list[str]],
    rest: Callable[[timedelta], None],
    struck: Counter[str] | None = None,
) -> Counter[str]:
    """Live through a storm; everybody's purchase must end, and every invariant hold. Returns how many ended how.

    `struck` is filled with how often each kind of fault has struck, also when the storm is not survived.
    """
    storm.break_out(world)
    try:
        sagas = do_all([partial(each.begin, world) for each in storm.purchases])
        rest(timedelta(minutes=5))
        do_all([partial(each.go_on, world, saga_id) for each, saga_id in zip(storm.purchases, sagas, strict=True)])
        rest(timedelta(minutes=5))
    finally:
        if struck is not None:
            struck.update(storm.strikes(world))
    storm.calm(world)
    remember_outcomes(world)  # They are to be final.
    rest(storm.end)
    evidence = gather(world)
    must_hold(world, evidence)
    return Counter(_end(storm, *each, evidence) for each in zip(storm.purchases, sagas, strict=True))


def _end(storm: Storm, purchase: Purchase, saga_id: str, evidence: Evidence) -> str:
    """Return how the purchase ended, which must be as it had to."""
    saga = evidence.sagas.get(saga_id) or {}
    outcome = saga.get("outcome")
    if not outcome:
        raise AssertionError(f"{purchase} is left open: {saga}")
    is_paid = any(saga_of(each) == saga_id and each["status"] == "succeeded" for each in evidence.intents)
    right = purchase.right_endings(has_rival=storm.has_rival(purchase), is_paid=is_paid)
    if outcome not in right:
        raise AssertionError(f"{purchase} must end {' or '.join(sorted(right))}, paid: {is_paid}; but is {saga}")
    return str(outcome)
