"""The simulators' own CloudEvents 1.0 envelope, in structured mode; only the contracts bind it to the reference's."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from flask import request
from werkzeug.exceptions import UnsupportedMediaType

from simulators.kit.http.problems import BadField
from simulators.kit.http.validation import json_body, text
from simulators.kit.json_types import Json
from simulators.kit.time.timestamps import format_instant

CONTENT_TYPE = "application/cloudevents+json"
REQUIRED = ("specversion", "id", "source", "type", "subject")


def envelope(event_id: str, source: str, name: str, subject: str, at: datetime, data: Json) -> str:
    """Return the envelope as text, ready to travel."""
    attributes = {"specversion": "1.0", "id": event_id, "source": source, "type": name, "subject": subject}
    return json.dumps(attributes | {"time": format_instant(at), "datacontenttype": "application/json", "data": data})


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
