"""A service to be verified, with its desk, and the contract by which it is."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import Result
from flask import request

from tests.contracts.broker.calling import Served, harness
from tests.contracts.expectations import Json

GREETING: Json = {
    "type": "Synchronous/HTTP",
    "description": "a greeting",
    "providerStates": [{"name": "awake", "params": {"since": 7}}],
    "request": {"method": "GET", "path": "/hello"},
    "response": {"status": 200},
}
NEWS: Json = {
    "type": "Asynchronous/Messages",
    "description": "news",
    "contents": {"content": {"text": "hello"}, "contentType": "application/json", "encoded": False},
    "metadata": {"contentType": "application/json"},
}


@dataclass
class Ben:
    """A service with its desk; what it answers can be changed, and what it was asked can be seen."""

    url: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[Json] = field(default_factory=list)

    def begin(self) -> None:
        self.answers = {"/hello": "hello", "/desk/state": {}, "/desk/message": {"text": "hello"}}
        self.asked.clear()

    def answer(self, path: str) -> Any:
        if request.is_json:
            self.asked.append(request.get_json())
        answer = self.answers.get(f"/{path}", ("nothing is here", 404))
        return answer(request.get_json()) if callable(answer) else answer


def write_contract(path: Path, *interactions: Json) -> Path:
    path.write_text(json.dumps(contract(*interactions)))
    return path


def contract(*interactions: Json) -> Json:
    parties = {"consumer": {"name": "ada"}, "provider": {"name": "ben"}}
    return {**parties, "interactions": interactions, "metadata": {"pactSpecification": {"version": "4.0"}}}


def verified(ben: Ben, *options: str, pacts: Path | None = None, broker: Served | None = None) -> Result:
    desk = ["--states-url", f"{ben.url}/desk/state", "--messages-url", f"{ben.url}/desk/message"]
    source = ["--pacts", str(pacts)] if pacts else []
    return harness("verify", "--provider", "ben", "--url", ben.url, *desk, *source, *options, broker=broker)
