"""What counts as playing a contract, and that a link which is no longer true is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from simulators.contracts.pact import Interaction
from simulators.contracts.scenarios import played_as_text, played_in
from simulators.world.inside import Inside
from tests.rooms.source import ROOT
from tests.simulated.played import Heard, Listening, flat, plays
from tests.unit.contracts.written import body, call, matched, message, only, pact

CLOUDEVENT = "application/cloudevents+json"
PAYMENT, LEARNING = "payment-service", "learning-service"
COURSE = {"courseId": "algebra", "price": {"amount": 4900}, "isPublished": True}
ASKED = Heard(PAYMENT, LEARNING, "GET", "/courses/c-7", frozenset(), {}, 200, {})
PAID_EVENT = Heard(
    PAYMENT, LEARNING, "POST", "/events", frozenset(), {"type": "Paid", "source": "s", "data.id": "7"}, 202, {}
)


def between(written: dict[str, Any], consumer: str = PAYMENT, provider: str = LEARNING) -> Interaction:
    return replace(only(written), consumer=consumer, provider=provider)


def query(**more: Any) -> Interaction:
    rules = {"body": matched(price__amount={"match": "integer"})}
    return between(call(body=body(COURSE), matchingRules=rules, **more))


def answered(**content: Any) -> Heard:
    return replace(ASKED, answered={"courseId": "c-7", "price.amount": 3900, "isPublished": True} | content)


def test_an_id_that_a_state_was_given_stands_for_any_other() -> None:
    assert plays(query(), answered(more="than needed"))
    assert not plays(query(given=[]), answered())


@pytest.mark.parametrize(
    "heard",
    [
        answered(isPublished=False),
        answered(**{"price.amount": "39"}),
        replace(answered(), status=404),
        replace(answered(), method="POST"),
        replace(answered(), path="/courses/c-7/lessons"),
        replace(answered(), path="/lessons/c-7"),
        replace(answered(), query=frozenset({"limit"})),
        replace(answered(), asked={"x": 1}),
        replace(answered(), caller="student"),
        replace(answered(), callee="stripe"),
        ASKED,
    ],
)
def test_what_differs_in_anything_needed_is_something_else(heard: Heard) -> None:
    assert not plays(query(), heard)


def test_a_message_is_played_when_its_hearer_takes_it() -> None:
    heard = between(
        message(content={"type": "Paid", "data": {"id": "1"}}, data__id={"match": "type"}), LEARNING, PAYMENT
    )
    assert plays(heard, PAID_EVENT)
    assert not plays(heard, replace(PAID_EVENT, status=503))
    assert not plays(heard, replace(PAID_EVENT, asked={"type": "Refunded", "data.id": "7"}))


def test_a_handover_is_played_by_the_same_message_with_the_same_fields() -> None:
    content = {"type": "Paid", "source": "s", "data": {"id": "1"}}
    asked = {"method": "POST", "path": "/events", "body": body(content, CLOUDEVENT)}
    handed = between(call(request=asked, status=202))
    assert plays(handed, PAID_EVENT)
    assert not plays(handed, replace(PAID_EVENT, asked={**PAID_EVENT.asked, "type": "Refunded"}))
    assert not plays(handed, replace(PAID_EVENT, asked={"type": "Paid", "source": "s"}))


def test_a_path_may_follow_a_form_or_hold_a_number() -> None:
    rules = {"path": {"combine": "AND", "matchers": [{"match": "regex", "regex": "/courses/c-[0-9]"}]}}
    assert plays(between(call(request={"matchingRules": rules})), ASKED)
    numbered = between(call(request={"path": "/letters/1/retry"}))
    assert plays(numbered, replace(ASKED, path="/letters/12/retry"))
    assert not plays(numbered, replace(ASKED, path="/letters/x/retry"))


def test_a_list_is_played_by_any_number_of_such_items() -> None:
    rules: dict[str, Any] = {"items": {"match": "type"}, "items[*]__id": {"match": "integer"}}
    listed = between(call(body=body({"items": [{"id": 1}]}), matchingRules={"body": matched(**rules)}))
    heard = [replace(ASKED, answered=flat(text, "application/json")) for text in LISTS]
    assert [plays(listed, each) for each in heard] == [True, True, False]


LISTS = (b'{"items": []}', b'{"items": [{"id": 1}, {"id": 2}]}', b'{"items": [{"id": 1}, {"id": "2"}]}')


def test_forms_and_things_that_are_no_json_are_read_too() -> None:
    assert flat(b"amount=4900&metadata[sagaId]=", "application/x-www-form-urlencoded; charset=utf-8") == {
        "amount": "4900",
        "metadata[sagaId]": "",
    }
    assert flat(b"hello", "text/plain") == flat(b"", "application/json") == {}


def test_a_world_is_heard_until_it_is_over(tmp_path: Path) -> None:
    course = between(call(body=body({"title": "x"}), matchingRules={"body": matched(title={"match": "type"})}))
    listening = Listening([replace(pact(), interactions=(course,))])
    with Inside(tmp_path) as world:
        listening.to(world)
        world.learning.create_course("algebra")
        listening.is_over = True
        world.student("ada").enroll("algebra")
        world.settle()
        assert listening.played == set()
        listening.is_over = False
        world.learning.create_course("biology")
        world.student("ada").enroll("biology")
        world.settle()
    assert listening.played == {(PAYMENT, LEARNING, "a query")}


def test_what_is_played_is_written_as_it_is_read() -> None:
    played = played_in(ROOT / "pacts")
    assert played_as_text(played) == (ROOT / "pacts" / "played.jsonl").read_text()
