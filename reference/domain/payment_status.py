"""The statuses of payments and refunds, and the moves between them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class RefundState(StrEnum):
    """How far a refund is."""

    PENDING = "PENDING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


class PaymentStatus(StrEnum):
    """Where a payment stands. A declined attempt leaves it pending: the next card may work.

    PROCESSING is neither paid nor unpaid: a bank was asked, and has not answered yet.
    """

    PENDING = "PENDING"
    PROCESSING = "PROCESSING"
    SUCCEEDED = "SUCCEEDED"
    CANCELED = "CANCELED"
    REFUND_PENDING = "REFUND_PENDING"
    REFUNDED = "REFUNDED"
    REFUND_FAILED = "REFUND_FAILED"


S = PaymentStatus
MOVES = {
    S.PENDING: {S.PROCESSING, S.SUCCEEDED, S.CANCELED},
    S.PROCESSING: {S.PENDING, S.SUCCEEDED, S.CANCELED},
    S.CANCELED: {S.SUCCEEDED},  # Money for an intent that we believed could not be paid: it must go back.
    S.SUCCEEDED: {S.REFUND_PENDING, S.REFUNDED},  # The latter by somebody at Stripe, not by us.
    S.REFUND_PENDING: {S.REFUNDED, S.REFUND_FAILED},
    S.REFUNDED: {S.REFUND_FAILED},  # A bank may send a refund back days later.
    S.REFUND_FAILED: {S.REFUND_PENDING, S.REFUNDED},
}
UNDECIDED = {S.PENDING, S.PROCESSING}  # It may still be paid.
WITH_BANK = {S.PROCESSING, S.REFUNDED}  # It may say no days later.
_RANK = list(RefundState)  # As a refund goes on.


@dataclass
class Refund:
    """What Stripe last reported of one refund; an older fact never undoes a newer one."""

    amount: int
    state: RefundState

    def is_newer_than(self, known: Refund) -> bool:
        """Whether this is the later fact, in whatever order the two arrive."""
        return _RANK.index(self.state) > _RANK.index(known.state)

    def corrects(self, known: Refund) -> bool:
        """Whether it is the same news with another amount: a webhook may have had a wrong one."""
        return self.state == known.state and self.amount != known.amount


# The statuses of a dispute, as it goes on; an inquiry may become a dispute. One that is unknown is open.
DISPUTE_STEPS = ("warning_needs_response", "warning_under_review", "needs_response", "under_review")
DISPUTES_OVER = {"won", "lost", "warning_closed", "prevented"}


def dispute_rank(status: str) -> int:
    """Return how far a dispute is that has this status."""
    if status in DISPUTES_OVER:
        return len(DISPUTE_STEPS)
    return DISPUTE_STEPS.index(status) if status in DISPUTE_STEPS else len(DISPUTE_STEPS) - 1
