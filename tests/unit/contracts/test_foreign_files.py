"""Contracts of other teams, as Pact's many libraries write them: read, or refused with the reason."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner

from simulators.cli import main
from simulators.contracts.changes import changes
from simulators.contracts.pact import read
from simulators.contracts.pact_file import NotAPact, PactFile
from simulators.contracts.page import Contracts, pages
from simulators.contracts.provider_requirements import ProviderRequirements
from tests.unit.contracts.written import Json, body, call, file, message, only

NEWS: Json = {"type": "Asynchronous/Messages", "description": "news"}
QUESTION: Json = {
    "type": "Synchronous/Messages",
    "description": "a question",
    "providerStates": [{"name": "awake"}],
    "request": {"contents": body({"question": 6}), "metadata": {"contentType": "application/json"}},
    "response": [
        {
            "contents": body({"answer": 42}),
            "matchingRules": {"body": {"$.answer": {"matchers": [{"match": "integer"}]}}},
        }
    ],
}
PARTIES: Json = {"consumer": {"name": "ada"}, "provider": {"name": "ben"}}
QUERY: Json = {"description": "a query", "request": {"method": "get", "path": "/"}, "response": {"status": 200}}
V1 = PARTIES | {"interactions": [QUERY | {"provider_state": "awake"}]}
V2 = V1 | {
    "interactions": [QUERY | {"providerState": "awake"}],
    "metadata": {"pactSpecification": {"version": "2.0.0"}},
}
V3 = PARTIES | {
    "messages": [
        {"description": "news", "providerStates": [{"name": "awake", "params": None}], "contents": {"text": "hi"}}
    ],
    "metadata": {"pactSpecification": {"version": "3.0.0"}},
}


def requirements(content: Any) -> ProviderRequirements:
    return ProviderRequirements("ben", [PactFile.of(content, "x.json")])


@pytest.mark.parametrize("content", [V1, V2, V3], ids=["V1", "V2", "V3"])
def test_the_state_of_an_older_contract_is_listed(content: Json) -> None:
    assert requirements(content).states() == {"awake": [{}]}


@pytest.mark.parametrize(
    ("contents", "example"),
    [
        ({"contentType": "application/json", "encoded": False}, None),
        ({"content": None, "contentType": "application/json", "encoded": False}, None),
        ({"content": {"a": 1}, "contentType": "application/json", "encoded": "json"}, {"a": 1}),
        ({"content": '{"a": 1}', "contentType": "application/json", "encoded": "JSON"}, {"a": 1}),
        (
            {"content": b64encode(b'{"a": 1}').decode(), "contentType": "application/json", "encoded": "base64"},
            {"a": 1},
        ),
        ({"content": "hi", "contentType": "text/plain", "encoded": True}, "hi"),
        ({"content": {"a": 1}}, {"a": 1}),
        (None, None),
    ],
)
def test_a_message_is_listed_and_shown_whatever_its_contents(contents: Json | None, example: Any) -> None:
    written = NEWS if contents is None else NEWS | {"contents": contents}
    assert [each["example"] for each in requirements(file(written)).messages()] == [example]
    assert requirements(file(written)).text().count("news") == 1
    assert only(written).expected.content == example
    assert "news" in "".join(pages(Contracts((read(json.dumps(file(written))),))).values())


def test_a_message_that_is_answered_is_listed_as_a_message_and_shown_with_both_sides() -> None:
    listed = requirements(file(QUESTION))
    assert listed.states() == {"awake": [{}]}
    assert [(each["description"], each["example"]) for each in listed.messages()] == [("a question", {"answer": 42})]
    shown = only(QUESTION)
    assert shown.request
    assert (shown.sender, shown.receiver, shown.request.content) == ("ada", "ben", {"question": 6})
    assert [field.words for field in shown.expected.body] == ["any whole number, such as 42"]
    html = "".join(pages(Contracts((read(json.dumps(file(QUESTION))),))).values())
    assert "a question" in html
    assert "any whole number" in html


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (file(NEWS | {"description": 7}), "interaction 1 has no description"),
        (file(call(), {"type": "Synchronous/HTTP"}), "interaction 2 has no description"),
        (file(call(given=["awake"])), "'a query' has a provider state without a name"),
        (file(call(given="awake")), "'a query' has provider states that are no list"),
        (
            file(call(given=[{"name": "awake", "params": [1]}])),
            "'a query' has a provider state whose params are no object",
        ),
        (V2 | {"interactions": [QUERY | {"providerState": 7}]}, "'a query' has a provider state without a name"),
        (file(QUERY), "'a query' has no type that Pact's version 4 knows"),
        (file() | {"interactions": [7]}, "interaction 1 is no object"),
        (file() | {"consumer": {"name": 7}}, "its consumer has no name"),
        (file() | {"provider": {"name": ""}}, "its provider has no name"),
        (V3 | {"interactions": []}, "it holds both messages and interactions, of which Pact takes the messages alone"),
        (file(NEWS | {"description": "\ud800"}), "it holds half a character"),
    ],
)
def test_what_cannot_be_verified_is_no_contract(content: Any, why: str) -> None:
    with pytest.raises(NotAPact) as refused:
        PactFile.of(content, "x.json")
    assert str(refused.value) == f"x.json is no contract: {why}"


@pytest.mark.parametrize("text", ["[" * 100_000, "9" * 5000, b"\xff"], ids=["deep", "long", "bytes"])
def test_what_is_no_json_is_no_contract(text: str | bytes) -> None:
    with pytest.raises(NotAPact, match=r"x.json is no contract"):
        PactFile.parse(text, "x.json")


def test_the_commands_say_so(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(json.dumps(file(call(given=["awake"]))))
    for verb in (["verify", "--provider", "ben", "--list"], ["page", "--output", str(tmp_path)], ["diff"], ["publish"]):
        answer = CliRunner(env={"PACT_BROKER_BASE_URL": "http://127.0.0.1:1" if verb == ["publish"] else None}).invoke(
            main, ["contracts", *verb, "--pacts", str(tmp_path)]
        )
        assert (answer.exit_code, "x.json is no contract: 'a query' has a provider" in answer.output) == (2, True)


ODD: list[Any] = [
    None,
    True,
    7,
    -1.5,
    "",
    "odd",
    "$.a[",
    [],
    [7],
    ["a", None],
    {},
    {"odd": None},
    {"name": 7},
    "\ud800",
]
RULES = {
    "body": {"$.a": {"combine": "AND", "matchers": [{"match": "type", "min": 1}, {"match": "regex", "regex": "a+"}]}}
}
EXAMPLES = [
    V1,
    V2,
    V3,
    file(QUESTION, NEWS | {"contents": body({"a": 1}), "metadata": {"key": "a"}, "matchingRules": RULES}),
    file(call(body=body({"a": ["b"]}), headers={"Link": ["b"]}, matchingRules=RULES), message(id={"match": "uuid"})),
    file(
        call(
            request={
                "query": {"a": ["b"]},
                "body": body("a=b", "application/x-www-form-urlencoded"),
                "matchingRules": RULES,
            }
        )
    ),
]


def places(part: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield above
    for name, value in (
        part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list | tuple) else ()
    ):
        yield from places(value, (*above, name))


def mutated(content: Json, random: Random) -> Any:
    """Return the contract with something else, or nothing, at one of its places."""
    copy = json.loads(json.dumps(content))
    *above, last = random.choice([place for place in places(copy) if place])
    holder = copy
    for name in above:
        holder = holder[name]
    if random.random() < 0.25:
        del holder[last]
    else:
        holder[last] = deepcopy(random.choice(ODD))
    return copy


@pytest.mark.parametrize("seed", range(4))
def test_a_contract_that_is_wrong_anywhere_is_read_or_refused(seed: int) -> None:
    random, refusals = Random(seed), list[str]()
    for _ in range(150):
        content = random.choice(EXAMPLES)
        for _ in range(random.choice((1, 1, 2, 3))):
            content = mutated(content, random)
        refusals.append(refusal(content))
    assert {why.partition(":")[0].partition(" ")[0] for why in refusals} == {"", "x.json"}
    assert 10 < refusals.count("") < 140


def refusal(content: Any) -> str:
    try:
        use(content)
    except NotAPact as why:
        return str(why)
    return ""


def use(content: Any) -> None:
    """Do all that the commands do with a contract."""
    listed = requirements(content)
    json.dumps(listed.to_json())
    listed.text().encode()
    pact = read(json.dumps(content), "x.json")
    [html.encode() for html in pages(Contracts((pact,))).values()]
    changes([pact], [read(json.dumps(EXAMPLES[4]))])
    changes([read(json.dumps(EXAMPLES[4]))], [pact])
