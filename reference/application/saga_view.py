"""What people see of a saga: the saga, its payment, what it waits for and what a person should do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reference.application.lists import Filter, Page, Slice
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
    """A saga, its payment, and until when it waits (None if it waits for nothing with an end)."""

    saga: PaidSaga
    payment: Payment | None
    waiting_until: datetime | None

    @property
    def next_step(self) -> str | None:
        """What the person should do for whom a parked saga waits; None if nobody has to."""
        if self.payment is None or self.saga.outcome != "PARKED":
            return None
        return NEXT_STEPS.get(self.payment.status)


def view_saga(unit: UnitOfWork, saga_id: str) -> SagaView | None:
    """Return what is known of a saga; None if there is no such saga."""
    saga = unit.sagas.get(saga_id)
    return _view(unit, saga) if saga else None


def view_sagas(unit: UnitOfWork, which: Filter, page: Page) -> Slice[SagaView]:
    """Return part of the sagas, newest first."""
    found = unit.lists.sagas(which, page)
    return Slice([_view(unit, saga) for saga in found.items], found.next_cursor)


def _view(unit: UnitOfWork, saga: PaidSaga) -> SagaView:
    payment = unit.payments.of_saga(saga.saga_id)
    is_open = payment is not None and payment.status == PaymentStatus.PENDING and saga.outcome is None
    until = payment.pay_until if payment and is_open else max(saga.deadlines.values(), default=None)
    return SagaView(saga, payment, until)
