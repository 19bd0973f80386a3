"""The base of all sagas: two tables, one state machine a class, and the effects of a move."""

from __future__ import annotations

import logging
from dataclasses import MISSING, dataclass, field, fields
from datetime import datetime, timedelta
from functools import cache
from typing import Any, ClassVar, Self

from transitions import EventData, Machine, MachineError, State

from reference.domain.messages import (
    STORED_AS_REMINDERS,
    Deadline,
    Effects,
    Message,
    NotExpected,
    ScheduleDeadline,
    Wait,
    Withdraw,
)

logging.getLogger("transitions").setLevel(logging.WARNING)  # It would tell of each callback.
ROW = ("trigger", "source", "dest", "before")  # What the columns of a saga's TRANSITIONS mean.


@dataclass
class HistoryEntry:
    """One line of a saga's history: when, in plain words, and by which message (key tells two of a name apart)."""

    at: datetime
    text: str
    message: str
    key: str


@dataclass(kw_only=True)
class Saga:
    """Decides what comes next; it calls nobody, opens no session and reads no clock."""

    saga_id: str
    student_id: str
    state: str = "initiated"
    history: list[HistoryEntry] = field(default_factory=list)
    deadlines: dict[str, datetime] = field(default_factory=dict, metadata=STORED_AS_REMINDERS)
    tries: int = 0  # How often this state has asked for the same.
    version: int = 0
    effects: Effects = field(default_factory=list, init=False, repr=False)

    STATES: ClassVar[list[State]]
    TRANSITIONS: ClassVar[list[list[Any]]]
    WAITING_FOR: ClassVar[dict[str, str]]  # By state, in plain words.
    starts_on: ClassVar[type[Message]]
    machine: ClassVar[Machine]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if not hasattr(cls, "STATES"):
            return  # Not a flow yet: what several have in common.
        cls.machine = Machine(
            model=None,
            states=cls.STATES,
            transitions=[dict(zip(ROW, row, strict=False)) for row in cls.TRANSITIONS],
            initial="initiated",
            auto_transitions=False,  # No to_completed() back doors.
            send_event=True,  # One signature for every callback.
            queued=False,  # A shared queue would run one thread's saga on another's.
        )

    @classmethod
    def start(cls, message: Message) -> Self:
        """Return a new saga before its first move; its facts are those of the message that starts it."""
        named = {f.name for f in fields(cls)}
        return cls(**{key: value for key, value in vars(message).items() if key in named})

    @classmethod
    def moves(cls) -> list[tuple[str, str, str]]:
        """Return each row that leads somewhere: trigger, from, to. In a state's first row all goes well."""
        everywhere = [state.name for state in cls.STATES]
        found = []
        for trigger, sources, to, *_ in cls.TRANSITIONS:
            for source in everywhere if sources == "*" else [sources] if isinstance(sources, str) else sources:
                found += [(trigger, source, to)] if to else []
        return found

    @property
    def is_new(self) -> bool:
        """Whether nothing has moved it yet."""
        return self.state == "initiated"

    @property
    def outcome(self) -> str | None:
        """How it ended, or None while it runs. A parked saga waits for a person."""
        return self.state.upper() if self.machine.get_state(self.state).final else None

    @property
    def duration_so_far(self) -> timedelta:
        """How long from its start to its last move."""
        return self.history[-1].at - self.history[0].at

    @property
    def waiting_for(self) -> str | None:
        """What it waits for, in plain words; None when it has ended."""
        return self.WAITING_FOR.get(self.state)

    def handle(self, message: Message, at: datetime) -> Effects:
        """Move by one message and return the effects; NotExpected when no row of the table fits."""
        self._refuse_contradiction(message)
        self.effects, before = [], self.state
        try:
            fits = self.machine.events[message.trigger].trigger(self, message)
        except (KeyError, MachineError):
            fits = False
        if not fits:
            raise NotExpected(f"{type(self).__name__} in state {self.state.upper()} does not expect {message.name}")
        if self.state != before or message.key not in {entry.key for entry in self.history}:
            self.history.append(HistoryEntry(at, str(message), message.name, message.key))
        return self.effects

    def _refuse_contradiction(self, message: Message) -> None:
        for name in _first_facts(type(self)):  # type: ignore[arg-type]  # Its objects have no hash; a class has.
            ours, theirs = getattr(self, name), vars(message).get(name)
            if theirs not in (None, ours):
                raise NotExpected(f"{message.name} says {name} {theirs!r}, but it is {ours!r}")

    def ask(self, message: Message) -> None:
        """Ask for a message to be sent or handled, after the saga is safely stored."""
        self.effects.append(message)

    def schedule(self, deadline: type[Deadline], after: Wait) -> None:
        """Ask for a deadline after a while; it is forgotten when the saga leaves this state."""
        self.effects.append(ScheduleDeadline(deadline(saga_id=self.saga_id), after))

    def schedule_retry(self, deadline: type[Deadline], *, is_first: bool) -> None:
        """Ask for a deadline after which to ask again: each time later, unless the saga leaves this state."""
        self.tries = 0 if is_first else self.tries + 1
        self.effects.append(ScheduleDeadline(deadline(saga_id=self.saga_id), Wait.REPLY, times=2**self.tries))

    def withdraw(self, message: Message) -> None:
        """Ask that a message which nobody has answered yet is not sent any more."""
        self.effects.append(Withdraw(message))


@cache
def _first_facts(kind: type[Saga]) -> list[str]:
    """Return the names of what a saga begins with."""
    return [each.name for each in fields(kind) if each.default is MISSING and each.default_factory is MISSING]


def message_of(event: EventData) -> Any:  # noqa: ANN401 - the table says which message it is
    """Return the message that moves the saga."""
    return event.args[0]  # type: ignore[index]  # It is the list that trigger() was given.
