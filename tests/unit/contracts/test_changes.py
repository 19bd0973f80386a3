"""Each kind of change to a contract, planted and told."""

from __future__ import annotations

from typing import Any

import pytest

from simulators.contracts.changes import InteractionChange, changes, counts
from tests.unit.contracts.written import Json, body, call, matched, message, pact

COURSE = {"price": {"amount": 4900, "currency": "EUR"}, "title": "Algebra"}
RULES: Json = {"price__amount": {"match": "integer"}, "title": {"match": "type"}}


LOOSE_AND_TIGHT: list[dict[str, Any]] = [{"id": {"match": "type"}}, {}]


def query(content: Json = COURSE, rules: Json = RULES, **more: Any) -> Json:
    return call(body=body(content), matchingRules={"body": matched(**rules)}, **more)


def changed(old: Json, new: Json) -> InteractionChange:
    (found,) = changes([pact(old)], [pact(new)])
    return found


def sentences(old: Json, new: Json) -> tuple[str, list[str]]:
    found = changed(old, new)
    return found.change, [each.sentence for each in found.details]


def test_what_is_the_same_is_no_change() -> None:
    assert changes([pact(query(), message())], [pact(message(), query())]) == []


def test_an_interaction_is_added_or_removed() -> None:
    old, new = pact(call("a query")), pact(call("a question"))
    assert changes([old], [new]) == [
        InteractionChange("ada", "ben", "a query", "removed"),
        InteractionChange("ada", "ben", "a question", "added"),
    ]
    assert counts(changes([old], [new])) == {"added": 1, "removed": 1}


def test_a_whole_contract_is_added_or_removed() -> None:
    cleo = pact(call(), consumer="cleo")
    assert [(each.consumer, each.change) for each in changes([], [cleo])] == [("cleo", "added")]
    assert [(each.consumer, each.change) for each in changes([cleo], [])] == [("cleo", "removed")]


@pytest.mark.parametrize(
    ("new", "change", "said"),
    [
        (
            query(rules=RULES | {"price__amount": {"match": "number"}}),
            "loosened",
            "answer price.amount was any whole number, now any number",
        ),
        (
            query(rules={"title": {"match": "type"}}),
            "tightened",
            "answer price.amount was any whole number, now exactly 4900",
        ),
        (
            query(rules=RULES | {"price__currency": {"match": "regex", "regex": "[A-Z]{3}"}}),
            "loosened",
            'answer price.currency was exactly "EUR", now three capital letters',
        ),
        (query(COURSE | {"open": True}), "tightened", "answer open is needed now: exactly true"),
        (
            query({"price": COURSE["price"]}),
            "loosened",
            'answer title is no longer needed; it was any text, such as "Algebra"',
        ),
        (
            query(COURSE | {"title": "Geometry"}),
            "changed",
            'answer title was any text, such as "Algebra", now any text, such as "Geometry"',
        ),
        (
            query(rules=RULES | {"title": {"match": "regex", "regex": "[A-Z].*"}}),
            "tightened",
            "answer title was any text, now text of the form ([A-Z].*)",
        ),
        (query(status=201), "changed", "answer status was exactly 200, now exactly 201"),
        (
            query(request={"method": "POST"}),
            "changed",
            'request method was exactly "GET", now exactly "POST"',
        ),
        (
            query(request={"headers": {"Accept": ["a/b"]}}),
            "changed",
            'request header Accept is sent now: exactly "a/b"',
        ),
        (query(given=[]), "changed", 'state a course is no longer needed; it was a course (courseId "algebra")'),
        (
            query(given=[{"name": "a course", "params": {"courseId": "chess"}}]),
            "changed",
            'state a course was a course (courseId "algebra"), now a course (courseId "chess")',
        ),
    ],
)
def test_each_change_is_named_by_its_field(new: Json, change: str, said: str) -> None:
    assert sentences(query(), new) == (change, [said])


def test_a_message_tightens_as_an_answer_does() -> None:
    old, new = (message(content={"type": "News", "id": "7"}, **rules) for rules in LOOSE_AND_TIGHT)
    assert sentences(old, new) == ("tightened", ['message id was any text, now exactly "7"'])


def test_an_interaction_that_is_tighter_here_and_looser_there_has_changed() -> None:
    assert sentences(query(), query({"title": "Algebra", "open": True})) == (
        "changed",
        [
            "answer price.amount is no longer needed; it was any whole number, such as 4900",
            'answer price.currency is no longer needed; it was exactly "EUR"',
            "answer open is needed now: exactly true",
        ],
    )
