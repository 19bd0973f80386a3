"""What a person may want to know of a saga; reads only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from reference.application.ports import UnitOfWork
from reference.domain.payment import Payment
from reference.domain.payment_status import PaymentStatus
from reference.sagas.paid_saga import PaidSaga


@dataclass(frozen=True)
class SagaView:
    """A saga, its payment, and what it waits for and until when."""

    saga: PaidSaga
    payment: Payment | None
    waiting_for: str | None
    waiting_until: datetime | None


class Reader:
    """Answers questions without changing anything."""

    def __init__(self, units: Callable[[], UnitOfWork]) -> None:
        self._units = units

    def saga(self, saga_id: str) -> SagaView | None:
        """Return what is known of a saga, or None."""
        with self._units() as unit:
            saga = unit.sagas.get(saga_id)
            if saga is None:
                return None
            payment = unit.payments.of_saga(saga_id)
            is_open = payment is not None and payment.status == PaymentStatus.PENDING and saga.outcome is None
            until = payment.pay_until if payment and is_open else unit.deadlines.last_due(saga_id)
            return SagaView(saga, payment, saga.WAITING_FOR.get(saga.state), until)

    def next_due(self) -> datetime | None:
        """Return when the service has something to do by itself."""
        with self._units() as unit:
            found = (unit.outbox.next_due(), unit.deadlines.next_due())
        return min((due for due in found if due), default=None)
