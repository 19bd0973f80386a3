"""What is talked about between whom, and how it is drawn."""

from __future__ import annotations

from typing import Any

from simulators.contracts.network import NetworkDrawing, network
from simulators.contracts.pact import Pact
from simulators.contracts.topics import topics
from tests.unit.contracts.written import body, call, message, pact

PAYMENT, LEARNING, BANK, APP = "payment-service", "learning-service", "a bank", "an app"


def handover(name: str, **answer: Any) -> dict[str, Any]:
    envelope = body({"type": name}, "application/cloudevents+json")
    return call(f"{name} {answer}", request={"method": "POST", "path": "/events", "body": envelope}, **answer)


NEWS = pact(message("Paid", {"type": "Paid"}), call("a query"), consumer=LEARNING, provider=PAYMENT)
HANDED = pact(handover("Paid", status=401), handover("Paid", status=202), consumer=PAYMENT, provider=LEARNING)
ASKED = pact(call("a query"), call("an odd query", status=404), consumer=PAYMENT, provider=LEARNING)
COMMAND = pact(message("PAY", {"type": "PAY"}), consumer=PAYMENT, provider=LEARNING)


def test_a_message_is_one_topic_with_what_both_contracts_say_of_it() -> None:
    (paid,) = (topic for topic in topics([HANDED, NEWS]) if topic.name == "Paid")
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


def test_commands_are_known_from_events_by_their_names() -> None:
    assert [(topic.kind, topic.sender) for topic in topics([COMMAND])] == [("command", LEARNING)]


def test_every_topic_has_an_anchor_of_its_own() -> None:
    found = topics([NEWS, HANDED, ASKED, COMMAND])
    assert len({topic.anchor for topic in found}) == len(found) == 4
    assert topics([ASKED])[0].anchor == "payment-service.GET-courses-courseId"


def drawn(*pacts: Pact) -> NetworkDrawing:
    return network(topics(pacts))


def names(found: NetworkDrawing) -> list[str]:
    return [box.name for box in found.parties]


def query(consumer: str, provider: str, path: str = "/courses/algebra") -> Pact:
    return pact(call(request={"path": path}), consumer=consumer, provider=provider)


BANKING = query(PAYMENT, BANK)


def test_whoever_has_to_do_with_most_others_stands_in_the_middle() -> None:
    found = drawn(BANKING, ASKED, query("a clerk", PAYMENT))
    assert found.hub
    assert (found.hub.name, names(found)) == (PAYMENT, [BANK, LEARNING, "a clerk"])


def test_commands_are_exchanged_with_whom_stands_on_the_right_and_who_asks_several_stands_above() -> None:
    found = drawn(BANKING, COMMAND, query(APP, BANK), query(APP, PAYMENT))
    app, bank, school = found.parties
    assert found.hub
    assert (app.name, bank.name, school.name) == (APP, BANK, LEARNING)
    assert app.y + app.height < found.hub.y
    assert bank.x < found.hub.x < school.x


def test_who_only_asks_one_party_stands_beside_it_after_all_others() -> None:
    assert names(drawn(BANKING, COMMAND, query("a clerk", PAYMENT))) == [BANK, "a clerk", LEARNING]


def test_two_parties_are_a_network_and_none_is_an_empty_one() -> None:
    assert len(drawn(ASKED).parties) == 1
    assert (drawn().hub, drawn().parties) == (None, ())
    assert (drawn(pact()).hub, drawn(pact()).besides) == (None, ())


def test_boxes_do_not_overlap_and_hold_their_arrows() -> None:
    found = drawn(BANKING, NEWS, HANDED, ASKED, COMMAND, query(APP, PAYMENT), query(APP, BANK))
    assert found.hub
    for box in found.parties:
        assert box.y + box.height <= found.height
        assert all(box.y < arrow.y < box.y + box.height for arrow in box.arrows)
        assert all(found.hub.y < arrow.y < found.hub.y + found.hub.height for arrow in box.arrows)
        column = [each for each in found.parties if each is not box and each.x == box.x]
        assert [each.name for each in column if box.y <= each.y < box.y + box.height] == []


def test_an_arrow_goes_from_the_edge_of_the_sender_to_that_of_the_receiver() -> None:
    found = drawn(BANKING, COMMAND, HANDED)
    boxes, hub = {box.name: box for box in found.parties}, found.hub
    school, bank = boxes[LEARNING], boxes[BANK]
    assert hub
    assert {arrow.topic.name: (arrow.start, arrow.end) for box in (school, bank) for arrow in box.arrows} == {
        "GET /courses/{courseId}": (hub.x, bank.x + bank.width),
        "PAY": (school.x, hub.x + hub.width),
        "Paid": (hub.x + hub.width, school.x),
    }


def test_what_is_asked_from_above_falls_to_those_below_and_the_rest_stands_in_words() -> None:
    more = [query(APP, PAYMENT), query(APP, PAYMENT, "/payments"), query(APP, BANK)]
    apart = pact(call(), consumer="a clerk", provider="a printer")
    found = drawn(BANKING, COMMAND, HANDED, *more, apart)
    assert found.hub
    assert [[topic.receiver for topic in fall.topics] for fall in found.falls] == [[BANK], [PAYMENT, PAYMENT]]
    assert all(fall.start < fall.end == found.hub.y for fall in found.falls)
    assert [topic.receiver for topic in found.besides] == ["a printer"]
