"""What a person may want to know of a saga; reads only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from reference.application.lists import Counts, DeadLetter, Filter, Page, Slice
from reference.application.ports import UnitOfWork
from reference.domain.payment import Payment
from reference.domain.payment_status import PaymentStatus
from reference.sagas.paid_saga import PaidSaga

NEXT_STEPS = {  # For a person, by how the refund of a parked saga stands.
    PaymentStatus.REFUND_FAILED: "See at Stripe why the money could not be given back and mend it, then resume the"
    " saga: the refund is asked for again. A refund made by hand at Stripe ends the saga by itself.",
    PaymentStatus.REFUND_PENDING: "See at Stripe how far the refund is; resume the saga to wait for it once more."
    " When it comes through, the saga ends by itself.",
}


@dataclass(frozen=True)
class SagaView:
    """A saga, its payment, and what it waits for and until when."""

    saga: PaidSaga
    payment: Payment | None
    waiting_until: datetime | None

    @property
    def next_step(self) -> str | None:
        """What the person should do for whom a parked saga waits."""
        if self.payment is None or self.saga.outcome != "PARKED":
            return None
        return NEXT_STEPS.get(self.payment.status)


class Reader:
    """Answers questions without changing anything."""

    def __init__(self, units: Callable[[], UnitOfWork]) -> None:
        self._units = units

    def saga(self, saga_id: str) -> SagaView | None:
        """Return what is known of a saga, or None."""
        with self._units() as unit:
            saga = unit.sagas.get(saga_id)
            return _view(unit, saga) if saga else None

    def sagas(self, which: Filter, page: Page) -> Slice[SagaView]:
        """Return part of the sagas, newest first."""
        with self._units() as unit:
            found = unit.lists.sagas(which, page)
            return Slice([_view(unit, saga) for saga in found.items], found.next_cursor)

    def payments(self, which: Filter, page: Page) -> Slice[Payment]:
        """Return part of the payments, newest first."""
        with self._units() as unit:
            return unit.lists.payments(which, page)

    def dead_letters(self, page: Page) -> Slice[DeadLetter]:
        """Return part of what waits for a person, newest first."""
        with self._units() as unit:
            return unit.lists.dead_letters(page)

    def counts(self) -> Counts:
        """Return how many there are of each."""
        with self._units() as unit:
            return unit.lists.counts()

    def next_due(self) -> datetime | None:
        """Return when the service has something to do by itself."""
        with self._units() as unit:
            return unit.lists.next_due()


def _view(unit: UnitOfWork, saga: PaidSaga) -> SagaView:
    payment = unit.payments.of_saga(saga.saga_id)
    is_open = payment is not None and payment.status == PaymentStatus.PENDING and saga.outcome is None
    until = payment.pay_until if payment and is_open else max(saga.reminders.values(), default=None)
    return SagaView(saga, payment, until)
