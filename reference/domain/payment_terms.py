"""The terms of a payment: whose it is, for what, how much and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from reference.domain.messages import ScheduleDeadline, Wait
from reference.domain.money import Money
from reference.domain.payment_context import PaymentContext
from reference.domain.payment_messages import PaymentWindowClosed


@dataclass(kw_only=True)
class PaymentTerms:
    """What is agreed when a payment begins; what it is for and its price never change."""

    payment_id: str
    saga_id: str
    context: PaymentContext
    context_id: str
    price: Money
    opened_at: datetime
    pay_until: datetime  # When the student must have paid; a bank may answer later.
    needed_by: datetime | None = None  # When the money must have arrived, too; None: whenever the bank answers.

    FIXED = frozenset({"payment_id", "saga_id", "context", "context_id", "price"})

    @classmethod
    def create(cls, *, context: PaymentContext, context_id: str, **terms: Any) -> Self:  # noqa: ANN401 - the other terms
        """Return a new payment; what it is for is required, and never changes."""
        return cls(context=context, context_id=context_id, **terms)

    def __post_init__(self) -> None:
        if not isinstance(self.context, PaymentContext):
            raise TypeError(f"context must be a PaymentContext, not {self.context!r}")
        if not self.context_id:
            raise ValueError("contextId must say what the payment is for")

    def __setattr__(self, name: str, value: object) -> None:
        if name in self.FIXED and name in vars(self):
            raise AttributeError(f"{name} of a payment never changes")
        super().__setattr__(name, value)

    def is_in_time(self, paid_at: datetime, arrived_at: datetime) -> bool:
        """Whether the student paid in the window, and the money arrived as long as it is of use."""
        return paid_at <= self.pay_until and (self.needed_by is None or arrived_at <= self.needed_by)

    def _schedule_window_end(self, due: datetime | Wait) -> ScheduleDeadline:
        return ScheduleDeadline(PaymentWindowClosed(**self._ids()), due)

    def _ids(self) -> dict[str, Any]:
        return {"saga_id": self.saga_id, "payment_id": self.payment_id}

    def _identity(self) -> dict[str, Any]:
        return self._ids() | {"context": self.context, "context_id": self.context_id, "price": self.price}
