"""The invariants of sagas: each ends, and stays so."""

from __future__ import annotations

from datetime import datetime, timedelta

from simulators.judge.evidence import Evidence, saga_of
from simulators.judge.invariant import Finding, Findings, invariant
from simulators.judge.wording import purchase
from simulators.kit.json_types import Json

ENDINGS = ("COMPLETED", "REJECTED", "EXPIRED", "CANCELLED", "REFUNDED", "PARKED")
LONGEST_WAIT = timedelta(days=3, hours=1)
# What may yet become of a saga that has ended: money that came late, went back late, or was sent back by hand.
LATE_NEWS: dict[str, tuple[str | None, ...]] = {
    "COMPLETED": ("REFUNDED",),
    "REJECTED": (None, "REFUNDED", "PARKED"),
    "EXPIRED": (None, "REFUNDED", "PARKED"),
    "CANCELLED": (None, "REFUNDED", "PARKED"),
    "REFUNDED": ("PARKED",),
    "PARKED": (None, *ENDINGS),
}


@invariant(6, "an ending is final")
def an_ending_is_final(evidence: Evidence) -> Findings:
    """A saga that has ended stays so, but for late news of its money and for what a person decides."""
    for saga_id, before in evidence.earlier_outcomes.items():
        if (now := evidence.outcome(saga_id)) not in (before, *LATE_NEWS[before]):
            yield Finding(saga_id, f"{purchase(evidence, saga_id)} had ended {before}, and is {now or 'open again'}")


@invariant(7, "every saga ends")
def every_saga_ends(evidence: Evidence) -> Findings:
    """No saga is left behind by its own deadline, nor waits longer than for a refund, or for a bank."""
    with_bank = {saga_of(each) for each in evidence.intents if each["status"] == "processing"}
    for saga_id, saga in evidence.sagas.items():
        if saga is None or saga["outcome"]:
            continue
        if not evidence.is_under_way(saga_id):
            wait = f", which was to wait for {saga['waitingFor']} until {saga['waitingUntil']}"
            left = f"is left behind in {saga['state']}{wait if saga['waitingUntil'] else ''}"
            yield Finding(saga_id, f"{purchase(evidence, saga_id)} {left}")
        elif saga_id not in with_bank and evidence.now - _last_move(saga, evidence.now) > LONGEST_WAIT:
            stands = f"is {saga['state']}, and nothing has happened for more than {LONGEST_WAIT}"
            yield Finding(saga_id, f"{purchase(evidence, saga_id)} {stands}")


def _last_move(saga: Json, now: datetime) -> datetime:
    return max((datetime.fromisoformat(each["at"]) for each in saga.get("history", ())), default=now)
