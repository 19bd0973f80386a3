"""Pact's matching rules: which of them is in force at a place, and what it asks there."""

from __future__ import annotations

import re
from math import prod

from simulators.contracts.rules import Both, Exactly, Form, OneOf, Rule, Size, ValueKind, kinds_of, pattern
from simulators.kit.json_types import Json

Place = tuple[str | int, ...]
STEP = re.compile(r"""\.?(\*|[^.\[\]'"$]+)|\[['"](.*?)['"]\]|\[(\d+|\*)\]|\$""")
NUMBERS = {"integer": "whole number", "decimal": "decimal number", "number": "number"}


class Matchers:
    """The matchers of one part of an interaction, by the expressions that say where they hold."""

    def __init__(self, written: Json | None) -> None:
        self._rules = [(steps(where), each["matchers"]) for where, each in (written or {}).items()]

    def at(self, place: Place, example: object) -> Rule | None:
        """Return the rule in force at a place, its own or one from above; None when only the example will do."""
        weighed = [(weight, matchers, expr) for expr, matchers in self._rules if (weight := _weight(expr, place))]
        if not weighed:
            return None
        _, matchers, expr = max(weighed, key=lambda each: each[0])
        return _rule(matchers, example, own=len(expr) == len(place))


def steps(where: str) -> Place:
    """Read an expression such as `$.items[*].price` into its steps."""
    found = (next((step for step in match.groups() if step is not None), None) for match in STEP.finditer(where))
    return tuple(int(step) if step.isdigit() else step for step in found if step is not None)


def _weight(expr: Place, place: Place) -> int:
    """Weigh as Pact does: a step that names is worth two, one that stands for all is worth one; 0 is another place."""
    if len(expr) > len(place):
        return 0
    worth = (2 if step == at else 1 if step == "*" else 0 for step, at in zip(expr, place, strict=False))
    return 2 * prod(worth) * (len(expr) + 1)


def _rule(matchers: list[Json], example: object, *, own: bool) -> Rule:
    rules = tuple(_single_rule(matcher, example, own=own) for matcher in matchers)
    return rules[0] if len(rules) == 1 else Both(rules) if rules else Exactly(example)


def _single_rule(matcher: Json, example: object, *, own: bool) -> Rule:
    name = matcher.get("match", "type")
    if name == "type":
        return _same_kind(matcher if own else {}, example)
    if name in NUMBERS:
        return ValueKind(NUMBERS[name])
    if name == "regex":
        return pattern(matcher["regex"])
    return _other_rule(name, matcher, example)


def _same_kind(matcher: Json, example: object) -> Rule:
    if isinstance(example, list):
        least, most = matcher.get("min"), matcher.get("max")
        return Size(int(least or 0), None if most is None else int(most))
    return ValueKind(kinds_of(example)[-1])


def _other_rule(name: str, matcher: Json, example: object) -> Rule:
    plain: dict[str, Rule] = {
        "equality": Exactly(example),
        "boolean": ValueKind("flag"),
        "null": ValueKind("nothing"),
        "values": ValueKind("object"),
        "eachValue": ValueKind("object"),
        "eachKey": ValueKind("object"),
    }
    if name in plain:
        return plain[name]
    if name == "statusCode":
        return _status(matcher["status"])
    return Form(name, str(matcher.get("format") or matcher.get("value") or ""))


def _status(status: object) -> Rule:
    if isinstance(status, list):
        return OneOf(frozenset(map(str, status)))
    return Form(f"a status: {status}")
