"""The network as a drawing: all parties, each in its place, with an arrow for each topic. Pages embed it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from simulators.contracts.places import Places, places_of
from simulators.contracts.topics import CALL, Topic

NAMES = {"student-app": "student's app", "stripe": "Stripe"}
WIDTH, SIDE, MIDDLE, BAR, ROW, PAD, GAP, EDGE = 1200, 196, 160, 44, 24, 14, 26, 2


@dataclass(frozen=True)
class TopicArrow:
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
    """All that the party above asks of one below it, beside one arrow down."""

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
    arrows: tuple[TopicArrow, ...] = ()

    @property
    def label(self) -> str:
        """What people call it."""
        return party_name(self.name)


@dataclass(frozen=True)
class NetworkDrawing:
    """The hub (None without topics), the other parties, the arrows down; and topics for which there is no arrow."""

    hub: Box | None
    parties: tuple[Box, ...]
    falls: tuple[Fall, ...]
    besides: tuple[Topic, ...]
    height: int
    width: int = WIDTH


def party_name(party: str) -> str:
    """Return what people call a party."""
    return NAMES.get(party, party)


def network(topics: Iterable[Topic]) -> NetworkDrawing:
    """Lay out all parties that have something to do with each other."""
    everything = tuple(topics)
    places = places_of(everything)
    if not places.hub:
        return NetworkDrawing(None, (), (), (), 2 * EDGE)
    at_hub = _by_party(places, everything)
    below = _below(places, everything)
    top = EDGE + BAR + ROW * max(map(len, below.values()), default=0) + 2 * PAD if places.top else EDGE
    left = _column(EDGE, top, places.left, places.hub, at_hub)
    right = _column(WIDTH - SIDE - EDGE, top, places.right, places.hub, at_hub)
    height = max((box.y + box.height for box in (*left, *right)), default=top + 2 * (PAD + ROW)) + EDGE
    hub = Box(places.hub, (WIDTH - MIDDLE) // 2, top, MIDDLE, height - top - EDGE)
    bar = [Box(places.top, EDGE, EDGE, WIDTH - 2 * EDGE, BAR, tuple(at_hub.get(places.top, ())))] if places.top else []
    falls = tuple(_fall(box, below[box.name]) for box in (*left[:1], hub, *right[:1]) if box.name in below)
    besides = _without_arrow(everything, (*left, *right), falls)
    return NetworkDrawing(hub, (*bar, *left, *right), falls, besides, height + ROW * len(besides))


def _by_party(places: Places, topics: Sequence[Topic]) -> dict[str, list[Topic]]:
    """Gather what each party has to do with the hub: calls before messages, what the hub says before what it hears."""
    by_party: dict[str, list[Topic]] = {}
    for topic in sorted(topics, key=lambda topic: (topic.kind != CALL, topic.sender != places.hub)):
        if places.hub in (topic.sender, topic.receiver):
            by_party.setdefault(topic.receiver if topic.sender == places.hub else topic.sender, []).append(topic)
    return by_party


def _below(places: Places, topics: Sequence[Topic]) -> dict[str, list[Topic]]:
    """Gather what the party above asks of those that lie directly below it."""
    asked: dict[str, list[Topic]] = {}
    for topic in topics:
        if topic.sender == places.top and topic.receiver in (*places.left[:1], places.hub, *places.right[:1]):
            asked.setdefault(topic.receiver, []).append(topic)
    return asked


def _fall(box: Box, topics: list[Topic]) -> Fall:
    is_right = box.x > WIDTH // 2
    x = box.x + box.width - 2 * PAD if is_right else box.x + 2 * PAD
    return Fall(tuple(topics), x, EDGE + BAR, box.y, "end" if is_right else "start")


def _without_arrow(topics: Sequence[Topic], boxes: Iterable[Box], falls: Iterable[Fall]) -> tuple[Topic, ...]:
    drawn = {id(arrow.topic) for box in boxes for arrow in box.arrows}
    drawn |= {id(topic) for fall in falls for topic in fall.topics}
    return tuple(topic for topic in topics if id(topic) not in drawn)


def _column(x: int, y: int, parties: Sequence[str], hub: str, at_hub: Mapping[str, Sequence[Topic]]) -> list[Box]:
    boxes = list[Box]()
    for party in parties:
        topics = tuple(at_hub.get(party, ()))
        arrows = tuple(_arrow(topic, hub, x, y + PAD + ROW * number) for number, topic in enumerate(topics, start=1))
        height = 2 * PAD + ROW * max(len(arrows), 2)
        boxes.append(Box(party, x, y, SIDE, height, topics, arrows))
        y += height + GAP
    return boxes


def _arrow(topic: Topic, hub: str, x: int, y: int) -> TopicArrow:
    """Draw from the edge of the sender's box to that of the receiver's."""
    middle = (WIDTH - MIDDLE) // 2
    at_party, at_hub = (x + SIDE, middle) if x < middle else (x, middle + MIDDLE)
    start, end = (at_hub, at_party) if topic.sender == hub else (at_party, at_hub)
    return TopicArrow(topic, y, start, end)
