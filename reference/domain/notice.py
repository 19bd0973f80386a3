"""The notices that students get. No saga waits for them."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from reference.domain.messages import Command, Event


class NoticeKind(StrEnum):
    """The reasons for a notice."""

    CONFIRMED = "CONFIRMED"
    DECLINED = "DECLINED"
    EXPIRED = "EXPIRED"
    REFUNDED = "REFUNDED"
    NEEDS_ATTENTION = "NEEDS_ATTENTION"


class SendNotice(Command):
    """Send a notice to a student, once for each saga and kind (and attempt, for a declined one)."""

    to: ClassVar[str] = "communication"
    person_id: str
    kind: NoticeKind
    title: str
    attempt: str = ""

    @property
    def key(self) -> str:
        """Tells one kind, and one declined attempt, from the next."""
        return ":".join(filter(None, (self.name, self.kind, self.attempt)))


class NoticeSent(Event):
    """The notice was sent."""

    text: ClassVar[str] = "The person was told."
