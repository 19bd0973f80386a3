"""The parts of an interaction: request, response or message, each with its fields."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from simulators.contracts.fields import Field, fields_in
from simulators.contracts.matchers import Matchers
from simulators.contracts.rules import Exactly
from simulators.kit.json_types import Json

QUERY = "query "  # How the names of a query's fields begin.
CLOUDEVENT, FORM = "application/cloudevents+json", "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Part:
    """A request, a response or a message: the fields of its head and its body."""

    head: tuple[Field, ...]
    body: tuple[Field, ...]
    media: str = ""
    content: Any = None

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - whatever the example is
        """Return the example of something in the head."""
        return next(field.example for field in self.head if field.name == name)

    def has(self, name: str) -> bool:
        """Whether the head has this field."""
        return any(field.name == name for field in self.head)

    @property
    def fields(self) -> tuple[Field, ...]:
        """All of it."""
        return self.head + self.body

    @property
    def more(self) -> tuple[Field, ...]:
        """The fields of the head that the sentence about it does not show."""
        shown = {"method", "path", "status", "header Content-Type", "metadata contentType"}
        return tuple(field for field in self.head if field.name not in shown)

    @property
    def target(self) -> str:
        """The path with its query, as people write it."""
        parameters = [each for each in self.head if each.name.startswith(QUERY)]
        query = "&".join(f"{each.name.removeprefix(QUERY)}={each.example}" for each in parameters)
        return f"{self['path']}?{query}" if query else str(self["path"])

    @property
    def status(self) -> str:
        """The status as people say it: `404 Not Found`."""
        return status_words(self["status"])


def request_part(written: Json) -> Part:
    """Read what a call asks."""
    rules = written.get("matchingRules") or {}
    head = [Field("method", written["method"], Exactly(written["method"]))]
    head += _single_field("path", written["path"], rules.get("path"))
    head += _named_fields("query", written.get("query") or {}, rules.get("query"))
    head += _named_fields("header", written.get("headers") or {}, rules.get("header"))
    return _part(head, written.get("body"), rules)


def response_part(written: Json) -> Part:
    """Read what a call is answered."""
    rules = written.get("matchingRules") or {}
    if not isinstance(written["status"], int):
        raise TypeError("its status is no number")
    head = _single_field("status", written["status"], rules.get("status"))
    head += _named_fields("header", written.get("headers") or {}, rules.get("header"))
    return _part(head, written.get("body"), rules)


def message_part(written: Json) -> Part:
    """Read a message."""
    rules = written.get("matchingRules") or {}
    head = _named_fields("metadata", written.get("metadata") or {}, rules.get("metadata"))
    return _part(list(head), written.get("contents"), rules)


def status_words(status: int) -> str:
    """Name a status, if HTTP has a name for it."""
    known = {each.value: each.phrase for each in HTTPStatus}
    return f"{status} {known.get(status, '')}".strip()


def _part(head: list[Field], written: Json | None, rules: Json) -> Part:
    if not written or content_of(written) is None:
        return Part(tuple(head), ())
    content = content_of(written)
    return Part(tuple(head), tuple(fields_in(content, Matchers(rules.get("body")))), media_of(written), content)


def content_of(written: Json) -> Any:  # noqa: ANN401 - whatever a body is
    """Return the content of a body as its sender has it, or raise ValueError; None if there is none."""
    content, encoded, media = written.get("content"), written.get("encoded"), media_of(written)
    if isinstance(content, str) and isinstance(encoded, str) and encoded.lower() in {"base64", "json"}:
        text = b64decode(content).decode(errors="replace") if encoded.lower() == "base64" else content
        content = json.loads(text) if encoded.lower() == "json" or media.endswith("json") else text
    return dict(parse_qsl(content, keep_blank_values=True)) if media == FORM and isinstance(content, str) else content


def media_of(written: Json) -> str:
    """Return the media type of a body, without its parameters; empty if none is named."""
    return str(written.get("contentType") or "").partition(";")[0].strip()


def _single_field(name: str, example: object, written: Json | None) -> list[Field]:
    """Read a value that stands by itself, whose rules stand by themselves, too."""
    matchers = Matchers({"$": written} if written and "matchers" in written else written)
    return [Field(name, example, matchers.at((), example) or Exactly(example))]


def _named_fields(kind: str, examples: Mapping[str, Any], written: Json | None) -> Iterator[Field]:
    matchers = Matchers(written)
    for name, example in examples.items():
        value = ", ".join(map(str, example)) if isinstance(example, list) else example
        yield Field(f"{kind} {name}", value, matchers.at((name, 0), value) or Exactly(value))
