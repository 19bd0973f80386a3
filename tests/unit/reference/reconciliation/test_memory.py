"""Reconciling ten times as many payments, of the same density, takes no more memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from reference.application.lists import AnyPayment, Page, Slice, Span
from reference.domain.payment import Payment
from reference.domain.payment_status import PaymentStatus
from reference.reconciliation.differences import DifferenceKind
from reference.reconciliation.ledger import Entry
from reference.reconciliation.reconcile import Reconciliation
from tests.unit.reference.builders import NOON, StillClock
from tests.unit.reference.reconciliation.books import Books, entry_of, paid_here

APART = timedelta(seconds=6)  # A hundred thousand a week.
EVERY = 1000  # Payments from one difference to the next.
FEW, MANY = 2_000, 20_000  # More than one batch; so many that a pointer kept of each would be seen.


class EndlessBooks(Books):
    """Makes both books up as they are read."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def payments_between(self, _: Span, page: Page) -> Slice[AnyPayment]:
        start = int(page.after or 0)
        end = min(start + page.limit, self.size)
        return Slice([self._mine(n) for n in range(start, end)], str(end) if end < self.size else None)

    def entries(self, _: Span) -> Iterator[Entry]:
        return (self._theirs(n) for n in range(self.size))

    def entry(self, intent_id: str) -> Entry | None:
        return self._theirs(int(intent_id[3:]))

    def about(self, message: Any) -> Payment | None:
        return self._mine(int((message.payment_id or message.intent_id).rpartition("_")[2]))

    def _mine(self, number: int) -> Payment:
        mine: Payment = like(UNPAID if number % EVERY == 0 else PAID, number)
        vars(mine)["opened_at"] = NOON - number * APART
        return mine

    def _theirs(self, number: int) -> Entry:
        theirs: Entry = like(ENTRY, number)
        vars(theirs)["created_at"] = NOON - number * APART
        return theirs


PAID = paid_here("0")
UNPAID = paid_here("0", status=PaymentStatus.PENDING, received=None)
ENTRY = entry_of(PAID)


def like(model: Any, number: int) -> Any:
    """Return a copy with ids of its own; made so, since its constructor takes longer than all the rest."""
    copy = object.__new__(type(model))
    ids = {"payment_id": f"pay_{number}", "saga_id": f"saga_{number}", "intent_id": f"pi_{number}"}
    vars(copy).update(vars(model) | ids)
    return copy


def compared(size: int) -> tuple[int, int]:
    """Return how many differences were found, and the most bytes that were held at once."""
    books: Any = EndlessBooks(size)
    reconciliation = Reconciliation(books, lambda: books, books, StillClock())
    tracemalloc.start()
    found = sum(each.kind == DifferenceKind.PAID_AT_STRIPE for each in reconciliation.differences(Span(NOON, NOON)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found, peak


def test_ten_times_as_many_payments_take_no_more_memory() -> None:
    few, memory_for_few = compared(FEW)
    many, memory_for_many = compared(MANY)
    assert (few, many) == (FEW / EVERY, MANY / EVERY)
    assert memory_for_many < 1.05 * memory_for_few
    assert memory_for_many < 20e6
