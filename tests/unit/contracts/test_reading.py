"""Pact's files are read for what they say, and refused with a reason."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path

import pytest

from simulators.contracts.pact import pacts_in, read
from simulators.contracts.pact_file import NotAPact
from simulators.contracts.rules import Exactly, Pattern, ValueKind
from tests.rooms.source import ROOT
from tests.unit.contracts.written import answered, body, call, file, matched, message, only

PACTS = ROOT / "pacts"


def test_the_committed_contracts_are_read_whole() -> None:
    written = [json.loads(path.read_text()) for path in PACTS.glob("*.json")]
    pairs = {(each["consumer"]["name"], each["provider"]["name"]): each["interactions"] for each in written}
    read_pacts = {(each.consumer, each.provider): each.interactions for each in pacts_in(PACTS)}
    assert {pair: [each["description"] for each in found] for pair, found in pairs.items()} == {
        pair: [each.description for each in found] for pair, found in read_pacts.items()
    }
    fields = [field for found in read_pacts.values() for each in found for field in each.expected.fields]
    assert all(field.rule.accepts(field.example) for field in fields)
    assert not [field for field in fields if "Pact calls" in field.words]


def test_a_call_is_asked_and_answered() -> None:
    rules = {"body": matched(price={"match": "integer"})}
    found = only(call("a query", body=body({"price": 4900, "open": True}), matchingRules=rules))
    assert (found.sender, found.receiver, found.message) == ("ada", "ben", None)
    assert found.request
    assert (found.request["method"], found.request["path"], found.expected.status) == (
        "GET",
        "/courses/algebra",
        "200 OK",
    )
    assert [field.words for field in found.expected.body] == ["any whole number, such as 4900", "exactly true"]
    assert [state.words for state in found.states] == ['a course (courseId "algebra")']
    assert found.variables == {"algebra"}


def test_a_message_is_sent_by_the_provider_and_known_by_its_type() -> None:
    found = only(message("news of a payment", {"type": "PaymentSucceeded", "id": "7"}, id={"match": "type"}))
    assert (found.sender, found.receiver, found.message, found.request) == ("ben", "ada", "PaymentSucceeded", None)
    assert {field.name: field.rule for field in found.expected.body} == {
        "type": Exactly("PaymentSucceeded"),
        "id": ValueKind("text"),
    }


def test_a_message_that_is_handed_over_keeps_its_name() -> None:
    envelope = body({"type": "PaymentSucceeded"}, "application/cloudevents+json")
    found = only(call(request={"method": "POST", "path": "/events", "body": envelope}))
    assert (found.message, found.sender) == ("PaymentSucceeded", "ada")


def test_path_query_and_headers_have_rules_too() -> None:
    def regex(pattern: str) -> dict[str, object]:
        return {"combine": "AND", "matchers": [{"match": "regex", "regex": pattern}]}

    rules = {"path": regex("/sagas/.+"), "query": {"limit": regex("[0-9]+")}, "header": {"Accept": regex("a/.+")}}
    asked = {
        "path": "/sagas/s-1",
        "query": {"limit": ["5"], "state": ["PARKED"]},
        "headers": {"Accept": ["a/b"]},
        "matchingRules": rules,
    }
    found = only(call(request=asked)).request
    assert found
    assert {field.name: field.rule for field in found.head} == {
        "method": Exactly("GET"),
        "path": Pattern("/sagas/.+"),
        "query limit": Pattern("[0-9]+"),
        "query state": Exactly("PARKED"),
        "header Accept": Pattern("a/.+"),
    }


def test_lists_are_shown_by_one_item_or_item_by_item() -> None:
    alike = answered(
        {"items": [{"id": 1}]}, items={"match": "type", "min": 1}, **{"items[*]__id": {"match": "integer"}}
    )
    assert [(field.name, field.words) for field in alike] == [
        ("items", "a list of at least 1"),
        ("items[].id", "any whole number, such as 1"),
    ]
    assert [(field.name, field.words) for field in answered(["a", {}])] == [
        ("body", "a list of exactly 2"),
        ("[0]", 'exactly "a"'),
        ("[1]", "any object, such as {}"),
    ]


def test_forms_and_bytes_are_read() -> None:
    form = only(call(body=body("amount=4900&metadata[sagaId]=s-1", "application/x-www-form-urlencoded")))
    assert {field.name: field.example for field in form.expected.body} == {"amount": "4900", "metadata[sagaId]": "s-1"}
    content = b64encode(b'{"a": 1}').decode()
    raw = only(call(body={"content": content, "contentType": "application/json", "encoded": "base64"}))
    assert raw.expected.content == {"a": 1}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "is no contract: Expecting"),
        ("[]", "is no contract$"),
        ('{"consumer": {"name": "ada"}}', "is no contract: it lacks 'interactions'"),
        (json.dumps(file() | {"interactions": None}), "is no contract$"),
        (json.dumps(file() | {"metadata": {}}), "version unknown: only version 4"),
        (json.dumps(file(version="3.0.0")), "version 3.0.0: only version 4"),
        (json.dumps(file({"description": "odd", "type": "Synchronous/Messages"})), "'odd' cannot be read"),
        (json.dumps(file({"description": "odd", "type": "Synchronous/HTTP"})), "'odd' cannot be read"),
    ],
)
def test_what_is_no_contract_is_refused_with_its_name(text: str, why: str) -> None:
    with pytest.raises(NotAPact, match=f"x.json.*{why}"):
        read(text, "x.json")


def test_a_place_without_contracts_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotAPact, match="name another place with --pacts"):
        pacts_in(tmp_path)
