"""What we say a rule lets pass is what Pact's own verifier lets pass."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from simulators.contracts.pact import read
from tests.contracts.expectations import Json
from tests.contracts.providers.local_provider import LocalProvider, broken_interactions
from tests.simulated.played import fits, flat
from tests.unit.contracts.written import body, call, file

TYPE, INTEGER, NUMBER, DECIMAL = ({"match": name} for name in ("type", "integer", "number", "decimal"))
VALUES: list[Any] = [1, 1.5, -5, "1", "", True, None, [], {}]
SCALARS = [{"x": value} for value in VALUES]
LISTS = [
    {"items": value} for value in ([], [{"id": 1}], [{"id": "a"}], [{"id": 1}, {"id": "x"}], [{"id": 2}, {"id": 3}])
]
NAMES = [{"course": {"id": one}, "tutor": {"id": other}} for one, other in (("c-1", "z"), ("q", "z"), ("c-1", 3))]
PRICES: list[Json] = [
    {"price": {"amount": 1, "tax": {"rate": 2}}},
    {"price": {"amount": 1.5, "tax": {"rate": 2}}},
    {"price": {"amount": 1, "tax": {"rate": "2"}}},
    {"price": {"amount": 1, "tax": {}}},
    {"price": {"amount": 1}},
]
ONE, PRICE = {"items": [{"id": 1}]}, {"price": {"amount": 4900, "tax": {"rate": 7}}}


def regex(expression: str) -> Json:
    return {"match": "regex", "regex": expression}


CASES: list[tuple[Json, Json, list[Json]]] = [
    ({"x": 1}, {}, SCALARS),
    ({"x": 1}, {"x": TYPE}, SCALARS),
    ({"x": 1}, {"x": INTEGER}, SCALARS),
    ({"x": 1}, {"x": NUMBER}, SCALARS),
    ({"x": 1.5}, {"x": DECIMAL}, SCALARS),
    ({"x": "a"}, {"x": TYPE}, SCALARS),
    ({"x": None}, {"x": {"match": "null"}}, SCALARS),
    ({"x": "7"}, {"x": regex("[0-9]+")}, SCALARS),
    ({"x": "7"}, {"x": regex(r"[\s\S]+")}, SCALARS),
    ({"x": "CONFIRMED"}, {"x": regex("CONFIRMED|EXPIRED")}, [{"x": "EXPIRED"}, {"x": "EXPIRE"}, {"x": None}]),
    ({"x": "an x"}, {"x": regex(".*x.*")}, [{"x": "six"}, {"x": "six\n"}, {"x": "none"}]),
    (ONE, {}, LISTS),
    (ONE, {"items": TYPE}, LISTS),
    (ONE, {"items": TYPE | {"min": 1}, "items[*].id": INTEGER}, LISTS),
    ({"course": {"id": "c-1"}, "tutor": {"id": "t"}}, {"*.id": TYPE, "course.id": regex("c-.+")}, NAMES),
    (PRICE, {"price": TYPE, "price.amount": INTEGER}, PRICES),
]
ANSWERS = [(example, rules, answer) for example, rules, answers in CASES for answer in answers]


def written(number: int, example: Json, rules: Json) -> Json:
    matchers = {f"$.{where}": {"combine": "AND", "matchers": [rule]} for where, rule in rules.items()}
    asked = {"path": f"/{number}"}
    return call(f"case {number}", given=[], body=body(example), matchingRules={"body": matchers}, request=asked)


@pytest.fixture
def ben() -> LocalProvider:
    app = Flask("ben")
    app.add_url_rule("/<int:number>", view_func=lambda number: app.json.response(ANSWERS[number][2]))
    return LocalProvider("ben", app, {}, {})


def test_a_rule_lets_pass_what_pact_lets_pass(ben: LocalProvider, tmp_path: Path) -> None:
    contract = tmp_path / "ada-ben.json"
    contract.write_text(json.dumps(file(*(written(number, *case[:2]) for number, case in enumerate(ANSWERS)))))
    refused = broken_interactions(ben, contract)

    differing: list[Any] = []
    for interaction in read(contract.read_text()).interactions:
        case = ANSWERS[int(interaction.description.removeprefix("case "))]
        if fits(interaction, flat(json.dumps(case[2]).encode(), "application/json")) == (
            interaction.description in refused
        ):
            differing.append(case)
    assert differing == []
    assert 20 < len(refused) < len(ANSWERS) - 20
