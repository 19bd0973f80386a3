"""What is talked about between whom, and how it is drawn."""

from __future__ import annotations

from typing import Any

from simulators.contracts.network import APP, HUB, LEFT, RIGHT, NetworkDrawing, network
from simulators.contracts.pact import Pact
from simulators.contracts.topics import topics
from tests.unit.contracts.written import body, call, message, pact

PAYMENT, LEARNING = "payment-service", "learning-service"


def handover(name: str, **answer: Any) -> dict[str, Any]:
    envelope = body({"type": name}, "application/cloudevents+json")
    return call(f"{name} {answer}", request={"method": "POST", "path": "/events", "body": envelope}, **answer)


TOLD = pact(message("Paid", {"type": "Paid"}), call("a query"), consumer=LEARNING, provider=PAYMENT)
HANDED = pact(handover("Paid", status=401), handover("Paid", status=202), consumer=PAYMENT, provider=LEARNING)
ASKED = pact(call("a query"), call("an odd query", status=404), consumer=PAYMENT, provider=LEARNING)
COMMAND = pact(message("PAY", {"type": "PAY"}), consumer=PAYMENT, provider=LEARNING)


def test_a_message_is_one_topic_with_what_both_contracts_say_of_it() -> None:
    (paid,) = (topic for topic in topics([HANDED, TOLD]) if topic.name == "Paid")
    assert (paid.sender, paid.receiver, paid.kind) == (PAYMENT, LEARNING, "event")
    assert [each.expected["status"] if each.request else None for each in paid.interactions] == [None, 202, 401]


def test_calls_are_gathered_by_route_with_names_for_what_stands_for_others() -> None:
    (query,) = topics([ASKED])
    assert (query.name, query.kind, len(query.interactions)) == ("GET /courses/{courseId}", "call", 2)
    counted = pact(call(given=[], request={"path": "/letters/7/retry"}))
    assert topics([counted])[0].name == "GET /letters/{id}/retry"


def test_a_path_that_may_vary_is_shown_as_its_example() -> None:
    rules = {"path": {"combine": "AND", "matchers": [{"match": "regex", "regex": "/courses/.+"}]}}
    assert topics([pact(call(request={"matchingRules": rules}))])[0].name == "GET /courses/algebra"


def test_commands_are_told_from_events_by_their_names() -> None:
    assert [(topic.kind, topic.sender) for topic in topics([COMMAND])] == [("command", LEARNING)]


def test_every_topic_has_an_anchor_of_its_own() -> None:
    found = topics([TOLD, HANDED, ASKED, COMMAND])
    assert len({topic.anchor for topic in found}) == len(found) == 4
    assert topics([ASKED])[0].anchor == "payment-service.learning-service.GET-courses-courseId"


def drawn(*pacts: Pact) -> NetworkDrawing:
    return network(topics(pacts))


def names(found: NetworkDrawing) -> list[str]:
    return [box.name for box in found.parties]


def from_app(provider: str, path: str = "/courses/algebra") -> Pact:
    return pact(call(request={"path": path}), consumer=APP, provider=provider)


def test_the_six_parties_are_drawn_even_without_a_contract() -> None:
    found = drawn()
    assert (found.hub.name, names(found)) == (HUB, [APP, *LEFT, *RIGHT])
    assert all(found.is_silent(box) for box in found.parties)


def test_who_has_a_contract_is_not_silent() -> None:
    found = drawn(COMMAND, from_app("stripe"))
    assert [box.name for box in found.parties if not found.is_silent(box)] == [APP, "stripe", LEARNING]


def test_somebody_new_finds_a_place() -> None:
    assert names(drawn(pact(call(), consumer="school", provider=PAYMENT))) == [APP, *LEFT, "school", *RIGHT]


def test_boxes_do_not_overlap_and_hold_their_arrows() -> None:
    found = drawn(TOLD, HANDED, ASKED, COMMAND, from_app(PAYMENT))
    for box in found.parties:
        assert box.y + box.height <= found.height
        assert all(box.y < arrow.y < box.y + box.height for arrow in box.arrows)
        assert all(found.hub.y < arrow.y < found.hub.y + found.hub.height for arrow in box.arrows)
        column = [each for each in found.parties if each is not box and each.x == box.x]
        assert [each.name for each in column if box.y <= each.y < box.y + box.height] == []


def test_an_arrow_goes_from_the_edge_of_the_sender_to_that_of_the_receiver() -> None:
    stripe = pact(call(), consumer=PAYMENT, provider="stripe")
    found = drawn(stripe, COMMAND, HANDED)
    boxes, hub = {box.name: box for box in found.parties}, found.hub
    school, bank = boxes[LEARNING], boxes["stripe"]
    assert {arrow.topic.name: (arrow.start, arrow.end) for box in (school, bank) for arrow in box.arrows} == {
        "GET /courses/{courseId}": (hub.x, bank.x + bank.width),
        "PAY": (school.x, hub.x + hub.width),
        "Paid": (hub.x + hub.width, school.x),
    }


def test_what_the_app_asks_falls_to_whoever_lies_below_and_the_rest_is_said_in_words() -> None:
    found = drawn(from_app(PAYMENT), from_app(PAYMENT, "/payments"), from_app("stripe"), from_app(RIGHT[1]))
    assert [[topic.receiver for topic in fall.topics] for fall in found.falls] == [["stripe"], [PAYMENT, PAYMENT]]
    assert all(fall.start < fall.end == found.hub.y for fall in found.falls)
    assert [topic.receiver for topic in found.besides] == [RIGHT[1]]
