"""Every mutation of a response that its consumer could not use, and additions, which must not harm."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from reference.domain.notice import NoticeKind
from reference.domain.payment_context import PaymentContext
from reference.domain.payment_status import PaymentStatus
from tests.contracts.expectations import CLOUDEVENT, INSTANT, PROBLEM, Json
from tests.contracts.messages import MESSAGES
from tests.contracts.mutations.real_responses import Place, Reply, expected_body, places

ENUMERATIONS: list[tuple[str, ...]] = [
    tuple(PaymentContext),
    tuple(NoticeKind),
    tuple(PaymentStatus),
    ("COMPLETED", "REJECTED", "EXPIRED", "CANCELLED", "REFUNDED", "PARKED"),
    ("AWAITING_PAYMENT", "CHECKING_AVAILABILITY", "CANCELING", "REFUNDING"),
    ("requires_payment_method", "succeeded", "canceled", "processing"),
    ("succeeded", "pending", "failed"),
    ("payment_intent.created", "payment_intent.succeeded", "payment_intent.payment_failed", "payment_intent.canceled"),
    ("refund.created", "refund.updated", "refund.failed"),
    ("card_error", "invalid_request_error", "api_error"),
    tuple(sorted({said.name for said in MESSAGES})),
]
NOBODYS = "SOMETHING_ELSE"
JSON = "application/json"
OTHER_TYPE = {JSON: PROBLEM, PROBLEM: JSON, CLOUDEVENT: JSON}


@dataclass(frozen=True)
class Mutation:
    """One reply that is not as the consumer needs it, in one way."""

    what: str
    where: str
    reply: Reply

    def __str__(self) -> str:
        return f"{self.where} {self.what}".strip()


def mutations(interaction: Json, reply: Reply) -> Iterator[Mutation]:
    """Yield all about the reply as a whole, and all about each place that the consumer needs."""
    example = expected_body(interaction)
    if reply.status is not None:
        yield Mutation(f"answered with {reply.status + 1}", "", replace(reply, status=reply.status + 1))
        yield Mutation("answered with 500", "", replace(reply, status=500))
    if example is None:
        return
    kind = reply.content_type.partition(";")[0]
    yield Mutation(f"sent as {OTHER_TYPE[kind]}", "", replace(reply, content_type=OTHER_TYPE[kind]))
    yield Mutation("sent as text/html", "", replace(reply, content_type="text/html"))
    yield Mutation("empty", "", replace(reply, body=None))
    for place in places(example):
        for what, body in _at(reply.body, place):
            yield Mutation(what, place_name(place), replace(reply, body=body))


def additions(interaction: Json, reply: Reply) -> Iterator[Mutation]:
    """Yield what a provider may add at any time: a field to each object, an item to each list."""
    example = expected_body(interaction)
    if example is None:
        return
    for place in chain([()], places(example)):
        body, value = _copy_at(reply.body, place)
        if isinstance(value, dict):
            value["addedLater"] = {"by": 1}
        elif isinstance(value, list) and value:
            value.append(deepcopy(value[0]))
        else:
            continue
        yield Mutation("with an addition", place_name(place), replace(reply, body=body))


def place_name(place: Place) -> str:
    return ".".join(map(str, place))


def _at(body: Any, place: Place) -> Iterator[tuple[str, Any]]:
    """Yield the body with each mutation of the value at this place."""
    *above, name = place
    if isinstance(name, str):
        dropped, holder = _copy_at(body, above)
        del holder[name]
        yield "dropped", dropped
        renamed, holder = _copy_at(body, above)
        holder[_other(name)] = holder.pop(name)
        yield "renamed", renamed
    _, value = _copy_at(body, place)
    for what, instead in [("null", None), ("of another type", _as_other_type(value)), *_near(value)]:
        if instead != value or type(instead) is not type(value):
            changed, holder = _copy_at(body, above)
            holder[name] = instead
            yield what, changed


def _copy_at(body: Any, place: Place | list[str | int]) -> tuple[Any, Any]:
    """Return a copy of the body, and what is at the place in it."""
    copy = deepcopy(body)
    found = copy
    for name in place:
        found = found[name]
    return copy, found


def _other(name: str) -> str:
    """A field's name in snake_case, or in the other number."""
    snake = re.sub("([A-Z])", lambda found: "_" + found.group().lower(), name)
    return snake if snake != name else f"{name}s"


def _as_other_type(value: Any) -> Any:
    if isinstance(value, str):
        return 7
    return [value] if isinstance(value, dict) else {"0": value} if isinstance(value, list) else str(value)


def _near(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield values that somebody could take for the right one."""
    if isinstance(value, bool):
        yield "the other way round", not value
    elif isinstance(value, int):
        yield "with a fraction", value + 0.5
        yield "below zero", -1 - value
    elif isinstance(value, str):
        yield from _near_text(value)
    elif isinstance(value, list):
        yield "emptied", []


def _near_text(value: str) -> Iterator[tuple[str, str]]:
    yield "without a letter", ""
    if re.fullmatch(INSTANT, value):
        yield "without its zone", value.removesuffix("Z").removesuffix("+00:00")
        yield "without its day", value.partition("T")[2]
    if re.fullmatch("[A-Z]{3}", value):
        yield "in small letters", value.lower()
    for members in ENUMERATIONS:
        if value in members:
            yield "another of its kind", members[(members.index(value) + 1) % len(members)]
            yield "none of its kind", NOBODYS
            return
