"""The shapes of all that is said: to us, by us, and between our own rooms."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, ClassVar

_WORD_START = re.compile(r"(?<!^)(?=[A-Z])")


def snake_case(name: str) -> str:
    """Return `payment_succeeded` for `PaymentSucceeded`: the trigger that a message pulls in a saga's table."""
    return _WORD_START.sub("_", name).lower()


class NotExpected(Exception):  # noqa: N818 - said of a message, not of a mistake in our code
    """A message that fits neither the saga's table nor the payment's moves: a person should see it."""


class NotOurs(Exception):  # noqa: N818 - said of a message, too
    """News of somebody else's payment on the same Stripe account: ignored, with this reason."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """Anything said about one saga. Subclasses are found by their name on the wire."""

    saga_id: str

    name: ClassVar[str]
    trigger: ClassVar[str]
    text: ClassVar[str] = ""  # The saga's history in plain words; {fields} are filled in.
    known: ClassVar[dict[str, type[Message]]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.trigger = snake_case(cls.__name__)
        cls.name = cls._wire_name()
        cls.known[cls.name] = cls

    @classmethod
    def _wire_name(cls) -> str:
        return cls.__name__

    @property
    def key(self) -> str:
        """Tells this message from others of its saga; the same key said again is the same message."""
        return self.name

    def __str__(self) -> str:
        return self.text.format(**vars(self)) or self.name


class Event(Message):
    """A fact that a neighbour tells us."""


class Command(Message):
    """What a neighbour is asked to do; it answers with an event."""

    to: ClassVar[str]

    @classmethod
    def _wire_name(cls) -> str:
        return snake_case(cls.__name__).upper()


class Request(Message):
    """What one of our own gateways is asked to do; what the world answers comes back as a message."""

    to: ClassVar[str]

    def refused(self, reason: str) -> Message | None:  # noqa: ARG002 - for those that answer
        """Return what is heard when nobody will ever do it; None where a deadline tells that, too."""
        return None


class Reminder(Message):
    """What a saga or a payment wants to be told when a deadline falls due; its owner is all that it knows."""


class Wait(Enum):
    """How long to wait; the service's settings say the seconds, so that neither saga nor payment reads a clock."""

    REPLY = "REPLY_TIMEOUT_SECONDS"
    PATIENCE = "PATIENCE_SECONDS"
    PAYMENT_WINDOW = "PAYMENT_WINDOW_SECONDS"
    PAYMENT_CHECK = "PAYMENT_CHECK_SECONDS"
    REFUND = "REFUND_SECONDS"


@dataclass(frozen=True)
class Remind:
    """Asks for a reminder: at an instant, or after a wait."""

    of: Reminder
    due: datetime | Wait


@dataclass(frozen=True)
class Withdraw:
    """Asks that a message which nobody has answered yet is not said any more."""

    message: Message


# What every saga hears.


class AlreadyUnderWay(Message):
    """Another saga of this student for the same thing is running: nobody should pay twice."""

    text: ClassVar[str] = "The student is already buying this."


@dataclass(frozen=True, kw_only=True)
class ResumeRequested(Message):
    """A person looked at a parked saga and lets it go on."""

    text: ClassVar[str] = "{by} let the saga go on: {why}"
    by: str
    why: str


@dataclass(frozen=True, kw_only=True)
class CancelRequested(Message):
    """The student does not want it any more."""

    text: ClassVar[str] = "{by} asked to cancel."
    by: str


@dataclass(frozen=True, kw_only=True)
class Unreadable(Message):
    """Another version of this code stored what this one cannot read: a person should see it."""

    stored_as: str
    body: dict[str, Any]


class DeliveryUnanswered(Reminder):
    """The answer may be lost: ask again."""

    text: ClassVar[str] = "No answer yet; what was paid for is asked for again."


class DeliveryOverdue(Reminder):
    """Waited long enough: the money goes back."""

    text: ClassVar[str] = "What was paid for was not confirmed for too long."


class RefundOverdue(Reminder):
    """Waited long enough: a person should look."""

    text: ClassVar[str] = "The refund has not come through for too long."
