"""The query language of Stripe's search: clauses joined by AND or by OR, never by both."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

from simulators.kit.json_types import Json
from simulators.stripe.errors import StripeError

Condition = Callable[["Json"], bool]


class TermKind(Enum):
    """How a field can be searched."""

    NUMBER = (":", ">", "<", ">=", "<=")
    TOKEN = (":",)
    TEXT = (":", "~")

    @property
    def operators(self) -> tuple[str, ...]:
        """What can stand between field and value."""
        known: tuple[str, ...] = self.value
        return known


Fields = Mapping[str, TermKind]

CLAUSE = re.compile(
    r"""\s*(?P<not>-)?(?P<field>[a-z_0-9.]+)(?:\[(?P<quote>["'])(?P<key>.*?)(?P=quote)\])?"""
    r"""\s*(?P<operator>>=|<=|[:~><])\s*"""
    r"""(?:"(?P<double>(?:\\.|[^"\\])*)"|'(?P<single>(?:\\.|[^'\\])*)'|(?P<bare>[^\s"']+))\s*"""
)
JOIN = re.compile(r"(AND|OR)\b", re.IGNORECASE)
COMPARES: Mapping[str, Callable[[float, float], bool]] = {
    ":": lambda value, wanted: value == wanted,
    ">": lambda value, wanted: value > wanted,
    "<": lambda value, wanted: value < wanted,
    ">=": lambda value, wanted: value >= wanted,
    "<=": lambda value, wanted: value <= wanted,
}


def parse_query(query: str, fields: Fields) -> Condition:
    """Return the condition that this query puts, or raise the StripeError that says what cannot be read."""
    conditions, joins, place = [], set(), 0
    while True:
        if (clause := CLAUSE.match(query, place)) is None:
            raise _syntax_error(f"at character {place}")
        conditions.append(_condition(clause, fields))
        place = clause.end()
        if place == len(query):
            break
        if (join := JOIN.match(query, place)) is None:
            raise _syntax_error(f"at character {place}: clauses are joined by AND or OR")
        joins.add(join.group().upper())
        place = join.end()
    if len(joins) > 1:
        raise _syntax_error("AND and OR cannot be combined in one query")
    holds = any if joins == {"OR"} else all
    return lambda document: holds(condition(document) for condition in conditions)


def _condition(clause: re.Match[str], fields: Fields) -> Condition:
    field, operator = clause["field"], clause["operator"]
    if field not in fields or (field == "metadata") != (clause["key"] is not None):
        raise _syntax_error(f"{field} is not a field that can be searched; these are: {', '.join(sorted(fields))}")
    if operator not in fields[field].operators:
        raise _syntax_error(f"{field} knows only {' '.join(fields[field].operators)}")
    path = [field, clause["key"]] if clause["key"] is not None else field.split(".")
    test = _test(fields[field], operator, clause)
    wanted = clause["not"] is None
    return lambda document: test(_value(document, path)) is wanted


def _test(kind: TermKind, operator: str, clause: re.Match[str]) -> Callable[[Any], bool]:
    """Return what a field's value must be."""
    if clause["bare"] == "null":
        return lambda value: value is None
    quoted = clause["double"] if clause["double"] is not None else clause["single"]
    wanted = clause["bare"] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
    if kind is TermKind.NUMBER:
        number, compares = _number(wanted), COMPARES[operator]
        return lambda value: value is not None and compares(value, number)
    low = wanted.lower()
    if operator == "~":
        return lambda value: low in _text(value)
    return lambda value: value is not None and _text(value) == low


def _value(document: Json, path: list[str]) -> Any:  # noqa: ANN401 - JSON
    value: Any = document
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _text(value: Any) -> str:  # noqa: ANN401 - JSON
    """Return a value as it is compared: without regard to case, and a boolean as a word."""
    return "" if value is None else str(value).lower()


def _number(text: str) -> float:
    if not re.fullmatch(r"-?[0-9]{1,15}", text):
        raise _syntax_error(f"{text[:40]} is not a number")
    return int(text)


def _syntax_error(why: str) -> StripeError:
    return StripeError(f"We were unable to parse your search query ({why}).", param="query")
