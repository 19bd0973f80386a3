"""Every matcher of Pact in words, and which of two lets more pass."""

from __future__ import annotations

from typing import Any

import pytest

from simulators.contracts.matchers import Matchers
from simulators.contracts.rules import Both, Exactly, Form, OneOf, Pattern, Rule, Size, ValueKind, label
from simulators.contracts.strength import strength, within
from tests.unit.contracts.written import answered, rule

INSTANT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)"


@pytest.mark.parametrize(
    ("matcher", "example", "words"),
    [
        ({"match": "type"}, "Algebra", "any text"),
        ({"match": "type"}, 4900, "any number"),
        ({"match": "type"}, True, "true or false"),
        ({"match": "type"}, None, "null"),
        ({"match": "type"}, {}, "any object"),
        ({"match": "type"}, [1], "a list"),
        ({"match": "type", "min": 1}, [1], "a list of at least 1"),
        ({"match": "type", "min": 1, "max": 3}, [1], "a list of at least 1 and at most 3"),
        ({"match": "type", "min": 2, "max": 2}, [1, 2], "a list of exactly 2"),
        ({"match": "integer"}, 4900, "any whole number"),
        ({"match": "decimal"}, 4.5, "any decimal number"),
        ({"match": "number"}, 4.5, "any number"),
        ({"match": "boolean"}, True, "true or false"),
        ({"match": "null"}, None, "null"),
        ({"match": "equality"}, "EUR", 'exactly "EUR"'),
        ({"match": "include", "value": "price"}, "the price", "text that contains (price)"),
        ({"match": "date", "format": "yyyy-MM-dd"}, "2026-09-01", "a date (yyyy-MM-dd)"),
        ({"match": "regex", "regex": "CONFIRMED|EXPIRED|REFUNDED"}, "EXPIRED", "one of CONFIRMED, EXPIRED or REFUNDED"),
        ({"match": "regex", "regex": "SUCCEEDED"}, "SUCCEEDED", 'exactly "SUCCEEDED"'),
        ({"match": "regex", "regex": "^(a|b)$"}, "a", "one of a or b"),
        ({"match": "regex", "regex": ".*courseId.*"}, "courseId is wrong", "text that contains courseId"),
        ({"match": "regex", "regex": "[A-Z]{3}"}, "EUR", "three capital letters ([A-Z]{3})"),
        ({"match": "regex", "regex": INSTANT}, "2026-09-01T09:00:00Z", f"a time in UTC ({INSTANT})"),
        ({"match": "regex", "regex": "pay-[0-9]+"}, "pay-1", "text of the form (pay-[0-9]+)"),
        ({"match": "regex", "regex": r"\p{Lu}+"}, "A", r"text of the form (\p{Lu}+)"),
        ({"match": "statusCode", "status": "success"}, 200, "what Pact calls “a status: success”"),
        ({"match": "somethingNew"}, "x", "what Pact calls “somethingNew”"),
    ],
)
def test_every_matcher_has_its_words(matcher: dict[str, Any], example: Any, words: str) -> None:
    assert rule(matcher, example).words == words


@pytest.mark.parametrize(
    ("rule", "good", "bad"),
    [
        (Exactly(1), [1], [True, 1.5, "1"]),
        (ValueKind("number"), [1, 1.5], [True, "1", None]),
        (ValueKind("whole number"), [1], [1.5, True]),
        (ValueKind("text"), ["", "x"], [None, 1]),
        (ValueKind("anything"), [None, 1, "x"], []),
        (Pattern("[A-Z]{3}"), ["EUR"], ["EURO", "eur", 3]),
        (OneOf(frozenset({"a", "b"})), ["a"], ["c"]),
        (Form("include", "x"), ["axb"], ["ab", 1]),
        (Size(1, 2), [[1], [1, 2]], [[], [1, 2, 3], "ab"]),
        (Both((ValueKind("text"), Form("include", "x"))), ["x"], ["y"]),
    ],
)
def test_a_rule_accepts_what_its_words_say(rule: Rule, good: list[Any], bad: list[Any]) -> None:
    assert [rule.accepts(value) for value in [*good, *bad]] == [True] * len(good) + [False] * len(bad)


NARROW_AND_WIDE = [
    (Exactly(4900), ValueKind("whole number")),
    (Exactly("EUR"), Pattern("[A-Z]{3}")),
    (Exactly("a"), OneOf(frozenset("ab"))),
    (OneOf(frozenset("ab")), OneOf(frozenset("abc"))),
    (OneOf(frozenset("ab")), ValueKind("text")),
    (Pattern("[A-Z]{3}"), ValueKind("text")),
    (Form("include", "x"), ValueKind("text")),
    (ValueKind("whole number"), ValueKind("number")),
    (ValueKind("decimal number"), ValueKind("number")),
    (ValueKind("text"), ValueKind("anything")),
    (Size(1), Size()),
    (Size(2, 2), Size(1, 3)),
    (Size(1, 2), ValueKind("list")),
    (Both((ValueKind("text"), Form("include", "x"))), ValueKind("text")),
]


@pytest.mark.parametrize(("narrow", "wide"), NARROW_AND_WIDE)
def test_the_narrower_of_two_rules_is_known(narrow: Rule, wide: Rule) -> None:
    assert (within(narrow, wide), within(wide, narrow)) == (True, False)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Exactly(1), Exactly(2)),
        (Pattern("a+"), Pattern("b+")),
        (ValueKind("text"), ValueKind("number")),
        (Size(1), Size(0, 5)),
    ],
)
def test_of_some_rules_neither_is_narrower(one: Rule, other: Rule) -> None:
    assert not within(one, other)
    assert not within(other, one)


def both(*matchers: dict[str, Any]) -> Rule:
    found = Matchers({"$.x": {"matchers": list(matchers)}}).at(("x",), 4900)
    assert found
    return found


def test_two_rules_are_named_together_without_what_goes_without_saying() -> None:
    filled = both({"match": "equality"}, {"match": "regex", "regex": "[0-9]+"})
    assert filled.words == "exactly (4900)"
    assert both({"match": "integer"}, {"match": "regex", "regex": "[0-9]+"}).words == (
        "any whole number that is not negative ([0-9]+)"
    )
    text = Both((ValueKind("text"), Pattern(r"[\s\S]+")))
    assert (text.words, label(text)) == (r"text that is not empty ([\s\S]+)", ("text that is not empty", r"[\s\S]+"))


def test_a_pattern_that_lets_pass_what_is_no_text_is_looser_than_with_its_kind() -> None:
    alone = Pattern(r"[\s\S]+")
    assert alone.accepts(7)
    assert (within(Both((ValueKind("text"), alone)), alone), within(alone, Both((ValueKind("text"), alone)))) == (
        True,
        False,
    )


@pytest.mark.parametrize(
    ("rule", "how"),
    [(Exactly(1), "exact"), (OneOf(frozenset("ab")), "exact"), (Pattern("a+"), "form"), (Size(1), "kind")],
)
def test_how_tightly_a_rule_holds_is_one_of_three(rule: Rule, how: str) -> None:
    assert strength(rule) == how


def test_a_rule_from_above_holds_below_until_one_is_nearer() -> None:
    price = {"price": {"amount": 4900, "currency": "EUR", "tax": {"rate": 7}}}
    rules: dict[str, Any] = {"price": {"match": "type"}, "price__amount": {"match": "integer"}}
    found = {field.name: field.rule for field in answered(price, **rules)}
    assert found == {
        "price.amount": ValueKind("whole number"),
        "price.currency": ValueKind("text"),
        "price.tax.rate": ValueKind("number"),
    }


def test_a_named_place_counts_more_than_a_star() -> None:
    rules: dict[str, Any] = {"*__id": {"match": "type"}, "course__id": {"match": "regex", "regex": "c-.+"}}
    found = {field.name: field.rule for field in answered({"course": {"id": "c-1"}, "tutor": {"id": "t-1"}}, **rules)}
    assert found == {"course.id": Pattern("c-.+"), "tutor.id": ValueKind("text")}
