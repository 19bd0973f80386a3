"""Providers that break a contract, in one way each."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from flask import Response

from tests.contracts.expectations import CLOUDEVENT, Json
from tests.contracts.verification import Provider, Say


@dataclass
class Reply:
    """What a provider answers, or says: a message has no status."""

    status: int | None
    content_type: str
    body: Json


Change = Callable[[Reply], None]


def mutated(provider: Provider, change: Change) -> Provider:
    """Return the provider, with every answer and every message changed where the change applies."""

    @provider.app.after_request
    def answer(response: Response) -> Response:
        reply = Reply(response.status_code, response.content_type or "", response.get_json(silent=True) or {})
        change(reply)
        data = json.dumps(reply.body) if reply.body else b""
        return Response(data, reply.status, content_type=reply.content_type)

    messages = {description: _mutated(say, change) for description, say in provider.messages.items()}
    return replace(provider, messages=messages)


def _mutated(say: Say, change: Change) -> Say:
    def said() -> bytes:
        reply = Reply(None, CLOUDEVENT, json.loads(say()))
        change(reply)
        return json.dumps(reply.body).encode()

    return said


def answered(status: int, *, instead: int) -> Change:
    def change(reply: Reply) -> None:
        reply.status = status if reply.status == instead else reply.status

    return change


def sent_as(content_type: str, *, instead: str) -> Change:
    def change(reply: Reply) -> None:
        reply.content_type = content_type if reply.content_type == instead else reply.content_type

    return change


def put(path: str, value: Any) -> Change:
    """Another value, where there is one."""

    def change(reply: Reply) -> None:
        holder, name = _place(reply.body, path)
        if name in holder:
            holder[name] = value

    return change


def dropped(path: str) -> Change:
    def change(reply: Reply) -> None:
        holder, name = _place(reply.body, path)
        holder.pop(name, None)

    return change


def renamed(path: str, to: str) -> Change:
    def change(reply: Reply) -> None:
        holder, name = _place(reply.body, path)
        if name in holder:
            holder[to] = holder.pop(name)

    return change


def _place(body: Json, path: str) -> tuple[Json, str]:
    *outer, name = path.split(".")
    for each in outer:
        body = body.get(each, {})
    return body, name
