"""What the services said to each other: the story for people, the trace for machines. Never what is secret."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CLOUDEVENTS = "application/cloudevents+json"


@dataclass(frozen=True)
class Exchange:
    """One request and what came of it: an HTTP status, or in a word why there was no answer."""

    at: str
    caller: str
    callee: str
    method: str
    path: str
    answer: str
    message: str | None = None
    message_id: str | None = None
    saga_id: str | None = None

    @property
    def status(self) -> int | None:
        """The HTTP status, or None when the caller heard nothing."""
        return int(self.answer) if self.answer.isdigit() else None

    def __str__(self) -> str:
        """Return the line of it that a person reads."""
        said = self.message or f"{self.method} {self.path}"
        return f"{self.caller:<16} → {self.callee:<16}  {said:<52}  {self.answer}"


@dataclass(frozen=True)
class Message:
    """What a body says it is; bodies are never kept, since they hold client secrets."""

    name: str | None = None
    id: str | None = None
    saga_id: str | None = None


class Recorder:
    """Every exchange of one world, in the order in which they were answered."""

    def __init__(self) -> None:
        self._exchanges: list[Exchange] = []
        self._listeners: list[Callable[[Exchange], None]] = []
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[Exchange]:
        with self._lock:
            return iter(tuple(self._exchanges))

    def __len__(self) -> int:
        return len(self._exchanges)

    def record(self, exchange: Exchange) -> None:
        """Keep it and tell whoever listens."""
        with self._lock:
            self._exchanges.append(exchange)
            for listener in self._listeners:
                listener(exchange)

    def listen(self, listener: Callable[[Exchange], None]) -> None:
        """Hear of each exchange from now on, as it happens."""
        self._listeners.append(listener)

    def trace(self) -> bytes:
        """Return JSON Lines that are the same, byte for byte, for two runs of one seed."""
        lines = (json.dumps(asdict(each), sort_keys=True, ensure_ascii=False) for each in self)
        return "".join(line + "\n" for line in lines).encode()

    def tail(self, count: int = 20) -> str:
        """Return the last exchanges as a person reads them, for messages about failures."""
        return "\n".join(map(str, list(self)[-count:]))


def message_in(body: bytes, content_type: str | None) -> Message:
    """Name what a body carries: a CloudEvent, an event of Stripe's, or nothing that has a name."""
    if not body or "json" not in (content_type or ""):
        return Message()
    try:
        content = json.loads(body)
    except ValueError:
        return Message()
    return _stripe_event(content) if _text(content, "object") == "event" else _cloud_event(content)


def _cloud_event(content: object) -> Message:
    if not _text(content, "specversion"):
        return Message()
    return Message(*(_text(content, key) for key in ("type", "id", "subject")))


def _stripe_event(content: object) -> Message:
    saga_id = _text(content, "data", "object", "metadata", "sagaId")
    return Message(_text(content, "type"), _text(content, "id"), saga_id)


def _text(content: object, *path: str) -> str | None:
    """Return the text at the end of a path through objects; bodies may be anything."""
    for key in path:
        content = content.get(key) if isinstance(content, dict) else None
    return content if isinstance(content, str) else None
