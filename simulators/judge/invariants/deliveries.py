"""The invariants of deliveries: once, only for money, nothing left behind, and a notice of each ending."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from simulators.judge.evidence import Evidence, saga_of
from simulators.judge.invariant import Finding, Findings, invariant
from simulators.judge.wording import purchase, student, thing, times
from simulators.kit.json_types import Json

OPEN = ("requires_payment_method", "requires_confirmation", "requires_action", "processing", "requires_capture")
ENDING_NOTICES = {"COMPLETED": "CONFIRMED", "EXPIRED": "EXPIRED", "REFUNDED": "REFUNDED"}
UNPAID, OF_MONEY = ("REJECTED", "EXPIRED", "CANCELLED"), {"CONFIRMED", "REFUNDED"}


@invariant(5, "one delivery")
def one_delivery(evidence: Evidence) -> Findings:
    """A saga leads to one delivery at most; a student is in a course once, and a tutor in one session at a time."""
    by_saga = Counter(each["sagaId"] for each in evidence.deliveries)
    for saga_id, count in by_saga.items():
        if count > 1:
            yield Finding(saga_id, f"{purchase(evidence, saga_id)} was delivered {times(count)}")
    by_seat = Counter((each["studentId"], each["courseId"]) for each in evidence.enrollments)
    for (person, course), count in by_seat.items():
        if count > 1:
            yield Finding("", f"{person} is in the course {course} {times(count)}")
    for one, other in _overlaps(evidence.sessions):
        yield Finding("", f"{one['tutorId']} has two sessions at once: {one['scheduledAt']}, {other['scheduledAt']}")


@invariant(8, "nothing is left lying")
def nothing_is_left_lying(evidence: Evidence) -> Findings:
    """A saga that ended without delivery leaves nothing delivered, no slot kept, and no intent that could be paid."""
    for saga_id in evidence.sagas:
        if (outcome := evidence.outcome(saga_id)) not in ("REJECTED", "EXPIRED", "CANCELLED", "REFUNDED"):
            continue
        ended = f"{purchase(evidence, saga_id)} ended {outcome}"
        if evidence.deliveries_of(saga_id):
            yield Finding(saga_id, f"{ended}, and {student(evidence, saga_id)} has it all the same")
        kept = evidence.about(saga_id, "holds")
        yield from (
            Finding(saga_id, f"{ended}, and {each['tutorId']}'s slot is still {each['status']}") for each in kept
        )
        still_open = [each for each in evidence.about(saga_id, "intents") if each["status"] in OPEN]
        for each in still_open:
            yield Finding(saga_id, f"{ended}, and can still be paid at Stripe: {each['id']} is {each['status']}")


@invariant(9, "nothing for free")
def nothing_for_free(evidence: Evidence) -> Findings:
    """Nothing is delivered by a saga whose payment Stripe does not show as succeeded; no slot is two sagas'."""
    paid = {saga_of(each) for each in evidence.intents if each["status"] == "succeeded"}
    for each in evidence.deliveries:
        if each["sagaId"] not in paid:
            has = f"{student(evidence, each['sagaId'])} has {thing(evidence, each['sagaId'])}"
            yield Finding(each["sagaId"], f"{has}, and nothing was paid for it")
    for one, other in _overlaps(evidence.holds):
        yield Finding("", f"two purchases keep {one['tutorId']}'s time: {one['scheduledAt']}, {other['scheduledAt']}")


def _overlaps(slots: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Yield the pairs of slots of one tutor that overlap, in whatever form their times are written."""
    by_start = sorted(slots, key=lambda each: (each["tutorId"], datetime.fromisoformat(each["scheduledAt"])))
    for one, other in pairwise(by_start):
        end = datetime.fromisoformat(one["scheduledAt"]) + timedelta(minutes=one.get("duration", 1))
        if one["tutorId"] == other["tutorId"] and datetime.fromisoformat(other["scheduledAt"]) < end:
            yield one, other


@invariant(16, "told once")
def one_notice(evidence: Evidence) -> Findings:
    """Whoever paid is told once how it ended, and nothing else; nobody else is told, and no notice holds a secret."""
    for saga_id, saga in evidence.sagas.items():
        ended = f"{purchase(evidence, saga_id)} ended {evidence.outcome(saga_id)}"
        notices = evidence.about(saga_id, "notices")
        kinds = Counter(each["kind"] for each in notices)
        ending = ENDING_NOTICES.get(evidence.outcome(saga_id) or "")
        if ending and kinds[ending] != 1:
            often = f"told so {times(kinds[ending])}" if kinds[ending] else "never told so"
            yield Finding(saga_id, f"{ended}, and the student was {often} ({ending})")
        if evidence.outcome(saga_id) == "PARKED" and not kinds["NEEDS_ATTENTION"]:
            yield Finding(saga_id, f"{purchase(evidence, saga_id)} waits for a person, and the student was not told")
        if evidence.outcome(saga_id) in UNPAID and (false := sorted(OF_MONEY & {*kinds})):
            yield Finding(saga_id, f"{ended}, and the student was told {', '.join(false)}")
        strangers = {each["personId"] for each in notices} - {saga["studentId"] if saga else ""}
        yield from (Finding(saga_id, f"{stranger} was told of {purchase(evidence, saga_id)}") for stranger in strangers)
    for each in evidence.notices:
        if evidence.has_secret(str(each)):
            yield Finding(each["sagaId"], f"the notice {each['kind']} to {each['personId']} holds a secret")
