"""Pairs payments with Stripe's entries: two long streams, newest first, of which only what is near in time is held."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from reference.application.lists import AnyPayment
from reference.reconciliation.ledger import Entry


@dataclass
class Pair:
    """A payment of ours and the entries that name it, as far as they lie near each other."""

    at: datetime  # Of the newest of them.
    payment: AnyPayment | None = None
    entries: list[Entry] = field(default_factory=list)

    def add(self, item: AnyPayment | Entry) -> None:
        """Take one more of the same payment."""
        if isinstance(item, Entry):
            self.entries.append(item)
        else:
            self.payment = item


def pair_up(ours: Iterable[AnyPayment], theirs: Iterable[Entry], margin: timedelta) -> Iterator[Pair]:
    """Yield each pair once both streams are further past it than the margin, by which the two clocks may differ."""
    open_pairs: dict[str, Pair] = {}  # In the order of their `at`, the newest first.
    timeline: Iterable[AnyPayment | Entry] = heapq.merge(ours, theirs, key=_at, reverse=True)
    for item in timeline:
        yield from _pop_past(open_pairs, _at(item) + margin)
        open_pairs.setdefault(item.payment_id, Pair(_at(item))).add(item)
    yield from open_pairs.values()


def _pop_past(open_pairs: dict[str, Pair], limit: datetime) -> Iterator[Pair]:
    while open_pairs and (oldest_key := next(iter(open_pairs))) and open_pairs[oldest_key].at > limit:
        yield open_pairs.pop(oldest_key)


def _at(item: AnyPayment | Entry) -> datetime:
    return item.created_at if isinstance(item, Entry) else item.opened_at
