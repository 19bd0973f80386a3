from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from reference.application.ports import OutboxMessage
from reference.domain.enrollment import VerifyCourse
from reference.domain.messages import Message
from reference.storage.tables import dead_letters
from tests.integration.storage.world import LEASE, NewUnit, at_once
from tests.unit.reference.builders import NOON, created, refund_intent

SOON = NOON + timedelta(seconds=1)


def verify(number: int) -> VerifyCourse:
    return VerifyCourse(saga_id=f"saga_{number}", course_id="algebra")


def say(units: NewUnit, *messages: Message) -> list[OutboxMessage]:
    """Return what was put fresh into the outbox."""
    with units() as unit:
        for message in messages:
            unit.outbox.put(f"{message.saga_id}:{message.key}", "learning", message, NOON)
        unit.commit()
        return unit.outbox.fresh


def claim(units: NewUnit, now: datetime = NOON + LEASE, most: int = 50) -> list[OutboxMessage]:
    with units() as unit:
        found = unit.outbox.claim(now, most)
        unit.commit()
        return found


def done(units: NewUnit, key: str) -> bool:
    with units() as unit:
        unit.outbox.remove(key)
        return unit.commit()


def hear(units: NewUnit, source: str, id_: str) -> bool:
    with units() as unit:
        unit.inbox.add(source, id_, "Told", NOON)
        unit.outbox.put(f"{source}:{id_}", "learning", verify(1), NOON)
        return unit.commit()


def test_what_was_heard_is_known_by_source_and_id(units: NewUnit) -> None:
    heard = [hear(units, source, id_) for source, id_ in ("a1", "a1", "b1", "a2")]
    assert heard == [True, False, True, True]
    assert len(claim(units)) == 3, "nothing follows of what was heard before"


def test_what_was_not_committed_was_never_heard(units: NewUnit) -> None:
    with units() as unit:
        unit.inbox.add("a", "1", "Told", NOON)
    assert hear(units, "a", "1")


def test_what_is_asked_for_again_by_the_answer_to_it_is_sent_again(units: NewUnit) -> None:
    say(units, verify(1))
    with units() as unit:
        unit.outbox.remove("saga_1:VerifyCourse")
        unit.outbox.put("saga_1:VerifyCourse", "learning", verify(1), NOON)
        assert unit.commit()
        assert [outgoing.key for outgoing in unit.outbox.fresh] == ["saga_1:VerifyCourse"]
    assert len(claim(units)) == 1


def test_what_is_waiting_to_be_said_is_not_said_twice(units: NewUnit) -> None:
    assert [outgoing.key for outgoing in say(units, verify(1), verify(1))] == ["saga_1:VerifyCourse"]
    assert say(units, verify(1)) == []
    assert done(units, "saga_1:VerifyCourse")
    assert say(units, verify(1))


def test_whoever_says_it_first_has_said_it(units: NewUnit) -> None:
    say(units, verify(1))
    assert [done(units, "saga_1:VerifyCourse") for _ in range(2)] == [True, False]


def test_a_fresh_outbox_message_belongs_to_its_process_until_the_lease_ends(units: NewUnit) -> None:
    (fresh,) = say(units, verify(1))
    assert claim(units, NOON + LEASE - timedelta(milliseconds=1)) == []
    (found,) = claim(units)
    assert (found.key, found.to, found.message, found.enqueued_at) == (fresh.key, "learning", verify(1), NOON)
    assert (fresh.attempts, found.attempts) == (1, 2)
    assert claim(units) == []


def test_a_message_is_the_same_when_it_comes_out(units: NewUnit) -> None:
    say(units, refund_intent())
    assert claim(units)[0].message == refund_intent()


def test_a_retry_comes_when_it_is_due(units: NewUnit) -> None:
    (outgoing,) = say(units, verify(1))
    with units() as unit:
        unit.outbox.retry_at(outgoing, SOON)
        unit.commit()
    with units() as unit:
        assert unit.lists.next_due(NOON) == SOON
    assert len(claim(units, SOON)) == 1


def test_what_is_withdrawn_is_not_said_any_more(units: NewUnit) -> None:
    say(units, verify(1))
    with units() as unit:
        unit.outbox.put("other", "learning", verify(2), NOON)
        unit.outbox.withdraw("other")
        unit.outbox.withdraw("saga_1:VerifyCourse")
        assert unit.outbox.fresh == []
        unit.commit()
    assert claim(units) == []
    assert not done(units, "saga_1:VerifyCourse")


def test_an_outbox_message_goes_to_one_of_many_workers(units: NewUnit) -> None:
    say(units, *(verify(number) for number in range(40)))
    shares = at_once([lambda: claim(units, most=10)] * 4)
    keys = [outgoing.key for share in shares for outgoing in share]
    assert len(keys) == len(set(keys))
    while more := claim(units, most=10):
        keys += [outgoing.key for outgoing in more]
    assert len(set(keys)) == len(keys) == 40


def test_who_takes_an_outbox_message_does_not_keep_others_from_the_rest(engine: Engine, units: NewUnit) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    say(units, *(verify(number) for number in range(4)))
    with units() as one, units() as other:
        first = one.outbox.claim(NOON + LEASE, 2)
        second = other.outbox.claim(NOON + LEASE, 4)
    assert len({outgoing.key for outgoing in [*first, *second]}) == len(first) + len(second) == 4


def test_a_dead_letter_is_kept_with_its_reason(engine: Engine, units: NewUnit) -> None:
    with units() as unit:
        unit.dead_letters.add("stripe", "evt_1", created(), "nobody knows it", NOON)
        unit.commit()
    with engine.connect() as connection:
        (row,) = connection.execute(select(dead_letters)).all()
    assert (row.source, row.message_id, row.name, row.reason, row.at) == (
        *("stripe", "evt_1", "IntentCreated", "nobody knows it"),
        NOON,
    )
