"""What a body holds, field by field, each with its example and its rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from simulators.contracts.matchers import Matchers, Place
from simulators.contracts.rules import Exactly, Rule, Size, ValueKind, json_text, plain


@dataclass(frozen=True)
class Field:
    """One value of a message, a request or an answer, by the name that people call it: `price.amount`."""

    name: str
    example: Any
    rule: Rule

    @property
    def words(self) -> str:
        """What a person reads of it: `any whole number, such as 4900`."""
        is_plain = isinstance(self.rule, Exactly | Size) or self.rule == ValueKind("nothing")
        return plain(self.rule) if is_plain else f"{plain(self.rule)}, such as {json_text(self.example)}"


def fields_in(content: object, matchers: Matchers, place: Place = ()) -> Iterator[Field]:
    """Yield the fields of a content in their order; of a list one item, unless its length is fixed."""
    rule = matchers.at(place, content)
    if isinstance(content, dict):
        yield from _of_object(content, matchers, place, rule)
    elif isinstance(content, list):
        yield from _of_list(content, matchers, place, rule)
    else:
        yield Field(place_name(place), content, rule or Exactly(content))


def _of_object(content: dict[str, Any], matchers: Matchers, place: Place, rule: Rule | None) -> Iterator[Field]:
    if not content:
        yield Field(place_name(place), content, rule or ValueKind("object"))
    for name, value in content.items():
        yield from fields_in(value, matchers, (*place, name))


def _of_list(content: list[Any], matchers: Matchers, place: Place, rule: Rule | None) -> Iterator[Field]:
    size = rule if isinstance(rule, Size) else Size(len(content), len(content))
    yield Field(place_name(place), content, size)
    if size.least == size.most:
        for number, value in enumerate(content):
            yield from fields_in(value, matchers, (*place, number))
    elif content:
        yield from fields_in(content[0], matchers, (*place, "*"))


def place_name(place: Place) -> str:
    """Return the name of a place: `items[].price.amount`."""
    name = ""
    for step in place:
        name += f"[{step}]" if isinstance(step, int) else "[]" if step == "*" else f".{step}" if name else step
    return name or "body"
