"""What a person is told. No saga waits for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from reference.domain.messages import Command, Event


class NoticeKind(StrEnum):
    """Why a person is told."""

    CONFIRMED = "CONFIRMED"
    DECLINED = "DECLINED"
    EXPIRED = "EXPIRED"
    REFUNDED = "REFUNDED"
    NEEDS_ATTENTION = "NEEDS_ATTENTION"


@dataclass(frozen=True, kw_only=True)
class SendNotice(Command):
    """Tell a person, once for each saga and kind (and attempt, for a declined one)."""

    to: ClassVar[str] = "communication"
    person_id: str
    kind: NoticeKind
    title: str
    attempt: str = ""

    @property
    def key(self) -> str:
        """Tells one kind, and one declined attempt, from the next."""
        return ":".join(filter(None, (self.name, self.kind, self.attempt)))


@dataclass(frozen=True, kw_only=True)
class NoticeSent(Event):
    """The person was told."""

    text: ClassVar[str] = "The person was told."
