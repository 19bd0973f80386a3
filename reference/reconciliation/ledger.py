"""Stripe's books: the port through which they are read, and an entry in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from reference.application.lists import Span
from reference.domain.money import Money
from reference.domain.payment_news import PaymentNews


class EntryState(StrEnum):
    """How far a payment is, by Stripe's books."""

    OPEN = "OPEN"
    PAID = "PAID"
    CANCELED = "CANCELED"


@dataclass(frozen=True)
class Entry:
    """What Stripe's books hold of one payment; what its metadata do not say is empty."""

    intent_id: str
    created_at: datetime
    payment_id: str
    saga_id: str
    context: str
    context_id: str
    state: EntryState
    price: Money
    received: Money | None
    given_back: int  # Minor units; refunds under way are counted, failed ones are not.
    moved_at: datetime  # When it became what it is.
    is_disputed: bool = False  # Also when that is over.
    disputes: Mapping[str, str] = field(default_factory=dict)  # Status by id; a list of entries does not say them.

    def __str__(self) -> str:
        back = f", {Money(self.given_back, self.price.currency)} given back" if self.given_back else ""
        return f"{self.state} {self.received or self.price}{back}"

    @property
    def is_kept(self) -> bool:
        """Whether money came in and did not all go back."""
        return self.received is not None and self.given_back < self.received.amount


class Ledger(Protocol):
    """Stripe's books; UnavailableError when they cannot be read."""

    def entries(self, span: Span) -> Iterator[Entry]:
        """Yield the entries of our payments, the newest first."""
        ...

    def entry(self, intent_id: str) -> Entry | None:
        """Return one entry as it is now, or None."""
        ...

    def facts(self, intent_id: str) -> list[PaymentNews]:
        """Return all that webhooks could have told of an intent, as it came to be."""
        ...
