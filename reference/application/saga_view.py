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


WITH_BANK = "the student's bank to answer, which may take days; until then it can hardly be canceled"
UNREADABLE_STEP = (
    "Run the version of the service that wrote it, or mend the row. Until then nothing moves it,"
    " and each message for it is a dead letter."
)


@dataclass(frozen=True)
class SagaView:
    """A saga and its payment, as people see them."""

    saga: AnySaga
    payment: AnyPayment | None

    @property
    def waiting_for(self) -> str | None:
        """What it waits for, in plain words; None when it has ended or cannot be read."""
        if isinstance(self.saga, UnreadableSaga):
            return None
        return WITH_BANK if self._undecided_as(PaymentStatus.PROCESSING) else self.saga.waiting_for

    @property
    def waiting_until(self) -> datetime | None:
        """Until when it waits (for a bank: until it looks again); None if it waits for nothing with an end."""
        if isinstance(self.saga, UnreadableSaga):
            return None
        if payment := self._undecided_as(PaymentStatus.PENDING):
            return payment.pay_until
        waits_by = self._undecided_as(PaymentStatus.PROCESSING) or self.saga
        return max(waits_by.deadlines.values(), default=None)

    def _undecided_as(self, status: PaymentStatus) -> Payment | None:
        """Return the payment if it has this status and its saga still runs; else None."""
        if not isinstance(self.payment, Payment) or self.saga.outcome is not None:
            return None
        return self.payment if self.payment.status == status else None

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
    saga = unit.lists.saga(saga_id)
    return SagaView(saga, _payment_of(unit, saga_id)) if saga else None


def view_sagas(unit: UnitOfWork, which: Filter, page: Page) -> Slice[SagaView]:
    """Return part of the sagas, newest first."""
    found = unit.lists.sagas(which, page)
    return Slice([SagaView(saga, _payment_of(unit, saga.saga_id)) for saga in found.items], found.next_cursor)


def _payment_of(unit: UnitOfWork, saga_id: str) -> AnyPayment | None:
    try:
        return unit.payments.of_saga(saga_id)
    except NotExpected:
        return unit.lists.payments(Filter(saga_id=saga_id), Page(limit=1)).items[0]
