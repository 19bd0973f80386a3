"""Whatever two books hold, what differs in them is told: all of it, once, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.application.lists import Span
from reference.application.service import Receipt
from reference.domain.payment import Payment
from reference.domain.payment_status import PaymentStatus, RefundState
from reference.reconciliation.differences import MENDED_BY_NEWS, SHOWN_BY_NEWS, Difference, DifferenceKind
from reference.reconciliation.ledger import Entry, EntryState
from reference.reconciliation.pairing import pair_up
from reference.reconciliation.reconcile import Repair
from tests.unit.reference.builders import NOON, created, paid, refund
from tests.unit.reference.reconciliation.books import (
    A_DAY_AGO,
    CASES,
    OPEN,
    WEEK,
    Books,
    K,
    entry_of,
    paid_here,
    planted,
)

HOUR = timedelta(hours=1)
ANY_CASE = st.tuples(
    st.sampled_from(sorted(CASES)),
    st.integers(61, 7 * 24 * 60 - 61),  # Minutes ago.
    st.sampled_from([-3600, -30, 0, 2, 60, 3599]),  # Seconds by which Stripe's clock says otherwise, or it took.
)


@given(st.lists(ANY_CASE, max_size=12))
@settings(deadline=None, max_examples=300)
def test_exactly_what_differs_is_reported(cases: list[tuple[str, int, int]]) -> None:
    books, expected = Books(), []
    for number, (case, minutes, later) in enumerate(cases):
        part, kinds = planted(case, str(number), NOON - timedelta(minutes=minutes), timedelta(seconds=later))
        books.ours += part.ours
        books.theirs += [replace(each, moved_at=A_DAY_AGO) for each in part.theirs]
        expected += [(kind, each) for kind, each in kinds]
    assert sorted((kind, intent) for kind, _, intent in books.found()) == sorted(expected)


@pytest.mark.parametrize("case", sorted(CASES))
@pytest.mark.parametrize("later", [timedelta(hours=5), timedelta(days=2)], ids=str)
def test_what_is_far_apart_is_reported_once_too(case: str, later: timedelta) -> None:
    books, expected = planted(case, "1", NOON - timedelta(days=3), later)
    assert [(kind, intent) for kind, _, intent in books.found()] == sorted(expected)


def test_an_entry_in_the_range_is_compared_with_an_older_payment() -> None:
    mine = paid_here("1", WEEK.since - HOUR, status=PaymentStatus.PENDING, received=None)
    books = Books([mine], [entry_of(mine, later=2 * HOUR)])
    assert books.found() == [(K.PAID_AT_STRIPE, "pay_1", "pi_1")]


def test_a_broken_entry_of_an_older_payment_is_reported_in_its_own_name() -> None:
    mine, other = paid_here("1", WEEK.since - HOUR), paid_here("2")
    books = Books([mine, other], [entry_of(mine, later=2 * HOUR, payment_id="pay_2"), entry_of(other)])
    assert books.found() == [(K.METADATA_BROKEN, "pay_1", "pi_1")]


def test_two_that_were_paid_for_one_that_heard_of_neither_are_one_too_many() -> None:
    mine = paid_here("1", intent_id=None, status=PaymentStatus.PENDING, received=None)
    first, second = entry_of(mine), entry_of(mine, later=timedelta(minutes=1), intent_id="pi_1b")
    assert Books([mine], [first, second]).found() == [
        (K.PAID_AT_STRIPE, "pay_1", "pi_1"),
        (K.PAID_TWICE, "pay_1", "pi_1b"),
    ]


def test_nothing_is_asked_of_stripe_beside_the_stream_while_the_books_agree() -> None:
    ours = [paid_here(str(n), NOON - timedelta(minutes=10 * n)) for n in range(1, 50)]
    books = Books([*ours], [entry_of(each) for each in ours])
    assert (books.found(), books.looks) == ([], [])


def test_an_entry_that_comes_late_is_asked_for_before_it_is_missed() -> None:
    mine = paid_here("1")
    books = Books([mine], [entry_of(mine, later=6 * HOUR)])
    assert (books.found(), books.looks) == ([], ["pi_1", "pi_1"])


@pytest.mark.parametrize("case", ["paid there, pending here", "canceled there", "refunded there", "refunded here"])
def test_what_just_happened_may_be_on_its_way(case: str) -> None:
    books, expected = planted(case, "1", A_DAY_AGO, HOUR / 2)
    books.theirs = [replace(each, moved_at=NOON - timedelta(seconds=59)) for each in books.theirs]
    assert books.found() == []
    books.theirs = [replace(each, moved_at=NOON - timedelta(seconds=61)) for each in books.theirs]
    assert [(kind, intent) for kind, _, intent in books.found()] == expected


def test_what_changed_while_the_streams_were_read_is_not_reported() -> None:
    mine = paid_here("1")
    seen = entry_of(mine)
    books = Books([mine], [seen])
    stale = paid_here("1", status=PaymentStatus.PENDING, received=None)
    books.payments_between = lambda *_: _slice([stale])  # type: ignore[method-assign]
    assert (books.found(), books.looks) == ([], ["pi_1"])


@pytest.mark.fault(41)
def test_what_a_bank_is_asked_for_is_open_in_both_books_unless_it_was_canceled() -> None:
    mine = paid_here("1", status=PaymentStatus.PROCESSING, received=None)
    with_bank = entry_of(mine, state=EntryState.OPEN, received=None)
    assert Books([mine], [with_bank]).found() == []
    canceled = replace(with_bank, state=EntryState.CANCELED)
    assert [kind for kind, *_ in Books([mine], [canceled]).found()] == [DifferenceKind.CANCELED_AT_STRIPE]


def _slice(items: list[Payment]) -> Any:
    return type("Slice", (), {"items": items, "next_cursor": None})()


def test_each_difference_says_what_both_books_say() -> None:
    books, _ = planted("refunded there", "1", A_DAY_AGO, HOUR / 2)
    (found,) = books.differences()
    assert (found.here, found.there) == (
        "SUCCEEDED, 0.00 EUR given back",
        "PAID 49.00 EUR, 1.00 EUR given back",
    )


def test_every_kind_can_be_met() -> None:
    met = {kind for case in CASES for kind, _ in planted(case, "1", A_DAY_AGO, HOUR / 2)[1]}
    assert met == set(DifferenceKind)


def difference(kind: DifferenceKind) -> Difference:
    return Difference(kind, "pay_1", "saga_1", "pi_1", "", "")


def test_a_repair_sends_what_webhooks_could_have_sent_under_ids_that_stay_the_same() -> None:
    books = Books(facts_of=lambda _: [created(), paid(payment_id=None, saga_id=""), refund(RefundState.PENDING)])
    reconciliation = books.reconciliation()
    assert reconciliation.repair(difference(K.PAID_AT_STRIPE)) == Repair.APPLIED
    assert reconciliation.repair(difference(K.PAID_AT_STRIPE)) == Repair.DUPLICATE
    heard = [(source, id_) for source, id_, _ in books.heard]
    assert heard[:2] == heard[2:]
    assert set(heard) == {("reconcile", "pi_1:MoneyReceived"), ("reconcile", "pi_1:re_1:PENDING")}
    said: list[Any] = [message for _, _, message in books.heard]
    assert {(each.payment_id, each.saga_id) for each in said} == {("pay_1", "saga_1")}


@pytest.mark.parametrize("kind", sorted(SHOWN_BY_NEWS))
def test_what_is_sent_only_to_be_seen_stays_for_a_person(kind: DifferenceKind) -> None:
    reconciliation = Books(facts_of=lambda _: [created(), paid()]).reconciliation()
    assert [reconciliation.repair(difference(kind)) for _ in range(2)] == [Repair.FOR_A_PERSON] * 2


@pytest.mark.parametrize("receipt", [Receipt.DEAD, Receipt.IGNORED])
def test_what_the_service_cannot_use_is_for_a_person(receipt: Receipt) -> None:
    books = Books(facts_of=lambda _: [created(), paid()])
    books.receive = lambda *_: receipt  # type: ignore[method-assign]
    assert books.reconciliation().repair(difference(K.PAID_AT_STRIPE)) == Repair.FOR_A_PERSON


@pytest.mark.parametrize("kind", sorted(set(DifferenceKind) - MENDED_BY_NEWS - SHOWN_BY_NEWS))
def test_what_no_news_can_mend_is_left_alone(kind: DifferenceKind) -> None:
    books = Books(facts_of=lambda _: [created(), paid()])
    assert books.reconciliation().repair(difference(kind)) == Repair.FOR_A_PERSON
    assert books.heard == []


def test_only_what_is_near_in_time_is_held() -> None:
    ours = [paid_here(str(n), NOON - timedelta(minutes=n)) for n in range(600)]
    read: list[Payment | Entry] = []

    def noted(items: list[Any]) -> Iterator[Any]:
        for each in items:
            read.append(each)
            yield each

    held = []
    for done, _ in enumerate(pair_up(noted(ours), noted([entry_of(each) for each in ours]), HOUR), start=1):
        held.append(len(read) - 2 * done)
    assert done == 600
    assert max(held) <= 2 * 61 + 2


def test_the_range_is_what_was_asked_for() -> None:
    ours = [paid_here(str(n), NOON - timedelta(days=n)) for n in range(5)]
    books = Books([*ours], [])
    found = books.found(Span(NOON - timedelta(days=3), NOON - timedelta(days=2)))
    assert found == [(K.UNKNOWN_AT_STRIPE, f"pay_{n}", f"pi_{n}") for n in (2, 3)]


def test_an_open_intent_of_a_payment_that_gave_up_before_it_heard_of_it_is_reported() -> None:
    mine = paid_here("1", intent_id=None, status=PaymentStatus.CANCELED, received=None)
    assert Books([mine], [entry_of(mine, **OPEN)]).found() == [(K.OPEN_AT_STRIPE, "pay_1", "pi_1")]
