"""A saga's time as bars: a row for each state it was in and for whatever was tried more than once; waits apart."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from math import log10

from simulators.console.states import moves_of
from simulators.diagram.sequence import STUDENT, Numbered, title_of
from simulators.diagram.times import short_span
from simulators.kit.json_types import Json
from simulators.world.payload import KEY

WAIT = timedelta(seconds=1)  # For so long nothing was said: somebody waits.
STRETCH = 12  # How much wider a span is drawn that is ten times as long.


@dataclass(frozen=True)
class Moments:
    """Instants on one line from 0 to 100, on which a span's length is drawn by its logarithm."""

    instants: tuple[datetime, ...]
    places: tuple[float, ...]

    def place(self, instant: datetime) -> float:
        """Return where an instant lies; one that is not on the line lies at the one before it."""
        return self.places[max(bisect_right(self.instants, instant) - 1, 0)]

    def between(self, start: datetime, end: datetime) -> list[datetime]:
        """Return the instants from the start to the end, both included."""
        return [start, *(each for each in self.instants if start < each < end), end]


@dataclass(frozen=True)
class BarPart:
    """A part of a bar, from `x` on: somebody works, or (`waits` says how long) all wait."""

    x: float
    width: float
    waits: str = ""


@dataclass(frozen=True)
class NumberedAttempt:
    """One of several attempts of the same: its number, what was answered, and its exchange."""

    x: float
    number: int
    answer: str
    exchange: int
    is_good: bool


@dataclass(frozen=True)
class TimelineRow:
    """A state or a repeated message: when it began, how long it took simulated and by the clock on the wall."""

    name: str
    at: str
    took: str
    wall: str
    spans: tuple[BarPart, ...]
    attempts: tuple[NumberedAttempt, ...] = ()
    entry: int | None = None
    """The place in the history of what led to this state; None of a repeated message."""

    @property
    def waited(self) -> str:
        """How long it waited, in words; empty when it did not."""
        return ", ".join(each.waits for each in self.spans if each.waits)


class Timeline:
    """Draws one saga's rows from what was said of it, and when by both clocks; `now` is the time by both."""

    def __init__(
        self,
        exchanges: list[Numbered],
        payloads: Mapping[int, Json],
        walls: Mapping[int, datetime],
        now: tuple[datetime, datetime],
    ) -> None:
        self._exchanges, self._payloads = exchanges, payloads
        self._now, self._wall_now = now
        self._said = [(_instant(each.at), walls.get(number, self._wall_now)) for number, each in exchanges]
        self._moments = _moments([])

    def rows(self, flow: Json | None, saga: Json) -> list[TimelineRow]:
        """Return the rows in the order in which they began; none of a saga of which nothing was said."""
        if not self._said or not saga["history"]:
            return []
        stays = _stays(flow, saga)
        if not saga["outcome"]:
            self._said.append((self._now, self._wall_now))
        since = [each.since for each in stays]
        end = max(at for at in (*since, *(at for at, _ in self._said)))
        self._moments = _moments([*since, *(at for at, _ in self._said)])
        rows = [
            self._row(each.name, each.since, until, entry=each.entry)
            for each, until in zip(stays, [*since[1:], end], strict=True)
        ]
        return sorted([*rows, *map(self._row_of_attempts, self._groups())], key=lambda each: _instant(each.at))

    def _row(
        self,
        name: str,
        since: datetime,
        until: datetime,
        attempts: tuple[NumberedAttempt, ...] = (),
        entry: int | None = None,
    ) -> TimelineRow:
        spans = tuple(self._spans(since, until))
        wall = short_span(self._wall(until) - self._wall(since))
        return TimelineRow(name, since.isoformat(), short_span(until - since), wall, spans, attempts, entry)

    def _row_of_attempts(self, group: list[Numbered]) -> TimelineRow:
        times = [_instant(each.at) for _, each in group]
        attempts = tuple(
            NumberedAttempt(round(self._moments.place(at), 2), count, each.answer or "…", number, each.is_accepted)
            for count, (at, (number, each)) in enumerate(zip(times, group, strict=True), 1)
        )
        return self._row(title_of(group[0][1]), times[0], times[-1], attempts)

    def _groups(self) -> list[list[Numbered]]:
        """Return the messages and calls that were tried more than once, each with all of its attempts."""
        groups: dict[tuple[str | None, ...], list[Numbered]] = {}
        for number, each in self._exchanges:
            what = each.message_id or self._payloads.get(number, {}).get(KEY)
            if each.caller != STUDENT and what:
                groups.setdefault((each.caller, each.callee, title_of(each), what), []).append((number, each))
        return [group for group in groups.values() if len(group) > 1]

    def _spans(self, since: datetime, until: datetime) -> Iterable[BarPart]:
        """Yield the parts of a bar: what is short together, each long silence by itself."""
        begin = since
        for one, other in pairwise(self._moments.between(since, until)):
            if other - one >= WAIT:
                if one > begin:
                    yield self._span(begin, one)
                yield self._span(one, other, short_span(other - one))
                begin = other
        if until > begin or until == since:
            yield self._span(begin, until)

    def _span(self, start: datetime, end: datetime, waits: str = "") -> BarPart:
        x = self._moments.place(start)
        return BarPart(round(x, 2), round(self._moments.place(end) - x, 2), waits)

    def _wall(self, instant: datetime) -> datetime:
        """Return when it was by the clock on the wall, by what was said first from then on, or else last."""
        return next((wall for at, wall in self._said if at >= instant), self._said[-1][1])


@dataclass(frozen=True)
class _Stay:
    """That a saga was in a state, since the entry of its history with this number."""

    name: str
    since: datetime
    entry: int


def _stays(flow: Json | None, saga: Json) -> list[_Stay]:
    """Return the states that it was in; of a service that shows no table of its flows, what it heard in their place."""
    if flow is None:
        return [_Stay(each["message"], _instant(each["at"]), number) for number, each in enumerate(saga["history"])]
    return [_Stay(move.target, _instant(move.at), move.entry) for move in moves_of(flow, saga)]


def _moments(instants: Iterable[datetime]) -> Moments:
    known = sorted(set(instants))
    widths = [1 + STRETCH * log10(1 + (other - one).total_seconds()) for one, other in pairwise(known)]
    whole = sum(widths) or 1
    return Moments(tuple(known), tuple(100 * each / whole for each in accumulate(widths, initial=0)))


_instant = datetime.fromisoformat
