"""What another service says at `/commands` and `/events`: at least once, and in any order."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from simulators.kit.http.access import another_service
from simulators.kit.http.cloudevents import received
from simulators.kit.http.problems import BadField
from simulators.kit.http.validation import MONEY, checked, nested, optional, text
from simulators.kit.outgoing_events import announce
from simulators.kit.simulator import simulator
from simulators.kit.storage.documents import now, table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from flask.typing import ResponseReturnValue

    from simulators.kit.http.validation import Shape
    from simulators.kit.json_types import Json


class Message(NamedTuple):
    """One kind of message: what its data must hold, and what it does, in one transaction."""

    shape: Shape
    effect: Callable[[Json], None]


class Outcome(NamedTuple):
    """What came of a command, as it is announced."""

    event: str
    data: Json


def obeyed(commands: Mapping[str, Message]) -> ResponseReturnValue:
    """Do what another service commands; each of these announces its outcome, however often it is asked."""
    another_service()
    command, data = _read(received(), commands)
    with simulator().store.transaction():
        command.effect(data)
    return "", 202


def heard(events: Mapping[str, Message]) -> ResponseReturnValue:
    """Take in what another service tells; the same event takes effect once."""
    another_service()
    envelope = received()
    event, data = _read(envelope, events)
    key = f"{envelope['source']} {envelope['id']}"
    with simulator().store.transaction():
        if table("inbox").find(key) is None:
            table("inbox").put({"id": key, "type": envelope["type"], "receivedAt": now(), "data": data})
            event.effect(data)
    return "", 202


def answer(key: str, decide: Callable[[], Outcome]) -> None:
    """Announce what was decided under this key; it is decided once and announced each time."""
    outcome = table("outcomes").find(key) or _keep(key, decide())
    announce(outcome["event"], outcome["data"])


def rejection(event: str, saga_id: str, reason: str) -> Outcome:
    """Return the outcome that says no."""
    return Outcome(event, {"sagaId": saga_id, "reason": reason})


def reject_from_now_on(event: str, saga_id: str, reason: str) -> None:
    """Let the answer to this saga be no, whatever it was; who was rejected before keeps the reason."""
    outcome = table("outcomes").find(saga_id)
    if outcome is None or outcome["event"] != event:
        _keep(saga_id, rejection(event, saga_id, reason))


def payment_events(context: str, take_back: Callable[[str], None]) -> dict[str, Message]:
    """Return what is heard of payments in this context; only a refund has an effect: its saga's goods go back."""

    def fits(value: Any) -> str | None:  # noqa: ANN401 - whatever a stranger sent
        return None if value == context else f"must be {context}"

    names = dict.fromkeys(("sagaId", "paymentId", "contextId", "stripePaymentIntentId"), text)
    payment = {**names, "context": fits, "price": nested(MONEY)}
    return {
        "PaymentSucceeded": Message(payment, _no_effect),
        "PaymentFailed": Message({**payment, "reason": text, "declineCode": optional(text)}, _no_effect),
        "PaymentRefunded": Message(
            {**payment, "refundId": text, "reason": text}, lambda refund: take_back(refund["sagaId"])
        ),
    }


def _no_effect(data: Json) -> None:
    """Be content that it is kept in the inbox."""


def _keep(key: str, outcome: Outcome) -> Json:
    return table("outcomes").put({"id": key, **outcome._asdict()})


def _read(envelope: Json, accepted: Mapping[str, Message]) -> tuple[Message, Json]:
    """Return the message with what is known of its data, ignoring the rest; BadField where it is wrong."""
    if (message := accepted.get(envelope["type"])) is None:
        raise BadField("type", f"is none of {', '.join(accepted)}")
    data = checked({field: envelope["data"].get(field) for field in message.shape}, message.shape)
    if envelope["subject"] != data["sagaId"]:
        raise BadField("subject", "must be the sagaId")
    return message, data
