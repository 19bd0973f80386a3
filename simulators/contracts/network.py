"""The network as a drawing: six parties, each in its place, with an arrow for each topic. Pages embed it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulators.contracts.topics import Topic

HUB = "payment-service"
LEFT = ("student-app", "stripe")
RIGHT = ("learning-service", "tutor-matching-service", "communication-service")
NAMES = {"student-app": "student's app", "stripe": "Stripe"}
WIDTH, SIDE, MIDDLE, ROW, PAD, GAP, EDGE = 1200, 200, 170, 24, 14, 26, 2


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
class Box:
    """One party, and what it has to do with the hub."""

    name: str
    x: int
    y: int
    width: int
    height: int
    arrows: tuple[Arrow, ...] = ()

    @property
    def label(self) -> str:
        """What people call it."""
        return called(self.name)


@dataclass(frozen=True)
class Network:
    """All boxes; the first is the hub."""

    boxes: tuple[Box, ...]
    width: int
    height: int


def called(party: str) -> str:
    """Return what people call a party."""
    return NAMES.get(party, party)


def network(topics: Iterable[Topic]) -> Network:
    """Lay out the six parties, those without a contract too, and whoever else talks with the hub below on the left."""
    by_party = _by_party(topics)
    others = tuple(sorted(set(by_party) - {*LEFT, *RIGHT}))
    columns = (_column(EDGE, (*LEFT, *others), by_party), _column(WIDTH - SIDE - EDGE, RIGHT, by_party))
    height = max(boxes[-1].y + boxes[-1].height for boxes in columns) + EDGE
    hub = Box(HUB, (WIDTH - MIDDLE) // 2, EDGE, MIDDLE, height - 2 * EDGE)
    return Network((hub, *columns[0], *columns[1]), WIDTH, height)


def in_order(party: str) -> tuple[int, str]:
    """Sort parties as they are drawn: the hub, left, right, all others."""
    known = (HUB, *LEFT, *RIGHT)
    return (known.index(party) if party in known else len(known), party)


def _by_party(topics: Iterable[Topic]) -> dict[str, list[Topic]]:
    by_party: dict[str, list[Topic]] = {}
    for topic in topics:
        if HUB in (topic.sender, topic.receiver):
            party = topic.receiver if topic.sender == HUB else topic.sender
            by_party.setdefault(party, []).append(topic)
    return by_party


def _column(x: int, parties: tuple[str, ...], by_party: dict[str, list[Topic]]) -> list[Box]:
    boxes, y = list[Box](), EDGE
    for party in parties:
        topics = sorted(by_party.get(party, ()), key=lambda topic: (topic.kind != "call", topic.sender != HUB))
        arrows = tuple(_arrow(topic, x, y + PAD + ROW * number + ROW) for number, topic in enumerate(topics))
        height = 2 * PAD + ROW * max(len(arrows), 2)
        boxes.append(Box(party, x, y, SIDE, height, arrows))
        y += height + GAP
    return boxes


def _arrow(topic: Topic, x: int, y: int) -> Arrow:
    """Draw from the edge of the sender's box to that of the receiver's."""
    hub = (WIDTH - MIDDLE) // 2
    at_party, at_hub = (x + SIDE, hub) if x < hub else (x, hub + MIDDLE)
    start, end = (at_hub, at_party) if topic.sender == HUB else (at_party, at_hub)
    return Arrow(topic, y, start, end)
