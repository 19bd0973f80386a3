"""Faults of deliveries: messages to others that are lost, doubled, late, or wrongly signed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatch

from simulators.kit.attempt import Attempt
from simulators.kit.faults.fault import Fault
from simulators.kit.json_types import Json


@dataclass(kw_only=True)
class EventFault(Fault):
    """Strikes messages whose event's name, and whose receiver's name or URL, fit these patterns."""

    event: str = "*"
    receiver: str = "*"

    def covers(self, *where: str) -> bool:
        """Tell whether this event and this receiver fit."""
        event, *receiver = where
        return fnmatch(event, self.event) and any(fnmatch(name, self.receiver) for name in receiver)


@dataclass(kw_only=True)
class SendFault(EventFault):
    """Strikes once for each message, as it is put up for delivery."""

    def replace(self, delivery: Json) -> list[Json]:
        """Return what is put up in its place."""
        raise NotImplementedError


@dataclass(kw_only=True)
class LostDelivery(SendFault):
    """The message never arrives, and nobody tries again."""

    def replace(self, delivery: Json) -> list[Json]:
        """Keep it only as lost."""
        return [delivery | {"status": "LOST"}]


@dataclass(kw_only=True)
class DuplicateDelivery(SendFault):
    """The message arrives more than once."""

    copies: int = 2

    def replace(self, delivery: Json) -> list[Json]:
        """Put it up so often."""
        return [delivery | {"attempts": []} for _ in range(self.copies)]


@dataclass(kw_only=True)
class DelayedDelivery(SendFault):
    """The message arrives late, and so after younger ones."""

    seconds: float

    def replace(self, delivery: Json) -> list[Json]:
        """Put it up for later."""
        due = datetime.fromisoformat(delivery["due"]) + timedelta(seconds=self.seconds)
        return [delivery | {"due": due.isoformat()}]


@dataclass(kw_only=True)
class ShuffledDelivery(SendFault):
    """Messages arrive in any order: each waits for a moment of its own."""

    times: int | None = None
    within_seconds: float = 5

    def replace(self, delivery: Json) -> list[Json]:
        """Put it up for some moment of the next seconds."""
        wait = timedelta(seconds=self.within_seconds * self.randomness.random())
        return [delivery | {"due": (datetime.fromisoformat(delivery["due"]) + wait).isoformat()}]


@dataclass(kw_only=True)
class AttemptFault(EventFault):
    """Strikes single attempts (`message`: of one delivery only, by its id); the next attempt may be fine again."""

    message: str = "*"
    within_call = False

    def covers(self, *where: str) -> bool:
        """Tell whether this event, this receiver and this delivery fit."""
        *rest, delivery_id = where
        return super().covers(*rest) and fnmatch(delivery_id, self.message)

    def before(self, attempt: Attempt) -> None:
        """Change what the headers are made of."""

    def headers(self, attempt: Attempt, headers: dict[str, str]) -> dict[str, str]:  # noqa: ARG002 - for those below
        """Return the headers to send in place of these; the body can still be changed."""
        return headers

    def after(self, outcome: Json) -> Json:
        """Return what the sender believes came of it."""
        return outcome


@dataclass(kw_only=True)
class WrongSignature(AttemptFault):
    """Signed with a secret that is not the receiver's."""

    def before(self, attempt: Attempt) -> None:
        """Take another secret."""
        attempt.secrets = ["not-" + secret for secret in attempt.secrets]


@dataclass(kw_only=True)
class MissingSignature(AttemptFault):
    """Neither signed nor authorized at all."""

    def headers(self, attempt: Attempt, headers: dict[str, str]) -> dict[str, str]:  # noqa: ARG002 - the body stays
        """Leave only what says nothing about the sender."""
        return {name: value for name, value in headers.items() if name == "Content-Type"}


@dataclass(kw_only=True)
class StaleTimestamp(AttemptFault):
    """Rightly signed, but so many seconds ago (negative: in the future)."""

    seconds: float = 3600

    def before(self, attempt: Attempt) -> None:
        """Sign for another time."""
        attempt.at -= timedelta(seconds=self.seconds)


@dataclass(kw_only=True)
class TamperedBody(AttemptFault):
    """The body was changed after it was signed."""

    def headers(self, attempt: Attempt, headers: dict[str, str]) -> dict[str, str]:
        """Change what means nothing in JSON, so that only the signature can tell."""
        attempt.body += "\n"
        return headers


@dataclass(kw_only=True)
class IgnoredAnswer(AttemptFault):
    """The receiver has it and says so, but is not heard: the message comes again."""

    def after(self, outcome: Json) -> Json:
        """Hear nothing."""
        return outcome | {"status": None, "error": "IgnoredAnswer"}


DELIVERY_FAULTS = (
    LostDelivery,
    DuplicateDelivery,
    DelayedDelivery,
    ShuffledDelivery,
    WrongSignature,
    MissingSignature,
    StaleTimestamp,
    TamperedBody,
    IgnoredAnswer,
)
