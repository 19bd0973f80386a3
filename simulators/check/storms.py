"""A storm: many purchases of both kinds at once while all sorts of things go wrong; a seed says which."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random

import requests

from simulators.check.storm_faults import KINDS, SILENCE, SILENT_STORMS, StormFault, draw_fault
from simulators.clients.http_client import Refused
from simulators.judge.evidence import gather
from simulators.judge.verdict import must_hold
from simulators.stories import tomorrow
from simulators.world.topology import COMMUNICATION, LEARNING, TUTORS
from simulators.world.world import World

# What a student does, by the cards that are tried.
WAYS = {
    "pays": ["pm_card_visa"],
    "is declined, then pays": ["pm_card_visa_chargeDeclined", "pm_card_visa"],
    "disputes": ["pm_card_createDispute"],
    "cannot be refunded": ["pm_card_refundFail"],
    "leaves when the bank asks": ["pm_card_authenticationRequired"],
    "never pays": [],
    "cancels": [],
    "pays and cancels": ["pm_card_visa"],
}

MAY_WAIT_FOR_A_PERSON = ("disputes", "cannot be refunded")
PRICES = (1999, 113, 820, 4900, 1001, 333)  # Not all of them survive being counted in parts of a whole.
# What is delivered, what is refused once it is paid, and what cannot be bought; each so many times as likely.
THINGS = {"sure": 8, "fickle": 3, "draft": 1}


@dataclass(frozen=True)
class Purchase:
    """What one student wants, and does about it."""

    student: str
    kind: str
    thing: str
    day: int
    hour: int
    way: str

    def begin(self, world: World) -> str:
        """Ask for it; returns the sagaId."""
        if self.kind == "course":
            saga_id = world.learning.announce(self.student, self.thing)
            world.sagas.add(saga_id)
            return saga_id
        at = datetime.fromisoformat(tomorrow(world, self.hour)) + timedelta(days=self.day)
        return world.student(self.student).book(self.thing, at.isoformat(), 60, key="one click")

    def go_on(self, world: World, saga_id: str) -> str:
        """Pay or cancel once it is known whether one can; an AssertionError says that it is not known yet."""
        student = world.student(self.student)
        saga = student.saga(saga_id)
        if not (saga["outcome"] or saga["payment"]):
            raise AssertionError(f"{saga_id} is undecided")
        secret = str((saga["payment"] or {}).get("clientSecret", ""))
        for card in WAYS[self.way] if secret else ():
            _insists(partial(student.pay_with_secret, secret, card))
        if self.way.endswith("cancels"):
            _insists(partial(student.cancel, saga_id))
        return saga_id


@dataclass(frozen=True)
class Storm:
    """What is bought, and what goes wrong meanwhile."""

    seed: int
    purchases: list[Purchase]
    faults: list[StormFault]
    prices: dict[str, int]

    def break_out(self, world: World) -> None:
        """Furnish the world, and let things go wrong in it from now on."""
        for thing in THINGS:
            world.learning.create_course(thing, amount=self.prices[thing], published=thing != "draft")
            world.tutors.hire(thing, amount=self.prices[thing])
        refuse_what_cannot_be_had(world)
        for each in self.faults:
            world.plant_fault(each.service, each.fault, times=None, **each.parameters)

    def has_rival(self, purchase: Purchase) -> bool:
        """Whether somebody else wants the same time of the same tutor."""
        slots = Counter((each.kind, each.thing, each.day, each.hour) for each in self.purchases)
        return purchase.kind == "session" and slots[purchase.kind, purchase.thing, purchase.day, purchase.hour] > 1

    @contextmanager
    def explain(self, replay: str) -> Iterator[None]:
        """Tell whoever sees this fail what it was, and how to see it again."""
        try:
            yield
        except Exception as failure:
            what = "".join(f"\n  {each}" for each in self.faults)
            failure.add_note(f"seed {self.seed}, {len(self.purchases)} purchases, with{what}\nagain: {replay}")
            raise


@dataclass(frozen=True)
class Weathered:
    """What came of a storm: how many sagas ended how, and which faults really struck."""

    outcomes: Counter[str]
    struck: set[str]


def brew(seed: int, purchases: int, faults: int = 8) -> Storm:
    """Draw a storm: some kinds of faults and not others, since those hide each other."""
    randomness, more = Random(seed), Random(f"{seed}/more")  # noqa: S311 - repeatable on purpose
    kinds = randomness.sample(sorted(KINDS), faults)
    wanted = [_purchase(randomness, f"student{number}") for number in range(purchases)]
    troubles = [draw_fault(randomness, kind) for kind in kinds]
    troubles += SILENCE if more.random() < SILENT_STORMS else []
    return Storm(seed, wanted, troubles, {thing: more.choice(PRICES) for thing in THINGS})


def refuse_what_cannot_be_had(world: World) -> None:
    """Let the fickle and the draft be refused, as long as the world is: clearing faults clears this, too."""
    world.plant_fault(LEARNING, "rejected_enrollment", courseId="fickle", times=None)
    world.plant_fault(COMMUNICATION, "rejected_session", tutorId="fickle", times=None)
    world.plant_fault(TUTORS, "rejected_availability", tutorId="draft", times=None)


def weather(
    world: World,
    storm: Storm,
    do_all: Callable[[Sequence[Callable[[], str]]], list[str]],
    rest: Callable[[timedelta], None],
) -> Weathered:
    """Live through a storm; everybody's purchase must end, and every invariant hold."""
    storm.break_out(world)
    sagas = do_all([partial(each.begin, world) for each in storm.purchases])
    rest(timedelta(minutes=5))
    do_all([partial(each.go_on, world, saga_id) for each, saga_id in zip(storm.purchases, sagas, strict=True)])
    rest(timedelta(minutes=5))
    struck = {fault for (_, fault), times in world.strikes().items() if times}
    world.clear_faults()
    refuse_what_cannot_be_had(world)
    gather(world)  # How each has ended so far: that is to be final.
    rest(timedelta(days=4))
    must_hold(world)
    return Weathered(Counter(_end(world, storm, *each) for each in zip(storm.purchases, sagas, strict=True)), struck)


def _end(world: World, storm: Storm, purchase: Purchase, saga_id: str) -> str:
    """Return how the purchase ended, which must be as it had to: neither too much is sold nor too little."""
    saga = world.payment.find_saga(saga_id) or {}
    outcome = saga.get("outcome")
    if not outcome:
        raise AssertionError(f"{purchase} is left open: {saga}")
    is_paid = any(each["status"] == "succeeded" for each in world.stripe.intents(saga_id))
    right = _right_endings(purchase, storm.has_rival(purchase), is_paid=is_paid)
    if outcome not in right:
        raise AssertionError(f"{purchase} must end {' or '.join(sorted(right))}, paid: {is_paid}; but is {saga}")
    return str(outcome)


def _right_endings(purchase: Purchase, has_rival: bool, *, is_paid: bool) -> set[str]:  # noqa: FBT001
    if purchase.thing == "draft":
        return {"REJECTED"}
    if not is_paid:
        return {"EXPIRED", "CANCELLED"} | ({"REJECTED"} if has_rival else set())
    back = {"REFUNDED"} | ({"PARKED"} if purchase.way in MAY_WAIT_FOR_A_PERSON else set())
    if purchase.thing == "fickle":
        return back
    return {"COMPLETED"} | (back if has_rival else set())


def _purchase(randomness: Random, student: str) -> Purchase:
    (thing,) = randomness.choices(list(THINGS), list(THINGS.values()))
    (way,) = randomness.choices(list(WAYS), [8] + [2] * (len(WAYS) - 1))
    kind = randomness.choice(["course", "session"])
    return Purchase(student, kind, thing, randomness.randrange(14), randomness.randrange(8, 14), way)


def by_turns(acts: Sequence[Callable[[], str]]) -> list[str]:
    """Do one after the other; who is refused gives up, and the answer is empty."""
    return [_try(act) for act in acts]


def _try(act: Callable[[], str]) -> str:
    with suppress(AssertionError, Refused, requests.RequestException):
        return act()
    return ""


def _insists(act: Callable[[], object], times: int = 3) -> None:
    """Try again what failed for no reason of one's own, as a person would."""
    for _ in range(times):
        try:
            act()
        except Refused as refused:
            if refused.status not in WORTH_ANOTHER_TRY:
                return
        except requests.RequestException:
            pass
        else:
            return


WORTH_ANOTHER_TRY = (429, 500)
