"""Who is drawn where: one party in the middle, and all others around it by what they have to do with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from simulators.contracts.topics import CALL, COMMAND, Topic


@dataclass(frozen=True)
class Places:
    """The hub, who asks several others above it (empty for nobody), and the rest in the order of their places."""

    hub: str
    top: str
    others: tuple[str, ...]
    peers: frozenset[str]

    @property
    def left(self) -> tuple[str, ...]:
        """Everybody else."""
        return tuple(party for party in self.others if party not in self.peers)

    @property
    def right(self) -> tuple[str, ...]:
        """Those who exchange commands with the hub."""
        return tuple(party for party in self.others if party in self.peers)

    def order(self, party: str) -> tuple[int, str]:
        """Return by what to sort a party: the hub, the one above it, all others."""
        known = (self.hub, self.top, *self.others)
        return (known.index(party) if party in known else len(known), party)


def places_of(topics: Iterable[Topic]) -> Places:
    """Find a place for everybody who has a topic; without any, there is no hub either."""
    found = tuple(topics)
    parties = sorted({party for each in found for party in (each.sender, each.receiver)})
    hub = max(parties, key=lambda party: len(_partners(party, found)), default="")
    callers = [party for party in parties if party != hub and _only_asks(party, found)]
    top = max(callers, key=lambda party: len(_partners(party, found)), default="")
    if len(_partners(top, found)) < 2:  # noqa: PLR2004 - whoever asks one party stands beside it
        top = ""
    peers = {party for each in found if each.kind == COMMAND for party in (each.sender, each.receiver)}

    def rank(party: str) -> tuple[bool, bool, bool, int]:
        """Who only asks comes last; whom the one above asks stands right below it; short columns first."""
        shared = [each for each in found if party in (each.sender, each.receiver)]
        return _only_asks(party, found), party in peers, top not in _partners(party, found), len(shared)

    others = sorted((party for party in parties if party not in {hub, top}), key=rank)
    return Places(hub, top, tuple(others), frozenset(peers))


def _partners(party: str, topics: Iterable[Topic]) -> set[str]:
    return {
        name
        for each in topics
        if party in (each.sender, each.receiver)
        for name in (each.sender, each.receiver)
        if name != party
    }


def _only_asks(party: str, topics: Iterable[Topic]) -> bool:
    shared = [each for each in topics if party in (each.sender, each.receiver)]
    return all((each.sender, each.kind) == (party, CALL) for each in shared)
