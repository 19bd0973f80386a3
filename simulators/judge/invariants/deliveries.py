"""What must be true of what was bought: delivered once, only for money, and told of."""

from __future__ import annotations

import re
from collections import Counter

from simulators.judge.evidence import Evidence, saga_of
from simulators.judge.invariant import Found, invariant

OPEN = ("requires_payment_method", "requires_confirmation", "requires_action", "processing", "requires_capture")
NEVER_SHOWN = re.compile(r"_secret_\w|\bsk_(test|live)_\w|\bwhsec_\w|\b\d{13,19}\b")
ENDING_NOTICES = {"COMPLETED": "CONFIRMED", "EXPIRED": "EXPIRED", "REFUNDED": "REFUNDED"}


@invariant(5, "one delivery")
def one_delivery(evidence: Evidence) -> Found:
    """A saga leads to one delivery at most; a student is in a course once, and a tutor in one session at a time."""
    by_saga = Counter(each["sagaId"] for each in evidence.deliveries)
    yield from ((saga_id, f"{count} deliveries") for saga_id, count in by_saga.items() if count > 1)
    by_seat = Counter((each["studentId"], each["courseId"]) for each in evidence.enrollments)
    yield from (("", f"{seat} is there {count} times") for seat, count in by_seat.items() if count > 1)
    by_slot = Counter((each["tutorId"], each["scheduledAt"]) for each in evidence.sessions)
    yield from (("", f"{count} sessions of {slot}") for slot, count in by_slot.items() if count > 1)


@invariant(8, "nothing is left lying")
def nothing_is_left_lying(evidence: Evidence) -> Found:
    """A saga that ended without delivery leaves nothing delivered, no slot kept, and no intent that could be paid."""
    for saga_id in evidence.sagas:
        if (outcome := evidence.outcome(saga_id)) not in ("REJECTED", "EXPIRED", "CANCELLED", "REFUNDED"):
            continue
        if delivered := evidence.delivered(saga_id):
            yield saga_id, f"ended {outcome}, but {delivered[0]['studentId']} has what was not paid for"
        kept = [each for each in evidence.holds if each["sagaId"] == saga_id]
        yield from ((saga_id, f"ended {outcome}, but a slot of {each['tutorId']} is {each['status']}") for each in kept)
        still_open = [each for each in evidence.intents if saga_of(each) == saga_id and each["status"] in OPEN]
        yield from ((saga_id, f"ended {outcome}, but {each['id']} is {each['status']}") for each in still_open)


@invariant(9, "nothing for free")
def nothing_for_free(evidence: Evidence) -> Found:
    """Nothing is delivered by a saga whose payment Stripe does not show as succeeded; no slot is two sagas'."""
    paid = {saga_of(each) for each in evidence.intents if each["status"] == "succeeded"}
    for each in evidence.deliveries:
        if each["sagaId"] not in paid:
            yield each["sagaId"], f"{each['studentId']} has it without a payment"
    by_slot = Counter((each["tutorId"], each["scheduledAt"]) for each in evidence.holds)
    yield from (("", f"{count} sagas keep {slot}") for slot, count in by_slot.items() if count > 1)


@invariant(16, "told once")
def told_once(evidence: Evidence) -> Found:
    """Whoever paid is told once how it ended, nobody else is told, and no notice holds a secret."""
    for saga_id, saga in evidence.sagas.items():
        told = [each for each in evidence.notices if each["sagaId"] == saga_id]
        kinds = Counter(each["kind"] for each in told)
        ending = ENDING_NOTICES.get(evidence.outcome(saga_id) or "")
        if ending and kinds[ending] != 1:
            yield saga_id, f"ended {evidence.outcome(saga_id)}, and was told {kinds[ending]} times"
        strangers = {each["personId"] for each in told} - {saga["studentId"] if saga else ""}
        yield from ((saga_id, f"{stranger} was told") for stranger in strangers)
    for each in evidence.notices:
        if NEVER_SHOWN.search(str(each)) or any(secret in str(each) for secret in evidence.secrets):
            yield each["sagaId"], "a notice holds a secret"
