"""In what an answer, or a message, is other than a contract needs it: Pact's own way of comparing, in words."""

from collections.abc import Iterator
from typing import Any

from simulators.contracts.fields import place_name
from simulators.contracts.matchers import Matchers, Place
from simulators.contracts.rules import Exactly, Rule, ValueKind, kinds_of, plain
from simulators.kit.json_types import Json


def mismatches(example: Any, found: Any, rules: Json | None) -> list[str]:  # noqa: ANN401 - any JSON
    """Say for each field in which way what was found would not do; more than is needed does no harm."""
    return list(_differences(example, found, Matchers(rules), ()))


def _differences(example: Any, found: Any, matchers: Matchers, place: Place) -> Iterator[str]:  # noqa: ANN401
    rule = matchers.at(place, example)
    if isinstance(example, dict) and isinstance(found, dict):
        for name, value in example.items():
            if name in found:
                yield from _differences(value, found[name], matchers, (*place, name))
            else:
                yield f"{place_name((*place, name))} is missing"
    elif isinstance(example, list) and isinstance(found, list) and example and rule:
        if not rule.accepts(found):
            yield f"{place_name(place)} must be {plain(rule)}, and has {len(found)}"
        for number, each in enumerate(found):
            yield from _differences(example[0], each, matchers, (*place, number))
    elif not (rule := rule or _example_rule(example)).accepts(found):
        yield f"{place_name(place)} must be {plain(rule)}, and is {found!r}"


def _example_rule(example: Any) -> Rule:  # noqa: ANN401 - any JSON
    return ValueKind(kinds_of(example)[-1]) if isinstance(example, dict | list) else Exactly(example)
