"""What is talked about between whom, and how it is drawn."""

from __future__ import annotations

from typing import Any

from simulators.contracts.network import HUB, LEFT, RIGHT, Network, network
from simulators.contracts.topics import Topic, topics
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
    assert [each.needed["status"] if each.asked else None for each in paid.interactions] == [None, 202, 401]


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


def drawn(*found: Topic) -> Network:
    return network(found)


def test_the_six_parties_are_drawn_even_without_a_contract() -> None:
    assert [box.name for box in drawn().boxes] == [HUB, *LEFT, *RIGHT]


def test_somebody_new_finds_a_place() -> None:
    new = topics([pact(call(), consumer="school", provider=PAYMENT)])
    assert [box.name for box in drawn(*new).boxes] == [HUB, *LEFT, "school", *RIGHT]


def test_boxes_do_not_overlap_and_hold_their_arrows() -> None:
    found = drawn(*topics([TOLD, HANDED, ASKED, COMMAND]))
    hub, *parties = found.boxes
    for box in parties:
        assert box.y + box.height <= found.height
        assert all(box.y < arrow.y < box.y + box.height for arrow in box.arrows)
        assert [
            one for one in parties if one is not box and one.x == box.x and box.y <= one.y < box.y + box.height
        ] == []
    assert all(hub.y < arrow.y < hub.y + hub.height for box in parties for arrow in box.arrows)


def test_an_arrow_goes_from_the_edge_of_the_sender_to_that_of_the_receiver() -> None:
    student = pact(call(), consumer="student-app", provider=PAYMENT)
    found = {box.name: box for box in drawn(*topics([student, COMMAND, HANDED])).boxes}
    hub, school, app = found[HUB], found[LEARNING], found["student-app"]
    ends = {arrow.topic.name: (arrow.start, arrow.end) for box in (school, app) for arrow in box.arrows}
    assert ends == {
        "GET /courses/{courseId}": (app.x + app.width, hub.x),
        "PAY": (school.x, hub.x + hub.width),
        "Paid": (hub.x + hub.width, school.x),
    }
