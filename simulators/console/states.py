"""A saga's states as a picture: the way by which all goes well on the left, the ends on the right."""

from dataclasses import dataclass

from simulators.kit.json_types import Json

WIDTH, HEIGHT = 150, 30
COLUMNS, TOP, ROW, TIP = (0, 200, 400), 4, 66, 5
# Where money goes back or a purchase is withdrawn: drawn in another colour and another kind of line.
BACK = {"REFUNDING", "REFUNDED", "PARKED", "CANCELING", "CANCELLED"}


@dataclass(frozen=True)
class Node:
    """One state, and what it has to do with this saga."""

    name: str
    x: int
    y: int
    is_end: bool
    is_current: bool
    since: str
    entry: int | None
    """The place in the history of what led there; None where it was not, or began."""


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
    entry: int
    """Its place in the history."""


def moves_of(flow: Json, saga: Json) -> list[Move]:
    """Return the moves that the saga made, found by its history in its flow's table."""
    to = {(each["from"], each["message"]): each["to"] for each in flow["moves"]}
    state, moves = flow["states"][0]["state"], []
    for number, entry in enumerate(saga["history"]):
        if (target := to.get((state, entry["message"]))) is not None:
            moves.append(Move(state, target, entry["message"], entry["at"], number))
            state = target
    return moves


def picture(flow: Json, saga: Json) -> Picture:
    """Return the flow of this saga, with its way through it."""
    moves = moves_of(flow, saga)
    since = {flow["states"][0]["state"]: (saga["history"] or [{"at": ""}])[0]["at"]} | {m.target: m.at for m in moves}
    entries = {m.target: m.entry for m in moves}
    positions = _positions(flow)
    ends = {each["state"]: each["isEnd"] for each in flow["states"]}
    nodes = [
        Node(name, x, y, ends[name], name == saga["state"], since.get(name, ""), entries.get(name))
        for name, (x, y) in positions.items()
    ]
    height = max(y for _, y in positions.values()) + HEIGHT + 8
    return Picture(nodes, _edges(flow, positions, {(each.source, each.target) for each in moves}), height)


def _positions(flow: Json) -> dict[str, tuple[int, int]]:
    """Return where each state stands: its column by its kind, its row by what leads to it."""
    happy = _happy_path(flow)
    others = [each for each in flow["states"] if each["state"] not in happy]
    ends = {each["state"]: bool(each["isEnd"]) for each in others}
    room = (len(happy) - 1) * ROW
    positions = {name: (COLUMNS[0], TOP + number * ROW) for number, name in enumerate(happy)}
    ranks = {name: float(number) for number, name in enumerate(happy)}
    for column, is_end, first in ((COLUMNS[1], False, room // 2), (COLUMNS[2], True, 0)):
        group = [name for name in ends if ends[name] == is_end]
        for name in group:
            ranks[name] = _rank(flow, name, ranks)
        group.sort(key=lambda name: (ranks[name], name in BACK))
        gap = (room - first) // max(len(group) - 1, 1)
        positions |= {name: (column, TOP + first + number * gap) for number, name in enumerate(group)}
    return positions


def _happy_path(flow: Json) -> list[str]:
    """Return the way on which all goes well: the first move of each state."""
    first: dict[str, str] = {}
    for move in flow["moves"]:
        if move["from"] != move["to"]:
            first.setdefault(move["from"], move["to"])
    ends = {each["state"] for each in flow["states"] if each["isEnd"]}
    path = [flow["states"][0]["state"]]
    while path[-1] not in ends and (following := first.get(path[-1])) and following not in path:
        path.append(following)
    return path


def _rank(flow: Json, name: str, ranks: dict[str, float]) -> float:
    sources = [ranks[move["from"]] for move in flow["moves"] if move["to"] == name and move["from"] in ranks]
    return sum(sources) / len(sources) if sources else 0.0


def _edges(flow: Json, positions: dict[str, tuple[int, int]], taken: set[tuple[str, str]]) -> list[Edge]:
    pairs: dict[tuple[str, str], list[str]] = {}
    for move in flow["moves"]:
        if move["from"] != move["to"]:
            pairs.setdefault((move["from"], move["to"]), []).append(move["message"])
    edges = [
        Edge(source, target, tuple(messages), _curve(positions[source], positions[target]), (source, target) in taken)
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
