"""One saga's exchanges as a diagram: a row each, from lane to lane; retries folded, what was lost or doubled marked."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import zip_longest
from math import inf
from typing import Self

from simulators.clients.stripe import API_PATH
from simulators.diagram.times import span, time_of_day, timestamp
from simulators.kit.json_types import Json
from simulators.world.payload import KEY
from simulators.world.recorder import Exchange
from simulators.world.topology import PAYMENT, PORTS, STRIPE

Numbered = tuple[int, Exchange]
STUDENT, PAID = "student", ".succeeded"
BY_ITSELF = "asked by itself: nobody had told it"
GUTTER, LANE_WIDTH, NARROW = 62, 156, 117
TIP, LOST_BEYOND_MIDDLE = 2, 20
LONG = timedelta(seconds=45)
SUCCESS = range(200, 300)
LONGEST_PART = 20  # of a path: what is longer is an id, and is cut.


@dataclass
class Step:
    """One row: the first exchange of its kind, and how often it was tried; or only a pause, or what never arrived."""

    number: int
    at: str
    caller: str = ""
    callee: str = ""
    said: str = ""
    answers: list[str] = field(default_factory=list)
    message_id: str | None = None
    again: bool = False
    lost: bool = False
    pause: str = ""
    differs: bool = False
    is_cause: bool = False  # It broke a promise.
    is_rescue: bool = False  # It looked at Stripe, and found what lost news should have told.
    why: str = ""  # It was refused the last time.
    payload: Json = field(default_factory=dict)
    retries: list[int] = field(default_factory=list)
    """The numbers of the exchanges in which it was tried again."""

    @property
    def style(self) -> str:
        """How its arrow is drawn: an event or webhook is dashed, a call or command is not."""
        is_news = self.message_id is not None and not self.said.isupper()
        marks = {"lost": self.is_lost, "again": self.again, "differs": self.differs}
        marks |= {"cause": self.is_cause, "rescue": self.is_rescue}
        return " ".join(["news" if is_news else "call", *(name for name, is_so in marks.items() if is_so)])

    def is_like(self, other: Self) -> bool:
        """Whether the same was said, and heard alike."""
        mine, theirs = ((each.caller, each.callee, each.said, each.answers, each.lost) for each in (self, other))
        return mine == theirs

    @property
    def is_lost(self) -> bool:
        """Whether it was never answered, or never sent."""
        return self.lost or bool(self.answers and not self.answers[-1].isdigit() and self.answers[-1] != "…")

    @property
    def is_webhook(self) -> bool:
        """Whether it brought one of Stripe's events."""
        return self.caller == STRIPE and (self.message_id or "").startswith("evt_")

    @property
    def outcome(self) -> str:
        """The answers, one after the other, equal ones once."""
        return "lost" if self.lost else " → ".join(dict.fromkeys(self.answers))

    @property
    def words(self) -> str:
        """The row as a sentence: the diagram's text twin."""
        if self.pause:
            return f"{self.pause} pass"
        tries = f", {len(self.answers)} times" if len(self.answers) > 1 else ""
        again = " again" if self.again else ""
        more = f": {self.why}" if self.why else f", {BY_ITSELF}" if self.is_rescue else ""
        outcome = "it never arrives" if self.lost else self.outcome + more
        here = " (here the two part)" if self.differs else " (this broke the promise)" if self.is_cause else ""
        return f"{time_of_day(self.at)} {self.caller} → {self.callee}: {self.said}{again}{tries}: {outcome}{here}"


@dataclass(frozen=True)
class StepArrow:
    """Where a step's line is drawn; `direction` is 1 to the right and -1 to the left."""

    start: int
    end: int
    middle: int
    direction: int


@dataclass(frozen=True)
class Sequence:
    """The rows, and the lanes they lead between."""

    lanes: list[str]
    steps: list[Step]
    lane_width: int = LANE_WIDTH

    @property
    def width(self) -> int:
        """How wide it is drawn."""
        return GUTTER + self.lane_width * len(self.lanes)

    @property
    def numbers(self) -> set[int]:
        """The numbers of the exchanges that are drawn."""
        return {number for step in self.steps for number in (step.number, *step.retries)}

    def x(self, lane: str) -> int:
        """Return where a lane's line is."""
        return GUTTER + self.lane_width * self.lanes.index(lane) + self.lane_width // 2

    def arrow(self, step: Step) -> StepArrow:
        """Return the line of a step, which ends half way when it is lost."""
        start, target = self.x(step.caller), self.x(step.callee)
        direction, middle = (1 if target > start else -1), (start + target) // 2
        end = middle + LOST_BEYOND_MIDDLE * direction if step.is_lost else target - TIP * direction
        return StepArrow(start, end, middle, direction)


def sequence(
    exchanges: Iterable[Numbered],
    payloads: Mapping[int, Json],
    lost: Iterable[Json],
    *,
    services: Iterable[str] = PORTS,
    lane_width: int = LANE_WIDTH,
) -> Sequence:
    """Return the diagram of these exchanges between the student and these services, and of the deliveries lost."""
    steps = [*_fold_retries(exchanges, payloads), *(_lost_step(each) for each in lost)]
    steps.sort(key=lambda step: (timestamp(step.at), step.number if step.number >= 0 else inf))
    used = {PAYMENT, *(lane for step in steps for lane in (step.caller, step.callee))}
    lanes = [lane for lane in dict.fromkeys((STUDENT, STRIPE, *services)) if lane in used]
    _mark_rescue(steps)
    visible = [each for each in steps if {each.caller, each.callee} <= set(lanes)]
    return Sequence(lanes, list(_with_pauses(visible)), lane_width)


def _mark_rescue(steps: list[Step]) -> None:
    """Mark the first look at Stripe after its news of the money was lost."""
    lost = next((number for number, step in enumerate(steps) if step.lost and step.said.endswith(PAID)), len(steps))
    for step in steps[lost:]:
        if (step.caller, step.callee) == (PAYMENT, STRIPE) and step.said.startswith("GET ") and not step.is_lost:
            step.is_rescue = True
            return


def mark_difference(one: Sequence, other: Sequence) -> None:
    """Mark the first step in which two runs of one seed differ."""
    rows = [[step for step in each.steps if not step.pause] for each in (one, other)]
    for mine, theirs in zip_longest(*rows):
        if mine is None or theirs is None or not mine.is_like(theirs):
            for step in filter(None, (mine, theirs)):
                step.differs = True
            return


def mark_cause(drawn: Sequence, cause: Exchange) -> None:
    """Mark the exchange that broke a promise: the last row in which this was said."""
    found = [each for each in drawn.steps if (each.caller, each.callee, each.said) == _ends_and_title(cause)]
    for step in found[-1:]:
        step.is_cause = True


def _ends_and_title(each: Exchange) -> tuple[str, str, str]:
    return each.caller, each.callee, title_of(each)


def _fold_retries(exchanges: Iterable[Numbered], payloads: Mapping[int, Json]) -> list[Step]:
    """Return a step for each exchange, but one for all attempts of the same."""
    steps: list[Step] = []
    arrived: set[str] = set()
    keys: set[str] = set()
    for number, each in exchanges:
        if is_look(each):
            continue
        answer, message = each.answer or "…", each.message_id
        if steps and _is_same(steps[-1], each):
            steps[-1].answers.append(answer)
            steps[-1].why = each.why
            steps[-1].retries.append(number)
        else:
            step = Step(number, each.at, each.caller, each.callee, title_of(each), [answer], message, why=each.why)
            step.payload = payloads.get(number, {})
            step.again = message in arrived or step.payload.get(KEY) in keys
            steps.append(step)
            keys |= {step.payload[KEY]} if KEY in step.payload else set()
        if message and each.status in SUCCESS:
            arrived.add(message)
    return steps


def _is_same(step: Step, each: Exchange) -> bool:
    """Whether this is the last one tried again, or looked at again: then it needs no row of its own."""
    same = (step.caller, step.callee, step.said, step.message_id) == (
        each.caller, each.callee, title_of(each), each.message_id,
    )  # fmt: skip
    last = step.answers[-1]
    failed = not (last.isdigit() and int(last) in SUCCESS)
    return same and (failed or each.method == "GET")


def is_look(each: Exchange) -> bool:
    """Whether a student only looks, which changes nothing."""
    return each.caller == STUDENT and each.method == "GET"


def title_of(each: Exchange) -> str:
    """Return what was said: the message's name, or the method and the path, cut short."""
    return each.message or f"{each.method} {_shorten(each.path)}"


def _shorten(path: str) -> str:
    """Return a path without the long ids in it: the lane tells whose they are."""
    parts = [part if len(part) < LONGEST_PART else part[:6] + "…" for part in path.removeprefix(API_PATH).split("/")]
    return "/".join(parts)


def _lost_step(delivery: Json) -> Step:
    step = Step(-1, delivery["at"], delivery["sender"], PAYMENT, delivery["event"], lost=True)
    step.message_id, step.payload = "", {"lost": "nobody sends it again"}
    return step


def _with_pauses(steps: list[Step]) -> Iterator[Step]:
    before = None
    for step in steps:
        now = timestamp(step.at)
        if before and now and now - before > LONG:
            yield Step(step.number, step.at, pause=span(now - before))
        before = now
        yield step
