"""Every lie that a provider could tell about what its consumer needs, and additions, which are none."""

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
from tests.contracts.messages import SPOKEN
from tests.contracts.truth import Place, Reply, needed, places

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
    tuple(sorted({said.name for said in SPOKEN})),
]
NOBODYS = "SOMETHING_ELSE"
JSON = "application/json"
OTHER_TYPE = {JSON: PROBLEM, PROBLEM: JSON, CLOUDEVENT: JSON}


@dataclass(frozen=True)
class Lie:
    """One reply that is not as the consumer needs it, in one way."""

    what: str
    where: str
    reply: Reply

    def __str__(self) -> str:
        return f"{self.where} {self.what}".strip()


def lies(interaction: Json, truth: Reply) -> Iterator[Lie]:
    """Yield all about the reply as a whole, and all about each place that the consumer needs."""
    example = needed(interaction)
    if truth.status is not None:
        yield Lie(f"answered with {truth.status + 1}", "", replace(truth, status=truth.status + 1))
        yield Lie("answered with 500", "", replace(truth, status=500))
    if example is None:
        return
    kind = truth.content_type.partition(";")[0]
    yield Lie(f"sent as {OTHER_TYPE[kind]}", "", replace(truth, content_type=OTHER_TYPE[kind]))
    yield Lie("sent as text/html", "", replace(truth, content_type="text/html"))
    yield Lie("empty", "", replace(truth, body=None))
    for place in places(example):
        for what, body in _at(truth.body, place):
            yield Lie(what, shown(place), replace(truth, body=body))


def additions(interaction: Json, truth: Reply) -> Iterator[Lie]:
    """Yield what a provider may add at any time: a field to each object, an item to each list."""
    example = needed(interaction)
    if example is None:
        return
    for place in chain([()], places(example)):
        body, value = _copied(truth.body, place)
        if isinstance(value, dict):
            value["addedLater"] = {"by": 1}
        elif isinstance(value, list) and value:
            value.append(deepcopy(value[0]))
        else:
            continue
        yield Lie("with an addition", shown(place), replace(truth, body=body))


def shown(place: Place) -> str:
    return ".".join(map(str, place))


def _at(body: Any, place: Place) -> Iterator[tuple[str, Any]]:
    """Yield the body with each lie about the value at this place."""
    *above, name = place
    if isinstance(name, str):
        dropped, holder = _copied(body, above)
        del holder[name]
        yield "dropped", dropped
        renamed, holder = _copied(body, above)
        holder[_other(name)] = holder.pop(name)
        yield "renamed", renamed
    _, value = _copied(body, place)
    for what, instead in [("null", None), ("of another type", _retyped(value)), *_near(value)]:
        if instead != value or type(instead) is not type(value):
            changed, holder = _copied(body, above)
            holder[name] = instead
            yield what, changed


def _copied(body: Any, place: Place | list[str | int]) -> tuple[Any, Any]:
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


def _retyped(value: Any) -> Any:
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
