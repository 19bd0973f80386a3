"""Reconciliation of Stripe's books and ours: compares them both ways, and repairs by news that the service missed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from reference.application.lists import AnyPayment, Page, Span, UnreadablePayment
from reference.application.ports import CLOCK_SKEW, Clock, UnitOfWork
from reference.application.service import PaymentService, Receipt
from reference.domain.messages import NotExpected
from reference.domain.payment import Payment
from reference.domain.payment_news import DisputeReported, PaymentNews, RefundReported
from reference.reconciliation.differences import (
    MENDED_BY_NEWS,
    SHOWN_BY_NEWS,
    TRAVELLING,
    Difference,
    differences,
    unknown_here,
    unreadable_here,
)
from reference.reconciliation.ledger import Entry, Ledger
from reference.reconciliation.pairing import Pair, pair_up

SETTLING = timedelta(minutes=1)  # As long as news may be on their way.
A_WEEK = timedelta(days=7)
BATCH = 500


class Repair(StrEnum):
    """What became of a difference: the facts were applied, had been received before, or a person has to see to it."""

    APPLIED = "HEARD"
    DUPLICATE = "HEARD_BEFORE"
    FOR_A_PERSON = "FOR_A_PERSON"


class Reconciliation:
    """Both books, side by side. Comparing changes nothing; repairing sends the service what a webhook would."""

    def __init__(self, ledger: Ledger, units: Callable[[], UnitOfWork], service: PaymentService, clock: Clock) -> None:
        self._ledger, self._units, self._service, self._clock = ledger, units, service, clock

    def span(self, since: datetime | None = None, until: datetime | None = None) -> Span:
        """Return what to compare: up to now unless said otherwise, and a week; ValueError if that is no span."""
        until = until or self._clock.now()
        return Span(since or until - A_WEEK, until)

    def count(self, span: Span) -> int:
        """Return how many payments of ours there are to compare."""
        with self._units() as unit:
            return unit.lists.count_payments_between(span)

    def differences(self, span: Span, on_payment: Callable[[], object] = lambda: None) -> Iterator[Difference]:
        """Yield what differs, the newest first; only what both sides still say when they are asked once more."""
        for pair in pair_up(self._ours(span), self._ledger.entries(span), CLOCK_SKEW):
            if isinstance(pair.payment, UnreadablePayment):
                yield unreadable_here(pair.payment)
            elif not _agree(pair):
                yield from self._compare_again(pair, span)
            if pair.payment:
                on_payment()

    def repair(self, difference: Difference) -> Repair:
        """Send the service what a webhook could have told; the same facts twice take effect once."""
        if difference.kind not in MENDED_BY_NEWS | SHOWN_BY_NEWS:
            return Repair.FOR_A_PERSON
        facts = self._ledger.facts(difference.intent_id)
        ours = {"payment_id": difference.payment_id, "saga_id": difference.saga_id}
        # That it was created matters only as long as nothing else happened to it.
        receipts = {self._receive(replace(fact, **ours)) for fact in facts[1:] or facts}
        if difference.kind in SHOWN_BY_NEWS or receipts & {Receipt.DEAD, Receipt.IGNORED}:
            return Repair.FOR_A_PERSON
        return Repair.APPLIED if Receipt.APPLIED in receipts else Repair.DUPLICATE

    def _receive(self, fact: PaymentNews) -> Receipt:
        match fact:
            case RefundReported():
                what = f"{fact.refund_id}:{fact.state}"
            case DisputeReported():
                what = f"{fact.dispute_id}:{fact.status}"
            case _:
                what = fact.name
        return self._service.receive("reconcile", f"{fact.intent_id}:{what}", fact)

    def _ours(self, span: Span) -> Iterator[AnyPayment]:
        cursor: str | None = ""
        while cursor is not None:
            with self._units() as unit:
                found = unit.lists.payments_between(span, Page(cursor, BATCH))
            yield from found.items
            cursor = found.next_cursor

    def _compare_again(self, pair: Pair, span: Span) -> Iterator[Difference]:
        owners: dict[str, Payment] = {}
        for each in pair.entries:
            try:
                owner = self._owner(each)
            except NotExpected:
                continue  # Its payment cannot be read, and is reported at its own turn.
            if owner:
                owners[each.intent_id] = owner
            else:
                yield unknown_here(each)
        concerned = {each.payment_id: each for each in (pair.payment, *owners.values()) if isinstance(each, Payment)}
        for payment in concerned.values():
            named = [id_ for id_, owner in owners.items() if owner.payment_id == payment.payment_id]
            found = self._compare(payment, named)
            is_its_turn = pair.payment is not None and pair.payment.payment_id == payment.payment_id
            yield from found if is_its_turn else _out_of_turn(found, payment, named, span)

    def _compare(self, payment: Payment, intent_ids: Iterable[str]) -> list[Difference]:
        payment = self._find(payment_id=payment.payment_id) or payment
        ids = dict.fromkeys([*filter(None, [payment.intent_id]), *intent_ids])
        entries = {id_: entry for id_ in ids if (entry := self._ledger.entry(id_))}
        own = entries.pop(payment.intent_id or _likeliest(entries.values()), None)
        unsettled = self._clock.now() - SETTLING
        moving = {each.intent_id for each in (own, *entries.values()) if each and each.moved_at > unsettled}
        found = differences(payment, own, entries.values())
        return [each for each in found if each.kind not in TRAVELLING or each.intent_id not in moving]

    def _owner(self, entry: Entry) -> Payment | None:
        return self._find(intent_id=entry.intent_id) or self._find(payment_id=entry.payment_id)

    def _find(self, **by: str) -> Payment | None:
        with self._units() as unit:
            return unit.payments.about(PaymentNews(**by))


def _agree(pair: Pair) -> bool:
    if not isinstance(pair.payment, Payment):
        return False
    expected = [pair.payment.intent_id] if pair.payment.intent_id else []
    if [each.intent_id for each in pair.entries] != expected:
        return False
    return not differences(pair.payment, next(iter(pair.entries), None))


def _likeliest(entries: Collection[Entry]) -> str:
    """Choose the intent of a payment that never heard of one: what is paid, then what came first."""
    return min(entries, key=lambda each: (not each.is_kept, each.created_at)).intent_id if entries else ""


def _out_of_turn(
    found: Iterable[Difference], payment: Payment, named: Iterable[str], span: Span
) -> Iterator[Difference]:
    """Leave out what is reported when the payment's own turn comes."""
    own = payment.intent_id if payment.opened_at in span else None
    return (each for each in found if each.intent_id in named and each.intent_id != own)
