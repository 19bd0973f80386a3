"""What storms have seen so far: saga state by message by trouble, and the rare things that must be seen sometime."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from simulators.check.purchases import Purchase
from simulators.check.storm_faults import CRASH
from simulators.explore.rare_things import RARE_THINGS
from simulators.explore.sightings import (
    AGAIN,
    CRASHED,
    ERROR,
    LATE,
    LIMITED,
    REFUSED,
    SILENT,
    TROUBLES,
    WELL,
    SagaSightings,
    Sighting,
)
from simulators.explore.spec import way_wish
from simulators.kit.json_types import Json
from simulators.world.topology import PAYMENT, STRIPE

# Which faults lead to which trouble: of messages that the payment-service hears, and of its own calls.
HEARD = {AGAIN: ("duplicate_delivery", "ignored_answer"), REFUSED: ("wrong_signature", "missing_signature")}
SAID = {
    LIMITED: ("rate_limited",),
    ERROR: ("server_error", "server_error_after"),
    SILENT: ("lost_answer", "dropped_request"),
    LATE: ("timeout",),
    CRASHED: (CRASH,),
}


@dataclass(frozen=True, order=True)
class Situation:
    """A message of a saga in one of its states; `is_heard` by the payment-service, or said by it."""

    state: str
    message: str
    partner: str
    is_heard: bool

    @property
    def troubles(self) -> tuple[str, ...]:
        """What can go wrong with it, by faults of its partner or by a crash; nothing, where the partner is nobody's."""
        if self.partner != STRIPE and not self.partner.endswith("-service"):
            return ()
        return tuple(HEARD if self.is_heard else SAID)


class Coverage:
    """Counts what was seen, in the order of the storms, so that the same storms lead to the same holes."""

    def __init__(self) -> None:
        self.cells: Counter[Sighting] = Counter()
        self.rare: Counter[str] = Counter()
        self._buyers: dict[Situation, Purchase] = {}
        self._tries: Counter[tuple[Situation | str, str]] = Counter()

    def add(self, sagas: tuple[SagaSightings, ...]) -> None:
        """Count what one storm has seen."""
        for saga in sagas:
            self.cells.update(saga.sightings)
            self.rare.update(each.name for each in RARE_THINGS if each.is_seen(saga))
            for each in saga.sightings if saga.purchase else ():
                self._buyers.setdefault(_moment(each), saga.purchase)  # type: ignore[arg-type]

    @property
    def moments(self) -> dict[Situation, dict[str, int]]:
        """Each moment seen, and how often with which trouble: 0 where there is a hole."""
        rows: dict[Situation, dict[str, int]] = defaultdict(dict)
        for seen, times in sorted(self.cells.items()):
            row = rows[_moment(seen)]
            row[seen.trouble] = row.get(seen.trouble, 0) + times
        return {each: dict.fromkeys(each.troubles, 0) | row for each, row in rows.items()}

    @property
    def unseen(self) -> list[str]:
        """The rare things that no storm has seen yet."""
        return [each.name for each in RARE_THINGS if not self.rare[each.name]]

    def holes(self) -> Iterator[tuple[Situation, str]]:
        """Yield each moment with a trouble that it was never seen with."""
        for moment, row in self.moments.items():
            yield from ((moment, trouble) for trouble, times in row.items() if not times)

    def wish(self) -> tuple[str, ...]:
        """Return what the next storm should have to reach the hole that was tried least; nothing without holes."""
        rare = [(each.name, "") for each in RARE_THINGS if not self.rare[each.name]]
        aims: list[tuple[Situation | str, str]] = [*rare, *self.holes()]
        if not aims:
            return ()
        aim, trouble = min(aims, key=lambda each: self._tries[each])
        tries = self._tries[aim, trouble]
        self._tries[aim, trouble] += 1
        if isinstance(aim, str):
            return next(each.wishes for each in RARE_THINGS if each.name == aim)
        return self._lead_to(aim, trouble, tries)

    def to_json(self) -> Json:
        """Return it for programs: every row with its troubles, and the rare things."""
        rows = [
            {"state": each.state, "message": each.message, "partner": each.partner, "seen": row}
            for each, row in self.moments.items()
        ]
        return {"moments": rows, "rare": {each.name: self.rare[each.name] for each in RARE_THINGS}}

    def _lead_to(self, moment: Situation, trouble: str, tries: int) -> tuple[str, ...]:
        kinds = (HEARD if moment.is_heard else SAID)[trouble]
        kind = kinds[tries % len(kinds)]
        fault = f"fault={kind}@{PAYMENT if kind == CRASH else moment.partner}"
        buyer = self._buyers.get(moment)
        return (f"kind={buyer.kind}", f"thing={buyer.thing}", way_wish(buyer.way), fault) if buyer else (fault,)


def _moment(seen: Sighting) -> Situation:
    return Situation(seen.state, seen.message, seen.partner, seen.is_heard)


__all__ = ["TROUBLES", "WELL", "Coverage", "Situation"]
