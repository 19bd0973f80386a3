"""The simulators' own CloudEvents 1.0 envelope, in structured mode; only the contracts bind it to the reference's."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from flask import has_request_context, request
from werkzeug.exceptions import UnsupportedMediaType

from simulators.kit.http.problems import BadField
from simulators.kit.http.validation import json_body, text
from simulators.kit.json_types import Json
from simulators.kit.time.timestamps import format_instant

CONTENT_TYPE = "application/cloudevents+json"
TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
REQUIRED = ("specversion", "id", "source", "type", "subject")


def envelope(
    event_id: str, source: str, name: str, subject: str, at: datetime, data: Json, trace: Json | None = None
) -> str:
    """Return the envelope as text, ready to travel."""
    attributes = {"specversion": "1.0", "id": event_id, "source": source, "type": name, "subject": subject}
    attributes |= {"time": format_instant(at), "datacontenttype": "application/json", **(trace or {})}
    return json.dumps(attributes | {"data": data})


def sent_trace() -> Json:
    """Return what the request says of its trace, in its envelope or its headers, to be passed on as it is."""
    if not has_request_context():
        return {}
    sent = json_body() if request.mimetype == CONTENT_TYPE else {}
    sent = {name: sent.get(name) or request.headers.get(name) for name in ("traceparent", "tracestate")}
    if not TRACEPARENT.fullmatch(str(sent["traceparent"])):
        return {}
    return {name: value for name, value in sent.items() if isinstance(value, str)}


def read_envelope() -> dict[str, Any]:
    """Return the envelope that the request carries; 415 for another media type, BadField where it is wrong."""
    if request.mimetype != CONTENT_TYPE:
        raise UnsupportedMediaType(f"the content type must be {CONTENT_TYPE}")
    body = json_body()
    for attribute in REQUIRED:
        if why := text(body.get(attribute)):
            raise BadField(attribute, why)
    if body["specversion"] != "1.0":
        raise BadField("specversion", "must be 1.0")
    if not isinstance(body.get("data"), dict):
        raise BadField("data", "must be an object")
    return body
