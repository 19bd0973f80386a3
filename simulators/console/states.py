"""A saga's states as a picture: the way by which all goes well on the left, the ends on the right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulators.kit.json_types import Json

WIDTH, HEIGHT = 150, 30
COLUMNS, ROW, TIP = (0, 200, 400), 66, 5
BACK = {"REFUNDING", "REFUNDED", "PARKED", "CANCELING", "CANCELLED"}
"""Where money goes back or a wish is withdrawn: drawn in another colour and another kind of line."""


@dataclass(frozen=True)
class Node:
    """One state, and what it has to do with this saga."""

    name: str
    x: int
    y: int
    is_end: bool
    is_current: bool
    since: str


@dataclass(frozen=True)
class Edge:
    """One way from state to state, with all messages that lead it."""

    source: str
    target: str
    messages: tuple[str, ...]
    path: str
    is_taken: bool

    @property
    def is_back(self) -> bool:
        """Whether it leads to where things are taken back."""
        return self.target in BACK


@dataclass(frozen=True)
class Picture:
    """The machine, drawn."""

    nodes: list[Node]
    edges: list[Edge]
    height: int
    width: int = COLUMNS[-1] + WIDTH


@dataclass(frozen=True)
class Move:
    """One move that the saga made."""

    source: str
    target: str
    message: str
    at: str


def way(flow: Json, saga: Json) -> list[Move]:
    """Return the moves that the saga made, found by its history in its flow's table."""
    to = {(each["from"], each["message"]): each["to"] for each in flow["moves"]}
    state, moves = flow["states"][0]["state"], []
    for entry in saga["history"]:
        if (target := to.get((state, entry["message"]))) is not None:
            moves.append(Move(state, target, entry["message"], entry["at"]))
            state = target
    return moves


def picture(flow: Json, saga: Json) -> Picture:
    """Return the flow of this saga, with its way through it."""
    moves = way(flow, saga)
    since = {flow["states"][0]["state"]: (saga["history"] or [{"at": ""}])[0]["at"]} | {m.target: m.at for m in moves}
    places = _places(flow)
    ends = {each["state"]: each["isEnd"] for each in flow["states"]}
    nodes = [
        Node(name, x, y, ends[name], name == saga["state"], since.get(name, "")) for name, (x, y) in places.items()
    ]
    height = max(y for _, y in places.values()) + HEIGHT + 8
    return Picture(nodes, _edges(flow, places, {(each.source, each.target) for each in moves}), height)


def _places(flow: Json) -> dict[str, tuple[int, int]]:
    """Return where each state stands: its column by its kind, its row by what leads to it."""
    happy, names = _happy(flow), [each["state"] for each in flow["states"]]
    ranks: dict[str, float] = {name: float(number) for number, name in enumerate(happy)}
    ends = {each["state"] for each in flow["states"] if each["isEnd"]}
    middle = [name for name in names if name not in happy and name not in ends]
    side = [name for name in names if name not in happy and name in ends]
    places = {name: (COLUMNS[0], 4 + number * ROW) for number, name in enumerate(happy)}
    for column, group in ((COLUMNS[1], middle), (COLUMNS[2], side)):
        for name in group:
            ranks[name] = _rank(flow, name, ranks)
        group.sort(key=lambda name: (ranks[name], name in BACK))
        room = (len(happy) - 1) * ROW
        first = room // 2 if column == COLUMNS[1] else 0
        gap = (room - first) // max(len(group) - 1, 1)
        places |= {name: (column, 4 + first + number * gap) for number, name in enumerate(group)}
    return places


def _happy(flow: Json) -> list[str]:
    """Return the way on which all goes well: the first move of each state."""
    first: dict[str, str] = {}
    for move in flow["moves"]:
        if move["from"] != move["to"]:
            first.setdefault(move["from"], move["to"])
    ends = {each["state"] for each in flow["states"] if each["isEnd"]}
    found = [flow["states"][0]["state"]]
    while found[-1] not in ends and (following := first.get(found[-1])) and following not in found:
        found.append(following)
    return found


def _rank(flow: Json, name: str, ranks: dict[str, float]) -> float:
    sources = [ranks[move["from"]] for move in flow["moves"] if move["to"] == name and move["from"] in ranks]
    return sum(sources) / len(sources) if sources else 0.0


def _edges(flow: Json, places: dict[str, tuple[int, int]], taken: set[tuple[str, str]]) -> list[Edge]:
    pairs: dict[tuple[str, str], list[str]] = {}
    for move in flow["moves"]:
        if move["from"] != move["to"]:
            pairs.setdefault((move["from"], move["to"]), []).append(move["message"])
    edges = [
        Edge(source, target, tuple(messages), _curve(places[source], places[target]), (source, target) in taken)
        for (source, target), messages in pairs.items()
    ]
    return sorted(edges, key=lambda edge: edge.is_taken)  # what was taken lies on top


def _curve(source: tuple[int, int], target: tuple[int, int]) -> str:
    (x1, y1), (x2, y2) = source, target
    middle = HEIGHT // 2
    if x1 == x2:
        start, end = (y1 + HEIGHT, y2 - TIP) if y2 > y1 else (y1, y2 + HEIGHT + TIP)
        return f"M{x1 + WIDTH // 2} {start}V{end}"
    right = x2 > x1
    start, end = (x1 + WIDTH, x2 - TIP) if right else (x1, x2 + WIDTH + TIP)
    bend = 30 if right else -30
    return f"M{start} {y1 + middle} C{start + bend} {y1 + middle} {end - bend} {y2 + middle} {end} {y2 + middle}"
