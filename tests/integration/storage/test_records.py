from __future__ import annotations

import pytest
from sqlalchemy import Engine, text

from reference.application.ports import ConflictError
from reference.domain.enrollment import EnrollInCourseInitiated
from reference.domain.payment import Payment
from reference.domain.payment_status import RefundState
from reference.sagas.enroll_in_course import EnrollInCourseSaga
from tests.integration.storage.world import INITIATED, RIVAL, VERIFIED, NewUnit
from tests.unit.reference.builders import NOON, SECRET, canceled, created, declined, paid, payment, refund


def save(units: NewUnit, *records: EnrollInCourseSaga | Payment) -> None:
    with units() as unit:
        for record in records:
            if isinstance(record, Payment):
                unit.payments.save(record)
            else:
                unit.sagas.save(record, NOON)
        unit.commit()


def saga(message: EnrollInCourseInitiated = INITIATED) -> EnrollInCourseSaga:
    started = EnrollInCourseSaga.start(message)
    started.handle(message, NOON)
    return started


def test_a_saga_is_read_as_it_was_saved(units: NewUnit) -> None:
    saved = saga()
    save(units, saved)
    saved.handle(VERIFIED, NOON)
    save(units, saved)
    with units() as unit:
        found = unit.sagas.get("saga_1")
        assert unit.sagas.get("saga_2") is None
    assert isinstance(found, EnrollInCourseSaga)
    saved.effects = []
    assert found == saved
    assert (found.state, found.title, found.version) == ("awaiting_payment", "Algebra", 2)


def test_a_payment_is_read_as_it_was_saved_and_found_by_each_of_its_ids(units: NewUnit) -> None:
    saved = payment()
    for news in (created(), declined(), paid(), refund(RefundState.PENDING)):
        saved.apply(news)
    save(units, saved)
    with units() as unit:
        by_payment_id, by_intent = unit.payments.about(created()), unit.payments.about(refund(RefundState.FAILED))
        assert by_payment_id == by_intent == unit.payments.of_saga("saga_1") == saved
        assert unit.payments.of_saga("saga_2") is None
        assert unit.payments.about(created(payment_id="pay_2")) == saved, "somebody may have changed it at Stripe"
        assert unit.payments.about(created(saga_id="saga_2", payment_id="pay_2", intent_id="pi_2")) is None
    assert saved.client_secret == SECRET


def test_who_saves_an_older_payment_gets_a_conflict(units: NewUnit) -> None:
    save(units, payment())
    with units() as unit:
        mine, theirs = unit.payments.of_saga("saga_1"), unit.payments.of_saga("saga_1")
    assert mine
    assert theirs
    mine.apply(paid())
    theirs.apply(canceled())
    save(units, mine)
    with pytest.raises(ConflictError):
        save(units, theirs)
    with units() as unit:
        assert unit.payments.of_saga("saga_1") == mine


def test_who_starts_a_saga_second_gets_a_conflict(units: NewUnit) -> None:
    save(units, saga())
    with pytest.raises(ConflictError):
        save(units, saga())


def test_a_student_buys_a_thing_once_at_a_time(units: NewUnit) -> None:
    first = saga()
    save(units, first)
    with units() as unit:
        assert unit.sagas.is_under_way(saga(RIVAL))
    with pytest.raises(ConflictError):
        save(units, saga(RIVAL))
    first.state = "refunding"
    save(units, first)
    with units() as unit:
        assert not unit.sagas.is_under_way(saga(RIVAL))
    save(units, saga(RIVAL))


def test_a_saga_has_one_payment_and_an_intent_belongs_to_one(units: NewUnit) -> None:
    first = payment()
    first.apply(created())
    save(units, first)
    with pytest.raises(ConflictError):
        save(units, payment(payment_id="pay_2"))
    other = payment(payment_id="pay_2", saga_id="saga_2")
    other.apply(created())
    with pytest.raises(ConflictError):
        save(units, other)


def test_what_is_not_committed_is_undone_altogether(units: NewUnit) -> None:
    with units() as unit:
        unit.sagas.save(saga(), NOON)
        unit.payments.save(payment())
        unit.outbox.put("key", "stripe", created(), NOON)
    with units() as unit:
        assert unit.sagas.get("saga_1") is None
        assert unit.payments.of_saga("saga_1") is None
        assert unit.lists.next_due(NOON) is None


@pytest.mark.parametrize("text_", ["Zoë Ω", "a'b\"c;--\u202e", "\\ %s :name", "\U0001f4d0" * 255])
def test_any_text_that_passed_the_door_is_kept(units: NewUnit, text_: str) -> None:
    kept = saga(EnrollInCourseInitiated(saga_id=text_, student_id=text_, course_id=text_))
    save(units, kept)
    with units() as unit:
        found = unit.sagas.get(text_)
        unit.inbox.add(text_, text_, "Told", NOON)
        assert unit.commit()
    assert found
    assert (found.saga_id, found.student_id, found.context_id) == (text_, text_, text_)


def test_no_value_is_shown_when_a_statement_fails(engine: Engine) -> None:
    with engine.connect() as connection, pytest.raises(Exception, match="nowhere") as failure:
        connection.execute(text("SELECT * FROM nowhere WHERE secret = :secret"), {"secret": SECRET})
    assert SECRET not in str(failure.value)
