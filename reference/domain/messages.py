"""The kinds of messages: events, commands, requests and deadlines, and what every saga handles."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, ClassVar, dataclass_transform

_WORD_START = re.compile(r"(?<!^)(?=[A-Z])")


def snake_case(name: str) -> str:
    """Return `payment_succeeded` for `PaymentSucceeded`: the trigger that a message pulls in a saga's table."""
    return _WORD_START.sub("_", name).lower()


class NotExpected(Exception):  # noqa: N818 - said of a message, not of a mistake in our code
    """A message that fits neither the saga's table nor the payment's moves: a person should see it."""


class NotOurs(Exception):  # noqa: N818 - said of a message, too
    """News of somebody else's payment on the same Stripe account: ignored, with this reason."""


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
class _Record:
    """Makes each subclass a frozen dataclass whose fields are given by name."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        dataclass(frozen=True, kw_only=True)(cls)


class Message(_Record):
    """What one service, saga or payment says to another about one saga; found by its name on the wire."""

    saga_id: str

    name: ClassVar[str]
    trigger: ClassVar[str]
    only_looks: ClassVar[bool] = False  # It may wait until all that moves something is sent.
    text: ClassVar[str] = ""  # Its line in the saga's history; {fields} are filled in.
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
        """Which message of its saga this is: the same key twice is the same message."""
        return self.name

    def __str__(self) -> str:
        return self.text.format(**vars(self)) or self.name


class Event(Message):
    """A fact that another service announces at `POST /events`."""


class Command(Message):
    """What another service is asked to do; it answers with an event."""

    to: ClassVar[str]

    @classmethod
    def _wire_name(cls) -> str:
        return snake_case(cls.__name__).upper()


class Request(Message):
    """What one of our own gateways is asked to do; its answer is a message."""

    to: ClassVar[str]

    def refusal(self, reason: str) -> Message | None:  # noqa: ARG002 - for those that answer
        """Return the message that says it will never be done; None where a deadline says so, too."""
        return None


class Deadline(Message):
    """Sent to a saga or a payment when its due instant has come; it carries nothing but its owner's id."""


STORED_AS_REMINDERS = {"spelling": "reminders"}  # What rows have always called the deadlines of their owner.


class Wait(Enum):
    """How long to wait; the service's settings say the seconds, so that neither saga nor payment reads a clock."""

    REPLY = "REPLY_TIMEOUT_SECONDS"
    PATIENCE = "PATIENCE_SECONDS"
    PAYMENT_WINDOW = "PAYMENT_WINDOW_SECONDS"
    PAYMENT_CHECK = "PAYMENT_CHECK_SECONDS"
    BANK_ANSWER = "BANK_CHECK_SECONDS"
    REFUND = "REFUND_SECONDS"


@dataclass(frozen=True)
class ScheduleDeadline:
    """Asks for a deadline, at an instant or after a wait."""

    deadline: Deadline
    due: datetime | Wait
    times: int = 1  # So many waits.


@dataclass(frozen=True)
class Withdraw:
    """Asks that an outbox message which nobody has answered yet is not sent any more."""

    message: Message


Effect = Message | ScheduleDeadline | Withdraw  # What a saga or a payment asks for when it moves.
Effects = list[Effect]


# What every saga handles.


class AlreadyUnderWay(Message):
    """Another saga of this student for the same thing is running: nobody should pay twice."""

    text: ClassVar[str] = "The student is already buying this."


class ResumeRequested(Message):
    """A person looked at a parked saga and lets it go on."""

    text: ClassVar[str] = "{by} let the saga go on: {why}"
    by: str
    why: str


class CancelRequested(Message):
    """The student does not want it any more."""

    text: ClassVar[str] = "{by} asked to cancel."
    by: str


class Unreadable(Message):
    """What is stored and cannot be read, for another version of this code wrote it: a person should see it."""

    saga_id: str = ""
    stored_as: str
    body: Any = None


class DeliveryUnanswered(Deadline):
    """The answer may be lost: ask again."""

    text: ClassVar[str] = "No answer yet; what was paid for is asked for again."


class DeliveryOverdue(Deadline):
    """Waited long enough: the money goes back."""

    text: ClassVar[str] = "What was paid for was not confirmed for too long."


class RefundOverdue(Deadline):
    """Waited long enough: a person should look."""

    text: ClassVar[str] = "The refund has not come through for too long."
