"""The description is held to the truth: by its own rules, by the routes there are, and by what the service does."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from openapi_core.contrib.werkzeug import WerkzeugOpenAPIRequest
from openapi_core.exceptions import OpenAPIError
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate
from werkzeug.test import EnvironBuilder

from reference.app import SAGAS
from reference.domain.messages import Event, Message
from reference.domain.payment_context import PaymentContext
from reference.domain.payment_status import PaymentStatus
from reference.web.health import OPENAPI
from reference.wire import WireError, camel, unwrap
from tests.unit.reference.test_wire import ENVELOPE
from tests.unit.reference.web.service_under_test import SPEC, Service

DOCUMENT: Any = json.loads(OPENAPI)
SCHEMAS = DOCUMENT["components"]["schemas"]
METHODS = {"get", "post", "put", "patch", "delete"}


def test_the_document_is_valid() -> None:
    validate(DOCUMENT)


def test_every_route_is_described_and_every_description_is_a_route(service: Service) -> None:
    def path(rule: str) -> str:
        return re.sub(r"<(?:[^:>]+:)?(\w+)>", lambda found: "{" + camel(found[1]) + "}", rule)

    routes = {
        (path(rule.rule), method.lower())
        for rule in service.app.url_map.iter_rules()
        if rule.endpoint != "static"
        for method in rule.methods or ()
    }
    described = {(path, method) for path, item in DOCUMENT["paths"].items() for method in METHODS & set(item)}
    assert {(path, method) for path, method in routes if method in METHODS} == described


def test_the_service_tells_the_document(service: Service) -> None:
    assert service.client.get("/openapi.json").get_json() == DOCUMENT


def test_each_event_that_is_accepted_is_described() -> None:
    ours = {name: kind for name, kind in Message.known.items() if kind.__module__.startswith("reference.")}
    accepted = {name for name, kind in ours.items() if issubclass(kind, Event) and kind is not Event}
    assert set(SCHEMAS["Event"]["properties"]["type"]["enum"]) == accepted


def test_states_outcomes_statuses_and_contexts_are_those_of_the_code() -> None:
    saga = SCHEMAS["Saga"]["properties"]
    states = {state.name: state.final for kind in SAGAS for state in kind.STATES if state.name != "initiated"}
    assert set(saga["saga"]["enum"]) == {kind.__name__ for kind in SAGAS}
    assert set(SCHEMAS["SagaState"]["enum"]) == {name.upper() for name in states}
    assert set(saga["outcome"]["enum"]) == {name.upper() for name, final in states.items() if final} | {None}
    assert set(SCHEMAS["PaymentStatus"]["enum"]) == set(PaymentStatus)
    assert set(SCHEMAS["PaymentContext"]["enum"]) == set(PaymentContext)


def contents() -> list[tuple[Any, Any]]:
    """Return each schema of a body with an example of it."""
    found, waiting = [], [DOCUMENT]
    while waiting:
        at = waiting.pop()
        waiting += list(at.values()) if isinstance(at, dict) else at if isinstance(at, list) else []
        if isinstance(at, dict) and isinstance(at.get("content"), dict):
            for media in at["content"].values():
                examples = [each["value"] for each in media.get("examples", {}).values()]
                examples += [media["example"]] if "example" in media else []
                found += [(media["schema"], example) for example in examples]
    return found


@pytest.mark.parametrize(("schema", "example"), contents())
def test_each_example_is_of_its_schema(schema: Any, example: Any) -> None:
    OAS31Validator({"components": DOCUMENT["components"], **schema}).validate(example)


def test_each_example_of_an_event_is_accepted(service: Service) -> None:
    media = DOCUMENT["paths"]["/events"]["post"]["requestBody"]["content"]["application/cloudevents+json"]
    for example in media["examples"].values():
        assert service.event(example["value"]).status_code == 202


def described(body: Any) -> bool:
    """Whether an event is good by its description."""
    builder = EnvironBuilder("/events", method="POST", data=json.dumps(body))
    builder.headers.extend({"Authorization": "Bearer x", "Content-Type": "application/cloudevents+json"})
    try:
        SPEC.validate_request(WerkzeugOpenAPIRequest(builder.get_request()))
    except OpenAPIError:
        return False
    return True


def variants() -> list[Any]:
    """Return a good event, and each of its fields missing, null, empty, of another type, too long or with NUL."""
    wrong: list[Any] = [None, "", 7, True, [], {}, "x" * 256, "a\x00b"]
    data = ENVELOPE["data"]
    found = [ENVELOPE, [ENVELOPE], "text", ENVELOPE | {"more": 1}, ENVELOPE | {"data": data | {"more": 1}}]
    found += [ENVELOPE | {name: value} for name in ENVELOPE for value in wrong]
    found += [ENVELOPE | {"data": data | {name: value}} for name in data for value in wrong]
    found += [{key: value for key, value in ENVELOPE.items() if key != name} for name in ENVELOPE]
    rejected = {"type": "EnrollmentRejected", "data": {"sagaId": "s", "reason": "r" * 300}}
    return [*found, ENVELOPE | rejected, ENVELOPE | rejected | {"data": data}]


@pytest.mark.parametrize("body", variants(), ids=str)
def test_the_description_and_the_service_agree_on_what_is_a_good_event(body: Any) -> None:
    try:
        unwrap(body, Event)
    except WireError:
        assert not described(body)
    else:
        assert described(body)
