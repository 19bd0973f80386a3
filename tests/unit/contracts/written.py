"""Small contracts, written as Pact writes them."""

from __future__ import annotations

import json
from typing import Any

from simulators.contracts.fields import Field
from simulators.contracts.matchers import Matchers
from simulators.contracts.pact import Interaction, Pact, read
from simulators.contracts.rules import Rule

Json = dict[str, Any]


def matched(**rules: Json) -> Json:
    """Matching rules by their places below `$`; `__` stands for what Python cannot name."""
    return {"$." + where.replace("__", "."): {"combine": "AND", "matchers": [rule]} for where, rule in rules.items()}


def body(content: Any, media: str = "application/json") -> Json:
    return {"content": content, "contentType": media, "encoded": False}


def call(description: str = "a query", **answer: Any) -> Json:
    asked = {"method": "GET", "path": "/courses/algebra", **answer.pop("request", {})}
    given = answer.pop("given", [{"name": "a course", "params": {"courseId": "algebra"}}])
    written = {"type": "Synchronous/HTTP", "description": description, "providerStates": given}
    return written | {"request": asked, "response": {"status": 200, **answer}}


def message(description: str = "news", content: Any = None, **rules: Json) -> Json:
    written = {"type": "Asynchronous/Messages", "description": description}
    contents = body(content or {"type": "News"}, "application/cloudevents+json")
    return written | {"contents": contents, "matchingRules": {"body": matched(**rules)}}


def file(*interactions: Json, consumer: str = "ada", provider: str = "ben", version: str = "4.0") -> Json:
    parties = {"consumer": {"name": consumer}, "provider": {"name": provider}}
    return parties | {"interactions": interactions, "metadata": {"pactSpecification": {"version": version}}}


def pact(*interactions: Json, **parties: str) -> Pact:
    return read(json.dumps(file(*interactions, **parties)))


def only(written: Json) -> Interaction:
    (found,) = pact(written).interactions
    return found


def answered(content: Any, **rules: Json) -> tuple[Field, ...]:
    return only(call(body=body(content), matchingRules={"body": matched(**rules)})).expected.body


def rule(matcher: Json, example: Any) -> Rule:
    found = Matchers({"$.x": {"matchers": [matcher]}}).at(("x",), example)
    assert found
    return found
