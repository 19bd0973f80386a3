"""A storm by its name: `7/4x4` is seed 7, 4 purchases and 4 kinds of faults; `/way=cancels` after it is a wish."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Self

from simulators.check.purchases import COURSE, SESSION, THINGS, WAYS, WILD_WAYS, Purchase
from simulators.check.storm_faults import CRASH, EVERYBODY, KINDS, OF_STRIPE, StormFault, draw_crash, draw_fault
from simulators.check.storms import Storm, brew_wild
from simulators.world.topology import PAYMENT, STRIPE

NAME = re.compile(r"(?P<seed>\d+)/(?P<purchases>\d+)x(?P<faults>\d+)(?:/(?P<wishes>.+))?")
LIKELY = 0.5  # How often a fault that was wished for strikes.
SLUGS = {re.sub(r"\W+", "-", way): way for way in (*WAYS, *WILD_WAYS)}
VALUES = {
    "way": set(SLUGS),
    "kind": {COURSE, SESSION},
    "thing": set(THINGS),
    "fault": {f"{kind}@{who}" for kind in KINDS for who in EVERYBODY if who == STRIPE or kind not in OF_STRIPE}
    | {f"{CRASH}@{PAYMENT}"},
}


@dataclass(frozen=True)
class StormSpec:
    """What a storm is drawn from: a seed, its size, and what the first purchase and the faults are wished to be."""

    seed: int
    purchases: int
    faults: int
    wishes: tuple[str, ...] = ()

    def __str__(self) -> str:
        wishes = f"/{'+'.join(self.wishes)}" if self.wishes else ""
        return f"{self.seed}/{self.purchases}x{self.faults}{wishes}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the spec that `str` made a name of; ValueError says what is wrong with it."""
        if not (found := NAME.fullmatch(text)):
            raise ValueError(f"{text!r} is no storm: name one as SEED/PURCHASESxFAULTS, such as 7/4x4")
        wishes = tuple((found["wishes"] or "").split("+")) if found["wishes"] else ()
        for wish in wishes:
            name, _, value = wish.partition("=")
            if value not in VALUES.get(name, ()):
                raise ValueError(f"{wish!r} cannot be wished for: there are {', '.join(VALUES)}")
        seed, purchases, faults = (int(found[name]) for name in ("seed", "purchases", "faults"))
        if not purchases or faults > len(KINDS):
            raise ValueError(f"{text!r}: at least 1 purchase, and at most {len(KINDS)} kinds of faults")
        return cls(seed, purchases, faults, wishes)

    def brew(self) -> Storm:
        """Draw the storm: always the same."""
        storm = brew_wild(self.seed, self.purchases, self.faults)
        if not self.wishes:
            return storm
        first, *others = storm.purchases
        faults = [*self._wished_faults(), *storm.faults][: max(self.faults, 1)]
        return replace(storm, purchases=[self._wish(first), *others], faults=faults)

    def _wish(self, purchase: Purchase) -> Purchase:
        wished = dict(self._values())
        way = SLUGS[wished["way"]] if "way" in wished else purchase.way
        kind, thing = wished.get("kind", purchase.kind), wished.get("thing", purchase.thing)
        return replace(purchase, kind=kind, thing=thing, way=way)

    def _wished_faults(self) -> Iterator[StormFault]:
        randomness = Random(f"{self}/wished")  # noqa: S311 - repeatable on purpose
        for kind, _, service in (value.partition("@") for name, value in self._values() if name == "fault"):
            fault = draw_crash(randomness) if kind == CRASH else draw_fault(randomness, kind, service)
            yield replace(fault, parameters=fault.parameters | {"probability": LIKELY})

    def _values(self) -> list[tuple[str, str]]:
        return [(name, value) for name, _, value in (wish.partition("=") for wish in self.wishes)]


def way_wish(way: str) -> str:
    """Return the wish for a student who does this."""
    return f"way={next(slug for slug, each in SLUGS.items() if each == way)}"
