"""The description of messages is held to the truth: each that travels is in it, with the fields that its class has."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from datetime import datetime
from enum import Enum
from functools import cache
from types import NoneType
from typing import Any, get_args, get_type_hints

import pytest
from openapi_schema_validator import OAS31Validator, oas31_format_checker

from reference.app import SAGAS
from reference.domain.messages import Command, Event, Message
from reference.domain.money import Money
from reference.domain.payment_messages import PaymentEvent
from reference.gateways.broker import OUR_QUEUE, queue_of
from reference.web.health import ASYNCAPI
from reference.wire import SOURCE, WireError, camel, unwrap
from tests.unit.reference.web.service_under_test import Service

DOCUMENT: Any = json.loads(ASYNCAPI)
MESSAGES, SCHEMAS = DOCUMENT["components"]["messages"], DOCUMENT["components"]["schemas"]
TRAVELLING = {
    name: kind
    for name, kind in Message.known.items()
    if issubclass(kind, Event | Command | PaymentEvent)
    and kind not in (Event, Command, PaymentEvent)
    and kind.__module__.startswith("reference.")
}
SHOWN: dict[Any, Any] = {str: "string", int: "integer", datetime: "date-time", Money: "object"}
CHANNELS = {"learning": "learning", "tutor_matching": "tutorMatching", "communication": "communication"}


def resolved(schema: Any) -> Any:
    while "$ref" in schema:
        at = DOCUMENT
        for step in schema["$ref"].removeprefix("#/").split("/"):
            at = at[step]
        schema = at
    return schema


@cache
def validator(name: str) -> OAS31Validator:
    """Return what judges an envelope of this name."""
    schema = MESSAGES[name]["payload"] | {"components": DOCUMENT["components"]}
    return OAS31Validator(schema, format_checker=oas31_format_checker)


def problems(envelope: dict[str, Any]) -> list[str]:
    """Return all that is wrong with an envelope, by its description."""
    if envelope["type"] not in MESSAGES:
        return [f"{envelope['type']} is not described"]
    return [f"{envelope['type']}: {fault.message}" for fault in validator(envelope["type"]).iter_errors(envelope)]


def test_each_message_that_travels_is_described_and_no_other() -> None:
    assert set(MESSAGES) == set(TRAVELLING)


def test_every_reference_leads_somewhere() -> None:
    waiting = [DOCUMENT]
    while waiting:
        at = waiting.pop()
        waiting += list(at.values()) if isinstance(at, dict) else at if isinstance(at, list) else []
        if isinstance(at, dict) and isinstance(at.get("$ref"), str):
            assert resolved(at) is not None


@pytest.mark.parametrize("name", TRAVELLING)
def test_a_message_has_the_fields_of_its_class_and_asks_for_the_same(name: str) -> None:
    kind, described = TRAVELLING[name], SCHEMAS[name]
    assert set(described["properties"]) == {camel(field.name) for field in fields(kind)}
    assert set(described["required"]) == {camel(field.name) for field in fields(kind) if field.default is MISSING}


@pytest.mark.parametrize("name", TRAVELLING)
def test_each_field_is_of_the_type_that_its_class_says(name: str) -> None:
    for field, hint in get_type_hints(TRAVELLING[name]).items():
        if camel(field) not in SCHEMAS[name]["properties"]:
            continue  # A constant of the class.
        described = resolved(SCHEMAS[name]["properties"][camel(field)])
        kind = next((part for part in get_args(hint) if part is not NoneType), hint)
        if issubclass(kind, Enum):
            assert described["enum"] == [member.value for member in kind]
        else:
            assert SHOWN[kind] == described.get("format", described["type"])


def test_each_channel_carries_what_is_said_to_its_service() -> None:
    said = {name: set(channel["messages"]) for name, channel in DOCUMENT["channels"].items()}
    heard = {name for name, kind in TRAVELLING.items() if issubclass(kind, Event)}
    payment_events = {name for name, kind in TRAVELLING.items() if issubclass(kind, PaymentEvent)}
    commands = {to: {n for n, k in TRAVELLING.items() if issubclass(k, Command) and k.to == to} for to in CHANNELS}
    expected = {f"{CHANNELS[to]}Commands": names for to, names in commands.items()}
    expected |= {f"{CHANNELS[keeper]}Events": payment_events for saga in SAGAS for keeper in saga.informs}
    assert said == expected | {"events": heard}


def test_each_operation_is_of_one_channel_and_all_its_messages() -> None:
    operations = DOCUMENT["operations"].values()
    assert {each["channel"]["$ref"].rpartition("/")[2] for each in operations} == set(DOCUMENT["channels"])
    for each in operations:
        assert each["action"] == ("receive" if each["channel"]["$ref"].endswith("/events") else "send")
        assert {said["$ref"] for said in each["messages"]} == {
            f"{each['channel']['$ref']}/messages/{name}" for name in resolved(each["channel"])["messages"]
        }


def test_each_channel_is_the_queue_that_its_service_reads() -> None:
    for name, channel in DOCUMENT["channels"].items():
        queue = channel["servers"][0]["$ref"].rpartition("/")[2]
        bindings = resolved(channel["bindings"])
        assert bindings["amqp"]["queue"]["name"] == bindings["sqs"]["queue"]["name"] == queue
        assert channel["servers"][1] == {"$ref": "#/servers/broker"}
        ours = [to for to, spelled in CHANNELS.items() if name.startswith(spelled)]
        assert queue == (queue_of(*ours) if ours else OUR_QUEUE)


@pytest.mark.parametrize("name", MESSAGES)
def test_each_example_is_good_by_its_description_and_by_the_service(name: str) -> None:
    (example,) = (each["payload"] for each in MESSAGES[name]["examples"])
    assert problems(example) == []
    assert (example["source"] == SOURCE) == (not issubclass(TRAVELLING[name], Event))
    for kind in (Event, Command, PaymentEvent):
        if issubclass(TRAVELLING[name], kind):
            assert unwrap(example, kind)[0].type == name


@pytest.mark.parametrize("name", MESSAGES)
def test_what_lacks_a_field_is_bad_by_both(name: str) -> None:
    (example,) = (each["payload"] for each in MESSAGES[name]["examples"])
    kind = next(kind for kind in (Event, Command, PaymentEvent) if issubclass(TRAVELLING[name], kind))
    for field in SCHEMAS[name]["required"]:
        data = {key: value for key, value in example["data"].items() if key != field}
        assert problems(example | {"data": data})
        with pytest.raises(WireError, match=field):
            unwrap(example | {"data": data}, kind)


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("AvailabilityConfirmed", "holdUntil", "tomorrow"),
        ("AvailabilityConfirmed", "price", {"amount": 45.5, "currency": "EUR"}),
        ("AvailabilityConfirmed", "price", {"amount": 4500, "currency": "eur"}),
        ("CHECK_TUTOR_AVAILABILITY", "duration", "60"),
        ("SEND_NOTICE", "kind", "GREETING"),
        ("PaymentSucceeded", "context", "LESSON"),
        ("EnrollmentRejected", "reason", ""),
        ("NoticeSent", "sagaId", 7),
    ],
)
def test_a_wrong_value_is_bad_by_the_description(name: str, field: str, value: Any) -> None:
    (example,) = (each["payload"] for each in MESSAGES[name]["examples"])
    assert problems(example | {"data": example["data"] | {field: value}})


def test_the_service_tells_the_document(service: Service) -> None:
    assert service.client.get("/asyncapi.json").get_json() == DOCUMENT
