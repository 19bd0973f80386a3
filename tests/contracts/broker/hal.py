"""How a broker answers: JSON with links, in which clients find their way."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from flask import Response, request

from tests.contracts.expectations import Json

Answer = Response


def answer(body: Json, status: int = 200) -> Answer:
    return Response(json.dumps(body), status, content_type="application/hal+json;charset=utf-8")


def nobody(what: str) -> Answer:
    return answer({"error": {"message": f"{what} is not known here"}}, 404)


def link(path: str, **about: Any) -> Json:
    return {"href": request.url_root.rstrip("/") + path, **about}


def at(*parts: str) -> str:
    """Return the path of these parts, each of which may hold anything."""
    return "/" + "/".join(quote(part, safe="") for part in parts)
