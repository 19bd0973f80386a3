from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from simulators.kit.http.cloudevents import CONTENT_TYPE, envelope, read_envelope, sent_trace
from simulators.kit.http.problems import BadField
from simulators.kit.http.validation import object_of, optional, text, validate, whole_number
from simulators.kit.seams import Seams


def arrives(body: str, content_type: str = CONTENT_TYPE) -> Any:
    return Flask("any").test_request_context(method="POST", data=body, content_type=content_type)


def written(seams: Seams) -> str:
    now = seams.clock.now()
    return envelope("evt_1", "edtech.learning-service", "EnrollmentConfirmed", "s1", now, {"sagaId": "s1"})


def test_what_is_written_is_read_back(seams: Seams) -> None:
    with arrives(written(seams), CONTENT_TYPE + "; charset=utf-8"):
        event = read_envelope()
    assert (event["type"], event["subject"], event["data"]) == ("EnrollmentConfirmed", "s1", {"sagaId": "s1"})
    assert event["time"] == "2026-01-01T00:00:00.000Z"


@pytest.mark.parametrize("attribute", ["specversion", "id", "source", "type", "subject", "data"])
@pytest.mark.parametrize("value", [None, "", 7])
def test_an_envelope_that_lacks_something_is_refused_by_name(seams: Seams, attribute: str, value: Any) -> None:
    body = json.loads(written(seams)) | {attribute: value}
    with arrives(json.dumps(body)), pytest.raises(BadField) as refusal:
        read_envelope()
    assert refusal.value.field == attribute


def test_another_version_of_cloudevents_is_refused(seams: Seams) -> None:
    with arrives(written(seams).replace('"1.0"', '"0.3"')), pytest.raises(BadField) as refusal:
        read_envelope()
    assert refusal.value.field == "specversion"


def test_another_media_type_is_refused(seams: Seams) -> None:
    with arrives(written(seams), "application/json"), pytest.raises(UnsupportedMediaType):
        read_envelope()


@pytest.mark.parametrize("body", ["", "not json", "[]", "null"])
def test_what_is_no_json_object_is_refused(body: str) -> None:
    with arrives(body), pytest.raises(BadRequest):
        read_envelope()


SHAPE = {"title": text, "price": object_of({"amount": whole_number}), "note": optional(text)}


def test_a_body_of_the_right_shape_passes() -> None:
    body = {"title": "Algebra", "price": {"amount": 0}}
    assert validate(body, SHAPE) == body


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 501}, "title"),
        ({"price": 5}, "price"),
        ({"price": {}}, "amount"),
        ({"price": {"amount": -1}}, "amount"),
        ({"price": {"amount": True}}, "amount"),
        ({"note": 5}, "note"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_body_of_a_wrong_shape_is_refused_by_the_fields_name(change: dict[str, Any], field: str) -> None:
    with pytest.raises(BadField) as refusal:
        validate({"title": "Algebra", "price": {"amount": 1}} | change, SHAPE)
    assert refusal.value.field.split(".")[-1] == field


TRACE = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "tracestate": "a=1"}
OTHER = {"traceparent": TRACE["traceparent"].replace("0af", "0bf")}


@pytest.mark.parametrize(
    ("headers", "body", "passed_on"),
    [
        (TRACE, None, TRACE),
        ({"traceparent": TRACE["traceparent"]}, None, {"traceparent": TRACE["traceparent"]}),
        ({}, None, {}),
        ({"traceparent": "00-1", "tracestate": "a=1"}, None, {}),
        ({"traceparent": f"00-{'0' * 32}-b7ad6b7169203331-01"}, None, {}),
        (OTHER, TRACE, TRACE),
        (OTHER, {"type": "PaymentSucceeded"}, OTHER),
        ({}, {"traceparent": 7}, {}),
        ({}, {"traceparent": TRACE["traceparent"], "tracestate": 7}, {"traceparent": TRACE["traceparent"]}),
    ],
)
def test_the_trace_of_a_request_is_passed_on_as_it_is(
    headers: dict[str, str], body: dict[str, object] | None, passed_on: dict[str, str]
) -> None:
    kind: Any = {"content_type": CONTENT_TYPE, "data": json.dumps(body)} if body else {}
    with Flask("anybody").test_request_context("/commands", method="POST", headers=headers, **kind):
        assert sent_trace() == passed_on


def test_what_is_announced_by_itself_belongs_to_no_trace() -> None:
    assert sent_trace() == {}
