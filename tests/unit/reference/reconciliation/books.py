"""Two sets of books in memory, and everything in which they can be made to differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Self

from reference.application.lists import AnyPayment, Page, Slice, Span, UnreadablePayment
from reference.application.service import Receipt
from reference.domain.messages import Message, NotExpected
from reference.domain.money import Money
from reference.domain.payment import Payment
from reference.domain.payment_context import PaymentContext
from reference.domain.payment_status import PaymentStatus, Refund, RefundState
from reference.reconciliation.differences import Difference, DifferenceKind
from reference.reconciliation.ledger import Entry, EntryState
from reference.reconciliation.reconcile import Reconciliation
from tests.unit.reference.builders import NOON, PRICE, StillClock, payment

WEEK = Span(NOON - timedelta(days=7), NOON)
A_DAY_AGO = NOON - timedelta(days=1)
K = DifferenceKind


def paid_here(number: str, at: datetime = A_DAY_AGO, **changes: Any) -> Payment:
    """Return a payment of ours that was paid, by the intent of the same number."""
    ids = {"payment_id": f"pay_{number}", "saga_id": f"saga_{number}", "context_id": f"course-{number}"}
    mine = payment(**ids, opened_at=at, pay_until=at + timedelta(minutes=30))
    facts = {"status": PaymentStatus.SUCCEEDED, "intent_id": f"pi_{number}", "received": PRICE}
    for name, value in (facts | changes).items():
        setattr(mine, name, value)
    return mine


def entry_of(mine: Payment, *, later: timedelta = timedelta(seconds=2), **changes: Any) -> Entry:
    """Return the entry at Stripe that agrees with a paid payment."""
    at = mine.opened_at + later
    agreeing = Entry(
        intent_id=mine.intent_id or f"pi_{mine.payment_id[4:]}",
        created_at=at,
        payment_id=mine.payment_id,
        saga_id=mine.saga_id,
        context=mine.context,
        context_id=mine.context_id,
        state=EntryState.PAID,
        price=mine.price,
        received=mine.price,
        given_back=0,
        moved_at=at,
    )
    return replace(agreeing, **changes)


@dataclass
class Books:
    """Ours and Stripe's; `looks` counts what was asked of Stripe beside the stream."""

    ours: list[AnyPayment] = field(default_factory=list)
    theirs: list[Entry] = field(default_factory=list)
    looks: list[str] = field(default_factory=list)
    heard: list[tuple[str, str, Message]] = field(default_factory=list)
    facts_of: Callable[[str], list[Any]] = field(default=lambda _: [])

    def reconciliation(self) -> Reconciliation:
        it: Any = self
        return Reconciliation(it, lambda: it, it, StillClock())

    def differences(self, span: Span = WEEK) -> list[Difference]:
        return list(self.reconciliation().differences(span))

    def found(self, span: Span = WEEK) -> list[tuple[DifferenceKind, str, str]]:
        return sorted((each.kind, each.payment_id, each.intent_id) for each in self.differences(span))

    # Stripe's side.

    def entries(self, span: Span) -> Iterator[Entry]:
        within = [replace(each, disputes={}) for each in self.theirs if each.created_at in span and each.payment_id]
        return iter(sorted(within, key=lambda each: each.created_at, reverse=True))

    def entry(self, intent_id: str) -> Entry | None:
        self.looks.append(intent_id)
        return next((each for each in self.theirs if each.intent_id == intent_id), None)

    def facts(self, intent_id: str) -> list[Any]:
        return self.facts_of(intent_id)

    # Our side: units, their lists and payments, and the service.

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    @property
    def lists(self) -> Books:
        return self

    @property
    def payments(self) -> Books:
        return self

    def payments_between(self, span: Span, page: Page) -> Slice[AnyPayment]:
        within = [each for each in self.ours if each.opened_at in span]
        within.sort(key=lambda each: (each.opened_at, each.payment_id), reverse=True)
        start = next((n + 1 for n, each in enumerate(within) if each.payment_id == page.after), 0)
        shown = within[start : start + page.limit]
        return Slice(shown, shown[-1].payment_id if within[start + page.limit :] else None)

    def count_payments_between(self, span: Span) -> int:
        return sum(each.opened_at in span for each in self.ours)

    def about(self, message: Any) -> Payment | None:
        name, wanted = ("payment_id", message.payment_id) if message.payment_id else ("intent_id", message.intent_id)
        found = next((each for each in self.ours if getattr(each, name) == wanted), None)
        if isinstance(found, UnreadablePayment):
            raise NotExpected(found.reason)
        return found

    def receive(self, source: str, message_id: str, message: Message) -> Receipt:
        is_new = (source, message_id) not in {heard[:2] for heard in self.heard}
        self.heard.append((source, message_id, message))
        return Receipt.APPLIED if is_new else Receipt.DUPLICATE


Planted = tuple[Books, list[tuple[DifferenceKind, str]]]


def planted(case: str, number: str, at: datetime, later: timedelta) -> Planted:
    """Return a payment's part of both books, and the differences in it as kind and intent."""
    mine = paid_here(number, at)
    own = entry_of(mine, later=later)
    return CASES[case](mine, own)


def _open(mine: Payment) -> Payment:
    mine.status, mine.received = PaymentStatus.PENDING, None
    return mine


def _canceled(mine: Payment) -> Payment:
    mine.status, mine.received = PaymentStatus.CANCELED, None
    return mine


def _refunded(mine: Payment, amount: int = PRICE.amount, state: RefundState = RefundState.SUCCEEDED) -> Payment:
    mine.refunds["re_1"] = Refund(amount, state)
    return mine


def _disputed(mine: Payment, status: str) -> Payment:
    mine.disputes["dp_1"] = status
    return mine


def _disputed_at_stripe(entry: Entry, status: str) -> Entry:
    return replace(entry, is_disputed=True, disputes={"dp_1": status})


def _unheard_of(mine: Payment) -> Payment:
    mine.intent_id = None
    return _open(mine)


def _unreadable(mine: Payment) -> UnreadablePayment:
    ids = (mine.payment_id, mine.saga_id, mine.intent_id)
    return UnreadablePayment(*ids, mine.context, mine.context_id, "IN_SPACE", mine.opened_at, "odd", {})


OPEN: dict[str, Any] = {"state": EntryState.OPEN, "received": None}
CANCELED: dict[str, Any] = {"state": EntryState.CANCELED, "received": None}


def _case(mine: Sequence[AnyPayment], theirs: list[Entry], *kinds: tuple[DifferenceKind, str]) -> Planted:
    return Books([*mine], theirs), list(kinds)


def _second(own: Entry, **changes: Any) -> Entry:
    return replace(own, intent_id=f"{own.intent_id}b", **changes)


def _by(kind: DifferenceKind, entry: Entry) -> tuple[DifferenceKind, str]:
    return kind, entry.intent_id


CASES: dict[str, Callable[[Payment, Entry], Planted]] = {
    "agreeing": lambda p, e: _case([p], [e]),
    "both open": lambda p, e: _case([_open(p)], [replace(e, **OPEN)]),
    "both canceled": lambda p, e: _case([_canceled(p)], [replace(e, **CANCELED)]),
    "both refunded": lambda p, e: _case([_refunded(p)], [replace(e, given_back=PRICE.amount)]),
    "refund failed on both sides": lambda p, e: _case([_refunded(p, state=RefundState.FAILED)], [e]),
    "refund under way on both sides": lambda p, e: _case(
        [_refunded(p, state=RefundState.PENDING)], [replace(e, given_back=PRICE.amount)]
    ),
    "never asked for": lambda p, _: _case([_unheard_of(p)], []),
    "of another application": lambda _, e: _case([], [replace(e, payment_id="", saga_id="")]),
    "answer to creation lost": lambda p, e: _case([_unheard_of(p)], [replace(e, **OPEN)]),
    "second one canceled": lambda p, e: _case([p], [e, _second(e, **CANCELED)]),
    "second one given back": lambda p, e: _case([p], [e, _second(e, given_back=PRICE.amount)]),
    "paid there, pending here": lambda p, e: _case([_open(p)], [e], _by(K.PAID_AT_STRIPE, e)),
    "paid there, canceled here": lambda p, e: _case([_canceled(p)], [e], _by(K.PAID_AT_STRIPE, e)),
    "paid there, its intent unheard of": lambda p, e: _case([_unheard_of(p)], [e], _by(K.PAID_AT_STRIPE, e)),
    "paid there by a second one": lambda p, e: _case(
        [_open(p)], [replace(e, **OPEN), _second(e)], _by(K.PAID_AT_STRIPE, _second(e))
    ),
    "paid here only": lambda p, e: _case([p], [replace(e, **OPEN)], _by(K.PAID_HERE_ONLY, e)),
    "paid twice": lambda p, e: _case([p], [e, _second(e)], _by(K.PAID_TWICE, _second(e))),
    "made twice": lambda p, e: _case([p], [e, _second(e, **OPEN)], _by(K.MADE_TWICE, _second(e))),
    "canceled there": lambda p, e: _case([_open(p)], [replace(e, **CANCELED)], _by(K.CANCELED_AT_STRIPE, e)),
    "open there": lambda p, e: _case([_canceled(p)], [replace(e, **OPEN)], _by(K.OPEN_AT_STRIPE, e)),
    "refunded there": lambda p, e: _case([p], [replace(e, given_back=100)], _by(K.REFUNDED_THERE_ONLY, e)),
    "refunded here": lambda p, e: _case([_refunded(p)], [e], _by(K.REFUNDED_HERE_ONLY, e)),
    "disputed on both sides": lambda p, e: _case([_disputed(p, "lost")], [_disputed_at_stripe(e, "lost")]),
    "disputed there": lambda p, e: _case([p], [_disputed_at_stripe(e, "needs_response")], _by(K.DISPUTE_DIFFERS, e)),
    "dispute ended there": lambda p, e: _case(
        [_disputed(p, "needs_response")], [_disputed_at_stripe(e, "lost")], _by(K.DISPUTE_DIFFERS, e)
    ),
    "another amount": lambda p, e: _case([p], [replace(e, price=Money(1, "EUR"))], _by(K.AMOUNT_DIFFERS, e)),
    "another currency": lambda p, e: _case([p], [replace(e, price=Money(4900, "USD"))], _by(K.AMOUNT_DIFFERS, e)),
    "less received": lambda p, e: _case([p], [replace(e, received=Money(1, "EUR"))], _by(K.AMOUNT_DIFFERS, e)),
    "another thing": lambda p, e: _case([p], [replace(e, context_id="chess")], _by(K.CONTEXT_DIFFERS, e)),
    "another context": lambda p, e: _case(
        [p], [replace(e, context=PaymentContext.SESSION_BOOKING)], _by(K.CONTEXT_DIFFERS, e)
    ),
    "saga not named": lambda p, e: _case([p], [replace(e, saga_id="")], _by(K.METADATA_BROKEN, e)),
    "context not named": lambda p, e: _case([p], [replace(e, context_id="")], _by(K.METADATA_BROKEN, e)),
    "payment not named": lambda p, e: _case([p], [replace(e, payment_id="")], _by(K.METADATA_BROKEN, e)),
    "payment misnamed": lambda p, e: _case([p], [replace(e, payment_id="pay_wrong")], _by(K.METADATA_BROKEN, e)),
    "unknown here": lambda _, e: _case([], [e], _by(K.UNKNOWN_HERE, e)),
    "unreadable here": lambda p, e: _case([_unreadable(p)], [e], _by(K.UNREADABLE_HERE, e)),
    "unknown there": lambda p, e: _case([p], [], _by(K.UNKNOWN_AT_STRIPE, e)),
    "differing in two ways": lambda p, e: _case(
        [_open(p)], [replace(e, context_id="chess")], _by(K.CONTEXT_DIFFERS, e), _by(K.PAID_AT_STRIPE, e)
    ),
}
