"""What people see of a saga: the saga, its payment, what it waits for and what a person should do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reference.application.lists import AnyPayment, AnySaga, Filter, Page, Slice, UnreadablePayment, UnreadableSaga
from reference.application.ports import UnitOfWork
from reference.domain.messages import NotExpected
from reference.domain.payment import Payment
from reference.domain.payment_status import PaymentStatus

NEXT_STEPS = {  # For a person, by how the refund of a parked saga stands.
    PaymentStatus.REFUND_FAILED: "See at Stripe why the money could not be given back and mend it, then resume the"
    " saga: the refund is asked for again. A refund made by hand at Stripe ends the saga by itself.",
    PaymentStatus.REFUND_PENDING: "See at Stripe how far the refund is; resume the saga to wait for it once more."
    " When it comes through, the saga ends by itself.",
}


UNREADABLE_STEP = (
    "Run the version of the service that wrote it, or mend the row. Until then nothing moves it,"
    " and each message for it is a dead letter."
)


@dataclass(frozen=True)
class SagaView:
    """A saga, its payment, and until when it waits (None if it waits for nothing with an end)."""

    saga: AnySaga
    payment: AnyPayment | None
    waiting_until: datetime | None

    @property
    def next_step(self) -> str | None:
        """What the person should do for whom a saga waits; None if nobody has to."""
        if isinstance(self.saga, UnreadableSaga) or isinstance(self.payment, UnreadablePayment):
            return UNREADABLE_STEP
        if self.payment is None or self.saga.outcome != "PARKED":
            return None
        return NEXT_STEPS.get(self.payment.status)


def view_saga(unit: UnitOfWork, saga_id: str) -> SagaView | None:
    """Return what is known of a saga; None if there is no such saga."""
    found = view_sagas(unit, Filter(saga_id=saga_id), Page(limit=1)).items
    return found[0] if found else None


def view_sagas(unit: UnitOfWork, which: Filter, page: Page) -> Slice[SagaView]:
    """Return part of the sagas, newest first."""
    found = unit.lists.sagas(which, page)
    return Slice([_view(unit, saga) for saga in found.items], found.next_cursor)


def _view(unit: UnitOfWork, saga: AnySaga) -> SagaView:
    payment = _payment_of(unit, saga.saga_id)
    if isinstance(saga, UnreadableSaga):
        return SagaView(saga, payment, None)
    if isinstance(payment, Payment) and payment.status == PaymentStatus.PENDING and saga.outcome is None:
        return SagaView(saga, payment, payment.pay_until)
    return SagaView(saga, payment, max(saga.deadlines.values(), default=None))


def _payment_of(unit: UnitOfWork, saga_id: str) -> AnyPayment | None:
    try:
        return unit.payments.of_saga(saga_id)
    except NotExpected:
        return unit.lists.payments(Filter(saga_id=saga_id), Page(limit=1)).items[0]
