"""All orders in which the messages of one purchase can be delivered, each once: the end must always be the same.

Two steps can change places without a difference when they touch no service in common; such orders are tried once. It is
a depth-first search that plays each order in a new world, with sleep sets: what was tried at a turning point is left
alone until a step comes that it might depend on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from simulators.check.purchases import Purchase
from simulators.check.storms import PRICES, Storm
from simulators.check.subject import Subject
from simulators.explore.stepping import Footprint, PurchaseSteps
from simulators.judge.verdict import broken_promises, judge
from simulators.kit.json_types import Json
from simulators.world.inside import Inside

PRICE = PRICES[0]


def case(kind: str, thing: str, way: str) -> Storm:
    """Return a storm of one purchase in which nothing goes wrong."""
    purchase = Purchase("ada", kind, thing, 0, 10, way)
    return Storm(0, [purchase], [], dict.fromkeys(("sure", "fickle", "draft"), PRICE), is_shuffled=False)


# What is bought, and what becomes of it; where a student pays and cancels, the order decides how it ends.
CASES = {
    "a course, bought": case("course", "sure", "pays"),
    "a session, bought": case("session", "sure", "pays"),
    "a course, paid and refused": case("course", "fickle", "pays"),
    "a session, paid and refused": case("session", "fickle", "pays"),
    "a course, cancelled": case("course", "sure", "cancels"),
    "a session, cancelled": case("session", "sure", "cancels"),
    "a course, paid and cancelled": case("course", "sure", "pays and cancels"),
}
ORDER_DECIDES = {"pays and cancels"}


@dataclass
class TurningPoint:
    """A moment of one order: what could be done, what was, and what would be no other order."""

    can: list[str]
    asleep: dict[str, Footprint]
    tried: dict[str, Footprint] = field(default_factory=dict)
    taken: str = ""

    def awake(self) -> list[str]:
        """Return what is still to be tried here."""
        return [each for each in self.can if each not in self.asleep and each not in self.tried]


@dataclass
class Orders:
    """What came of one purchase in all orders; `is_all` is False when the bound was met before."""

    name: str
    may_differ: bool  # Whether the order may decide how it ends.
    tried: int = 0
    skipped: int = 0
    is_all: bool = True
    endings: dict[str, list[str]] = field(default_factory=dict)  # Each ending, and the first order that led to it.
    broken: dict[str, list[str]] = field(
        default_factory=dict
    )  # Each broken promise, and the first order that broke it.

    @property
    def has_held(self) -> bool:
        """Whether every promise was kept, and the end was always the same where it must be."""
        return not self.broken and (self.may_differ or len(self.endings) <= 1)

    def describe(self) -> Iterator[str]:
        """Yield what came of it, as a person reads it: where it did not hold, by which order."""
        how_many = f"all {self.tried} orders" if self.is_all else f"the first {self.tried} orders"
        yield f"{'✓' if self.has_held else '✗'} {self.name}: {how_many}; {' | '.join(self.endings)}"
        for promise, order in self.broken.items():
            yield f"    ✗ {promise}, by: {', '.join(order)}"
        for ending, order in self.endings.items() if not (self.has_held or self.broken) else ():
            yield f"    {ending}, by: {', '.join(order)}"

    def to_json(self) -> Json:
        """Return it for programs."""
        about: Json = {"purchase": self.name, "held": self.has_held, "orders": self.tried, "all": self.is_all}
        return about | {"endings": self.endings, "broken": self.broken}


def try_orders(name: str, subject: Subject, bound: int) -> Orders:
    """Play one of the cases in every order in which its messages can be delivered, but in no more than so many."""
    storm, path = CASES[name], list[TurningPoint]()
    orders = Orders(name, may_differ=storm.purchases[0].way in ORDER_DECIDES)
    while True:
        ending = _play(path, storm, subject)
        if ending is None:
            orders.skipped += 1
        else:
            orders.tried += 1
            taken = [each.taken for each in path if each.taken]
            for each in ending.broken:
                orders.broken.setdefault(each, taken)
            orders.endings.setdefault(ending.text, taken)
        while path and not path[-1].awake():
            path.pop()
        if not path or orders.tried >= bound:
            orders.is_all = not path
            return orders


@dataclass(frozen=True)
class Ending:
    """How one order ended, as the world shows it, and which promises it broke."""

    text: str
    broken: tuple[str, ...]


def _play(path: list[TurningPoint], storm: Storm, subject: Subject) -> Ending | None:
    """Follow the path to its last turning point, turn, and go on to the end; None: it is an order tried before."""
    with TemporaryDirectory() as folder, Inside(Path(folder), service=subject.factory) as world:
        steps = PurchaseSteps(world, storm)
        for point in path[:-1]:
            steps.take(point.taken)
        if path and not _turn(path[-1], steps):
            return _come_to_end(world, steps, storm) if not path[-1].can else None
        while True:
            point = TurningPoint(steps.possible(), _still_asleep(path[-1]) if path else {})
            path.append(point)
            if not _turn(point, steps):
                return _come_to_end(world, steps, storm) if not point.can else None


def _turn(point: TurningPoint, steps: PurchaseSteps) -> bool:
    """Take the first step here that was not tried yet; False when there is none, or nothing left to do."""
    for name in point.awake():
        footprint = steps.take(name)
        if footprint is None:  # There was nothing to do after all.
            point.can.remove(name)
            continue
        point.taken = name
        point.tried[name] = footprint
        return True
    return False


def _still_asleep(before: TurningPoint) -> dict[str, Footprint]:
    """Return what need not be tried after this turn, since it was before, and the turn makes no difference to it."""
    turn = before.tried[before.taken]
    earlier = before.asleep | {name: each for name, each in before.tried.items() if name != before.taken}
    return {name: each for name, each in earlier.items() if not each & turn}


def _come_to_end(world: Inside, steps: PurchaseSteps, storm: Storm) -> Ending:
    world.pass_time(storm.end)
    broken = tuple(f"I{each.number} {each.invariant.name}" for each in broken_promises(judge(world)))
    return Ending("; ".join(_describe_ending(world, steps.saga_id)), broken)


def _describe_ending(world: Inside, saga_id: str) -> Iterator[str]:
    """Yield what there is at the end: the saga's outcome, the money, what was delivered, what the student was told."""
    saga, intents = world.payment.find_saga(saga_id), world.stripe.intents(saga_id)
    yield str(saga and saga["outcome"])
    refunds = [refund for each in intents for refund in world.stripe.refunds(each["id"])]
    back = sum(each["amount"] for each in refunds if each["status"] == "succeeded")
    yield f"{sum(each['amount_received'] for each in intents)} received, {back} given back"
    deliveries = world.learning.enrollments() + world.communication.sessions(saga_id)
    yield f"{len([each for each in deliveries if each.get('sagaId') == saga_id])} delivered"
    yield f"{len(world.tutors.active_holds(saga_id))} slots kept"
    yield "told: " + (", ".join(sorted(each["kind"] for each in world.communication.notices(saga_id))) or "nothing")
