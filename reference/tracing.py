"""One saga is one trace (W3C Trace Context): which trace the present work belongs to, and what of it is passed on."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

_TRACEPARENT = re.compile(r"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_MEMBER = re.compile(r"([a-z0-9][a-z0-9_\-*/@]{0,255})=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{1,256}(?<! )")
MOST_MEMBERS, LONGEST_STATE = 32, 512
SAMPLED, KNOWN_FLAGS = 1, 3  # The other known one says that the id was drawn at random.


@dataclass(frozen=True)
class TraceContext:
    """One span's place in a trace, as `traceparent` says it, and what others added to the trace as `tracestate`."""

    trace_id: str
    span_id: str
    flags: int = SAMPLED
    state: str = ""

    def __str__(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-{self.flags:02x}{self.state and f' {self.state}'}"

    @property
    def attributes(self) -> dict[str, str]:
        """The two by their names, which are those of HTTP headers and of the envelope's attributes alike."""
        parent, _, state = str(self).partition(" ")
        return {"traceparent": parent} | ({"tracestate": state} if state else {})

    def child(self, *key: str) -> TraceContext:
        """Return the place of what follows, always the same for the same key."""
        return TraceContext(self.trace_id, _digest(self.trace_id, self.span_id, *key)[:16], self.flags, self.state)


def read_trace(traceparent: object, tracestate: object = "") -> TraceContext | None:
    """Return what a sender says of its trace; None for whatever is not as the standard has it, which is no error."""
    found = _TRACEPARENT.fullmatch(traceparent.strip(" \t")) if isinstance(traceparent, str) else None
    if found is None or (found[1] == "00" and found[5]):
        return None
    return TraceContext(found[2], found[3], int(found[4], 16) & KNOWN_FLAGS, _readable_state(tracestate))


def _readable_state(sent: object) -> str:
    """Return a list that can be passed on as it is, else nothing: the trace itself does not depend on it."""
    members = [each.strip(" \t") for each in sent.split(",")] if isinstance(sent, str) else []
    members = [each for each in members if each]
    keys = {found[1] for each in members if (found := _MEMBER.fullmatch(each))}
    state = ",".join(members)
    return state if len(keys) == len(members) <= MOST_MEMBERS and len(state) <= LONGEST_STATE else ""


def load_trace(stored: object) -> TraceContext | None:
    """Return what a row says, which is `str` of it; None where it says nothing that can be read."""
    return read_trace(*stored.partition(" ")[::2]) if isinstance(stored, str) else None


def first_step(saga_id: str, within: TraceContext | None = None) -> TraceContext:
    """Return the place of a saga's first step, in a trace that others began or in one derived from its id."""
    if within:
        return replace(within, span_id=_digest(saga_id)[:16])
    digest = _digest(saga_id)
    return TraceContext(digest[16:48], digest[:16])


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@dataclass
class Activity:
    """What a thread is about: the trace that it was led by, its span, and whom it concerns. Logs tell it."""

    trace: TraceContext | None = None
    span_id: str = ""  # Of the span under way, where one is recorded.
    saga_id: str = ""
    payment_id: str = ""
    event_id: str = ""
    step: TraceContext | None = None  # The step of a saga that was made last.

    def concern(self, event_id: str, facts: Mapping[str, object]) -> None:
        """Note the message and, by its facts, the saga and the payment that it is about; what is unknown stays."""
        self.event_id = event_id or self.event_id
        self.saga_id = str(facts.get("saga_id") or self.saga_id)
        self.payment_id = str(facts.get("payment_id") or self.payment_id)


_CURRENT: ContextVar[Activity | None] = ContextVar("activity", default=None)


def current_activity() -> Activity:
    """Return what this thread is about; of nothing, a blank one that nobody keeps."""
    return _CURRENT.get() or Activity()


@contextmanager
def active(activity: Activity) -> Iterator[Activity]:
    """Let this thread be about something for a while."""
    token = _CURRENT.set(activity)
    try:
        yield activity
    finally:
        _CURRENT.reset(token)


@dataclass(frozen=True)
class TraceSpan:
    """A piece of work that is over, as OpenTelemetry has it; `parent_id` is empty where a trace begins."""

    name: str
    kind: str  # SERVER, INTERNAL or CLIENT.
    context: TraceContext
    parent_id: str
    started_at: datetime
    ended_at: datetime
    attributes: Mapping[str, str | int]
    links: tuple[TraceContext, ...] = ()
    failure: str = ""


class Tracer(Protocol):
    """Where spans are recorded, if anywhere."""

    def samples(self, trace_id: str) -> bool:
        """Whether a trace that begins here is recorded."""
        ...

    def record(self, span: TraceSpan) -> None:
        """Take a span that is over; it never fails, and never waits."""
        ...


@dataclass
class StepTrace:
    """The trace of one unit of work, found in the rows that it reads, written into those that it changes."""

    activity: Activity = field(default_factory=current_activity)
    key: str = ""  # What makes this step another than others after the same one.
    samples: Callable[[str], bool] = lambda _: True
    stored: TraceContext | None = None
    context: TraceContext | None = None  # None until something is changed.

    def find(self, stored: object) -> None:
        """Continue the trace that a row belongs to."""
        self.stored = self.stored or load_trace(stored)

    def of(self, saga_id: str) -> TraceContext:
        """Return the step's place in its saga's trace."""
        if self.context is None:
            self.context = self._begin(saga_id)
            self.activity.step = self.context
        return self.context

    def _begin(self, saga_id: str) -> TraceContext:
        if self.stored:
            return self.stored.child(self.key)
        first = first_step(saga_id, self.activity.trace)
        is_sampled = self.activity.trace or self.samples(first.trace_id)
        return first if is_sampled else replace(first, flags=0)

    @property
    def is_first(self) -> bool:
        """Whether the saga begins with it."""
        return self.stored is None

    def origin(self, saga_id: str) -> tuple[str, tuple[TraceContext, ...]]:
        """Return the parent's id and the links: whoever was not led here by the saga itself has waited for it."""
        led_by, context = self.activity.trace, self.of(saga_id)
        if led_by and led_by.trace_id == context.trace_id:
            return led_by.span_id, ()
        waited = (self.stored,) if self.stored else ()
        if led_by:
            return self._beginning(saga_id), (*waited, led_by)
        return self.activity.span_id or self._beginning(saga_id), waited

    def _beginning(self, saga_id: str) -> str:
        return "" if self.is_first else first_step(saga_id).span_id
