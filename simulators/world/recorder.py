"""What the services said to each other: the story for people, the trace for machines. Never what is secret."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import parse_qsl

from simulators.kit.json_types import Json
from simulators.kit.redaction import redact_text
from simulators.kit.seams import Clock
from simulators.world.payload import KEY, payload

_LONG_ID = re.compile(r"([a-z]+_\w{4})\w{8,}")


@dataclass(frozen=True)
class Exchange:
    """One request and what came of it: an HTTP status, or in a word why there was no answer."""

    at: str
    caller: str
    callee: str
    method: str
    path: str
    answer: str = ""
    message: str | None = None
    message_id: str | None = None
    saga_id: str | None = None
    about: str | None = None  # The intent or charge that a form names: a refund has no sagaId.
    why: str = field(default="", compare=False)  # It was refused; for people, no part of the trace.

    @property
    def status(self) -> int | None:
        """The HTTP status, or None when the caller heard nothing."""
        return int(self.answer) if self.answer.isdigit() else None

    @property
    def is_accepted(self) -> bool:
        """Whether the answer was 2xx."""
        return self.status in range(200, 300)

    @property
    def subject(self) -> str:
        """What was said: the message's name, or the method and the path."""
        return self.message or f"{self.method} {self.path}"

    def __str__(self) -> str:
        """Return the line of it that a person reads."""
        said = self.message or self.method + " " + _LONG_ID.sub(r"\1…", self.path)
        return f"{self.caller:<22} → {self.callee:<22}  {said:<42}  {self.answer}{f': {self.why}' if self.why else ''}"


@dataclass(frozen=True)
class MessageLabel:
    """What a body says it is; bodies are never kept, since they hold client secrets."""

    name: str | None = None
    id: str | None = None
    saga_id: str | None = None
    about: str | None = None


class Recorder:
    """Every exchange of one world, in the order in which they began: causes come before their effects."""

    def __init__(self) -> None:
        # What was said, by the exchange's number and without what is secret; kept only where somebody looks.
        self.payloads: dict[int, Json] | None = None
        # When it was said by the clock on the wall, by the same number; no part of the trace, and kept likewise.
        self.wall_clock: Clock | None = None
        self.wall_times: dict[int, datetime] = {}
        self._exchanges: list[Exchange] = []
        self._finished = 0
        self._listeners: list[Callable[[Exchange], None]] = []
        self._watchers: list[Callable[[int, Exchange], None]] = []
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[Exchange]:
        with self._lock:
            return iter([each for each in self._exchanges if each.answer])

    def __len__(self) -> int:
        return self._finished

    def entries(self, start: int = 0) -> list[tuple[int, Exchange]]:
        """Return each exchange with its number, those that are not answered yet too."""
        with self._lock:
            return list(enumerate(self._exchanges[start:], start))

    def begin(self, exchange: Exchange, body: bytes = b"", content_type: str | None = None, key: str = "") -> int:
        """Keep the place of one that is not answered yet; the number is for `end`. `key` is its idempotency key."""
        with self._lock:
            self._exchanges.append(_redact(exchange))
            number = len(self._exchanges) - 1
            if self.wall_clock is not None:
                self.wall_times[number] = self.wall_clock.now()
            if self.payloads is not None:
                self.payloads[number] = ({KEY: redact_text(key)} if key else {}) | payload(body, content_type)
            return self._notify(number)

    def end(self, number: int, answer: str, why: str = "") -> None:
        """Note the answer, and tell whoever listens, in order."""
        with self._lock:
            self._exchanges[number] = replace(self._exchanges[number], answer=answer, why=why)
            self._notify(number)
            while self._finished < len(self._exchanges) and (exchange := self._exchanges[self._finished]).answer:
                self._finished += 1
                for listener in self._listeners:
                    listener(exchange)

    def record(self, exchange: Exchange) -> None:
        """Keep one that is over already."""
        self.end(self.begin(exchange), exchange.answer, exchange.why)

    def listen(self, listener: Callable[[Exchange], None]) -> None:
        """Hear of each exchange that is over, from now on."""
        self._listeners.append(listener)

    def watch(self, watcher: Callable[[int, Exchange], None]) -> None:
        """Hear of each exchange by its number as it begins, and once more as it ends."""
        self._watchers.append(watcher)

    def trace(self) -> bytes:
        """Return JSON Lines that are the same, byte for byte, for two runs of one seed."""
        seen = ({name: value for name, value in vars(each).items() if name != "why"} for each in self)
        lines = (json.dumps(each, sort_keys=True, ensure_ascii=False) for each in seen)
        return "".join(line + "\n" for line in lines).encode()

    def tail(self, count: int = 20) -> str:
        """Return the last exchanges as a person reads them, for messages about failures."""
        return "\n".join(map(str, list(self)[-count:]))

    def _notify(self, number: int) -> int:
        for watcher in self._watchers:
            watcher(number, self._exchanges[number])
        return number


def _redact(exchange: Exchange) -> Exchange:
    """Return it without the secrets that a stranger may have put into a path or a name."""
    named = (exchange.message, exchange.message_id, exchange.saga_id, exchange.about)
    message, message_id, saga_id, about = (name and redact_text(name) for name in named)
    path = redact_text(exchange.path)
    clean: Json = {"path": path, "message": message, "message_id": message_id, "saga_id": saga_id, "about": about}
    return exchange if clean.items() <= vars(exchange).items() else replace(exchange, **clean)


def label_of(body: bytes, content_type: str | None) -> MessageLabel:
    """Name what a body carries: a CloudEvent, an event of Stripe's, a form that is for a saga, or nothing."""
    if "form-urlencoded" in (content_type or ""):
        form = dict(parse_qsl(body.decode(errors="replace")))
        return MessageLabel(
            saga_id=form.get("metadata[sagaId]"), about=form.get("payment_intent") or form.get("charge")
        )
    if not body or "json" not in (content_type or ""):
        return MessageLabel()
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return MessageLabel()
    return _stripe_event(content) if _text(content, "object") == "event" else _cloud_event(content)


def _cloud_event(content: object) -> MessageLabel:
    if not _text(content, "specversion"):
        return MessageLabel()
    return MessageLabel(*(_text(content, key) for key in ("type", "id", "subject")))


def _stripe_event(content: object) -> MessageLabel:
    saga_id = _text(content, "data", "object", "metadata", "sagaId")
    return MessageLabel(_text(content, "type"), _text(content, "id"), saga_id)


def _text(content: object, *path: str) -> str | None:
    """Return the text at the end of a path through objects; bodies may be anything."""
    for key in path:
        content = content.get(key) if isinstance(content, dict) else None
    return content if isinstance(content, str) else None
