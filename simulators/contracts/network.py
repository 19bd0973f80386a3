"""The network as a drawing: six parties, each in its place, with an arrow for each topic. Pages embed it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from simulators.contracts.topics import Topic

HUB, APP = "payment-service", "student-app"
LEFT = ("stripe",)
RIGHT = ("learning-service", "tutor-matching-service", "communication-service")
NAMES = {APP: "student's app", "stripe": "Stripe"}
WIDTH, SIDE, MIDDLE, BAR, ROW, PAD, GAP, EDGE = 1200, 196, 160, 44, 24, 14, 26, 2


@dataclass(frozen=True)
class Arrow:
    """One topic between a party and the hub, from `start` to `end` at the height `y`."""

    topic: Topic
    y: int
    start: int
    end: int

    @property
    def middle(self) -> float:
        """Where its words are centred."""
        return (self.start + self.end) / 2


@dataclass(frozen=True)
class Fall:
    """All that the student's app asks of one party below it, beside one arrow down."""

    topics: tuple[Topic, ...]
    x: int
    start: int
    end: int
    side: str


@dataclass(frozen=True)
class Box:
    """One party in its place, what it has to do with the hub, and those of its topics that are arrows of its own."""

    name: str
    x: int
    y: int
    width: int
    height: int
    topics: tuple[Topic, ...] = ()
    arrows: tuple[Arrow, ...] = ()

    @property
    def label(self) -> str:
        """What people call it."""
        return party_name(self.name)


@dataclass(frozen=True)
class NetworkDrawing:
    """The hub, the other parties, the app's arrows down to them; and topics for which there is no arrow."""

    hub: Box
    parties: tuple[Box, ...]
    falls: tuple[Fall, ...]
    besides: tuple[Topic, ...]
    height: int
    width: int = WIDTH

    def is_silent(self, box: Box) -> bool:
        """Whether no contract is drawn at this party."""
        return not box.topics and not any(box.x < fall.x < box.x + box.width for fall in self.falls)


def party_name(party: str) -> str:
    """Return what people call a party."""
    return NAMES.get(party, party)


def in_order(party: str) -> tuple[int, str]:
    """Sort parties as they are drawn: the hub, the app above it, left, right, all others."""
    known = (HUB, APP, *LEFT, *RIGHT)
    return (known.index(party) if party in known else len(known), party)


def network(topics: Iterable[Topic]) -> NetworkDrawing:
    """Lay out the six parties, those without a contract too, and whoever else talks with the hub below on the left."""
    everything = tuple(topics)
    by_party = _by_party(everything)
    below = _below(everything)
    top = EDGE + BAR + ROW * max(map(len, below.values()), default=0) + 2 * PAD
    others = sorted(set(by_party) - {APP, *LEFT, *RIGHT})
    left = _column(EDGE, top, (*LEFT, *others), by_party)
    right = _column(WIDTH - SIDE - EDGE, top, RIGHT, by_party)
    height = max(column[-1].y + column[-1].height for column in (left, right)) + EDGE
    hub = Box(HUB, (WIDTH - MIDDLE) // 2, top, MIDDLE, height - top - EDGE)
    app = Box(APP, EDGE, EDGE, WIDTH - 2 * EDGE, BAR, tuple(by_party.get(APP, ())))
    falls = tuple(_fall(box, below[box.name]) for box in (left[0], hub, right[0]) if box.name in below)
    drawn = {id(arrow.topic) for box in (*left, *right) for arrow in box.arrows}
    drawn |= {id(topic) for fall in falls for topic in fall.topics}
    besides = tuple(topic for topic in everything if id(topic) not in drawn)
    return NetworkDrawing(hub, (app, *left, *right), falls, besides, height + ROW * len(besides))


def _by_party(topics: Sequence[Topic]) -> dict[str, list[Topic]]:
    """Gather what each party has to do with the hub: calls before messages, what the hub says before what it hears."""
    by_party: dict[str, list[Topic]] = {}
    for topic in sorted(topics, key=lambda topic: (topic.kind != "call", topic.sender != HUB)):
        if HUB in (topic.sender, topic.receiver):
            by_party.setdefault(topic.receiver if topic.sender == HUB else topic.sender, []).append(topic)
    return by_party


def _below(topics: Sequence[Topic]) -> dict[str, list[Topic]]:
    """Gather what the app asks of the parties that lie directly below it."""
    asked: dict[str, list[Topic]] = {}
    for topic in topics:
        if topic.sender == APP and topic.receiver in (LEFT[0], HUB, RIGHT[0]):
            asked.setdefault(topic.receiver, []).append(topic)
    return asked


def _fall(box: Box, topics: list[Topic]) -> Fall:
    is_right = box.name in RIGHT
    x = box.x + box.width - 2 * PAD if is_right else box.x + 2 * PAD
    return Fall(tuple(topics), x, EDGE + BAR, box.y, "end" if is_right else "start")


def _column(x: int, y: int, parties: Sequence[str], by_party: dict[str, list[Topic]]) -> list[Box]:
    boxes = list[Box]()
    for party in parties:
        topics = tuple(by_party.get(party, ()))
        arrows = tuple(_arrow(topic, x, y + PAD + ROW * number) for number, topic in enumerate(topics, start=1))
        height = 2 * PAD + ROW * max(len(arrows), 2)
        boxes.append(Box(party, x, y, SIDE, height, topics, arrows))
        y += height + GAP
    return boxes


def _arrow(topic: Topic, x: int, y: int) -> Arrow:
    """Draw from the edge of the sender's box to that of the receiver's."""
    hub = (WIDTH - MIDDLE) // 2
    at_party, at_hub = (x + SIDE, hub) if x < hub else (x, hub + MIDDLE)
    start, end = (at_hub, at_party) if topic.sender == HUB else (at_party, at_hub)
    return Arrow(topic, y, start, end)
