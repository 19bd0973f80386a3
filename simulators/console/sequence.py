"""One saga's exchanges as a diagram: a row each, from lane to lane; retries folded, what was lost or doubled marked."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import zip_longest
from math import inf
from typing import TYPE_CHECKING

from simulators.console.filters import at, moment, span
from simulators.world.payload import KEY
from simulators.world.topology import COMMUNICATION, LEARNING, PAYMENT, STRIPE, TUTORS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from simulators.console.index import Numbered
    from simulators.kit.json_types import Json
    from simulators.world.recorder import Exchange

LANES = ("student", STRIPE, PAYMENT, LEARNING, TUTORS, COMMUNICATION)
GUTTER, LANE_WIDTH, NARROW = 62, 156, 117
LONG = timedelta(seconds=45)
GOOD = range(200, 300)


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
    payload: Json = field(default_factory=dict)

    @property
    def style(self) -> str:
        """How its arrow is drawn: an event or webhook is dashed, a call or command is not."""
        is_news = self.message_id is not None and not self.said.isupper()
        marks = {"lost": self.is_lost, "again": self.again, "differs": self.differs}
        return " ".join(["news" if is_news else "call", *(name for name, is_so in marks.items() if is_so)])

    def is_like(self, other: Step) -> bool:
        """Whether the same was said, and heard alike."""
        mine, theirs = ((each.caller, each.callee, each.said, each.answers, each.lost) for each in (self, other))
        return mine == theirs

    @property
    def is_lost(self) -> bool:
        """Whether it was never answered, or never sent."""
        return self.lost or bool(self.answers and not self.answers[-1].isdigit() and self.answers[-1] != "…")

    @property
    def heard(self) -> str:
        """The answers, one after the other, equal ones once."""
        shown = [each for number, each in enumerate(self.answers) if each not in self.answers[:number]]
        return "lost" if self.lost else " → ".join(shown)

    @property
    def words(self) -> str:
        """The row as a sentence: the diagram's text twin."""
        if self.pause:
            return f"{self.pause} pass"
        tries = f", {len(self.answers)} times" if len(self.answers) > 1 else ""
        again = " again" if self.again else ""
        heard = "it never arrives" if self.lost else self.heard
        here = " (here the two part)" if self.differs else ""
        return f"{at(self.at)} {self.caller} → {self.callee}: {self.said}{again}{tries}: {heard}{here}"


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

    def x(self, lane: str) -> int:
        """Return where a lane's line is."""
        return GUTTER + self.lane_width * self.lanes.index(lane) + self.lane_width // 2


def sequence(
    exchanges: Iterable[Numbered], payloads: Mapping[int, Json], lost: Iterable[Json], lane_width: int = LANE_WIDTH
) -> Sequence:
    """Return the diagram of these exchanges, and of the deliveries that never became one."""
    steps = [*_folded(exchanges, payloads), *(_lost(each) for each in lost)]
    steps.sort(key=lambda step: (moment(step.at), step.number if step.number >= 0 else inf))
    seen = {lane for step in steps for lane in (step.caller, step.callee)}
    lanes = [lane for lane in LANES if lane in seen or lane == PAYMENT]
    shown = [each for each in steps if {each.caller, each.callee} <= set(lanes)]
    return Sequence(lanes, list(_with_pauses(shown)), lane_width)


def mark_difference(one: Sequence, other: Sequence) -> None:
    """Mark the first step in which two runs of one seed differ."""
    rows = [[step for step in each.steps if not step.pause] for each in (one, other)]
    for mine, theirs in zip_longest(*rows):
        if mine is None or theirs is None or not mine.is_like(theirs):
            for step in filter(None, (mine, theirs)):
                step.differs = True
            return


def _folded(exchanges: Iterable[Numbered], payloads: Mapping[int, Json]) -> list[Step]:
    steps: list[Step] = []
    arrived: set[str] = set()
    keys: set[str] = set()
    for number, each in exchanges:
        if each.caller == "student" and each.method == "GET":
            continue  # to look is not to do
        answer, message = each.answer or "…", each.message_id
        if steps and _is_same(steps[-1], each):
            steps[-1].answers.append(answer)
        else:
            step = Step(number, each.at, each.caller, each.callee, _said(each), [answer], message)
            step.payload = payloads.get(number, {})
            step.again = message in arrived or step.payload.get(KEY) in keys
            steps.append(step)
            keys |= {step.payload[KEY]} if KEY in step.payload else set()
        if message and each.status in GOOD:
            arrived.add(message)
    return steps


def _is_same(step: Step, each: Exchange) -> bool:
    """Whether this is the last one tried again, or looked at again: then it needs no row of its own."""
    same = (step.caller, step.callee, step.said, step.message_id) == (
        each.caller, each.callee, _said(each), each.message_id,
    )  # fmt: skip
    last = step.answers[-1]
    failed = not (last.isdigit() and int(last) in GOOD)
    return same and (failed or each.method == "GET")


def _said(each: Exchange) -> str:
    return each.message or f"{each.method} {_calm(each.path)}"


def _calm(path: str) -> str:
    """Return a path without the long ids in it: the lane tells whose they are."""
    parts = [part if len(part) < 20 else part[:6] + "…" for part in path.removeprefix("/v1").split("/")]  # noqa: PLR2004
    return "/".join(parts)


def _lost(delivery: Json) -> Step:
    step = Step(-1, delivery["at"], delivery["sender"], PAYMENT, delivery["event"], lost=True)
    step.message_id, step.payload = "", {"lost": "nobody sends it again"}
    return step


def _with_pauses(steps: list[Step]) -> Iterable[Step]:
    before = None
    for step in steps:
        now = moment(step.at)
        if before and now and now - before > LONG:
            yield Step(step.number, step.at, pause=span(now - before))
        before = now
        yield step
