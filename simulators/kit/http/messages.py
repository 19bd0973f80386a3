"""Commands and events of other services, at `/commands` and `/events`: at least once, and in any order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from flask.typing import ResponseReturnValue

from simulators.kit.http.auth import require_service, secrets
from simulators.kit.http.cloudevents import read_envelope
from simulators.kit.http.problems import BadField
from simulators.kit.http.validation import MONEY, Shape, json_object, object_of, optional, select, text
from simulators.kit.json_types import Json
from simulators.kit.outgoing_events import announce
from simulators.kit.simulator import simulator
from simulators.kit.storage.documents import now, table
from simulators.kit.time.timestamps import instant


def _saga_data(value: Any) -> str | None:  # noqa: ANN401 - whatever a state file holds
    return json_object(value) or text(value.get("sagaId"))


DOCUMENTS: Mapping[str, Shape] = {
    "inbox": {"id": text, "type": text, "receivedAt": instant, "data": json_object},
    "outcomes": {"id": text, "event": text, "data": _saga_data},
}


class MessageKind(NamedTuple):
    """One kind of message: what its data must hold, and what it does, in one transaction."""

    shape: Shape
    effect: Callable[[Json], None]


class CommandOutcome(NamedTuple):
    """What came of a command, as it is announced."""

    event: str
    data: Json


def handle_command(commands: Mapping[str, MessageKind]) -> ResponseReturnValue:
    """Handle a command of another service; its outcome is announced as often as it is asked: 401, 415, BadField."""
    require_service(secrets().service_token)
    command, data = _read(read_envelope(), commands)
    with simulator().store.transaction():
        command.effect(data)
    return "", 202


def handle_event(events: Mapping[str, MessageKind]) -> ResponseReturnValue:
    """Handle an event of another service; the same event takes effect once: 401, 415, BadField."""
    require_service(secrets().service_token)
    envelope = read_envelope()
    event, data = _read(envelope, events)
    key = f"{envelope['source']} {envelope['id']}"
    with simulator().store.transaction():
        if table("inbox").find(key) is None:
            table("inbox").put({"id": key, "type": envelope["type"], "receivedAt": now(), "data": data})
            event.effect(data)
    return "", 202


def decide_once(key: str, decide: Callable[[], CommandOutcome]) -> None:
    """Announce what was decided under this key; it is decided once and announced each time."""
    outcome = table("outcomes").find(key) or _keep(key, decide())
    announce(outcome["event"], outcome["data"])


def rejection(event: str, saga_id: str, reason: str) -> CommandOutcome:
    """Return the outcome that says no."""
    return CommandOutcome(event, {"sagaId": saga_id, "reason": reason})


def reject_from_now_on(event: str, saga_id: str, reason: str) -> None:
    """Let the answer to this saga be no, whatever it was; who was rejected before keeps the reason."""
    outcome = table("outcomes").find(saga_id)
    if outcome is None or outcome["event"] != event:
        _keep(saga_id, rejection(event, saga_id, reason))


def payment_events(context: str, take_back: Callable[[str], None]) -> dict[str, MessageKind]:
    """Return the events of payments in this context; only a refund has an effect: its saga's goods go back."""

    def fits(value: Any) -> str | None:  # noqa: ANN401 - whatever a stranger sent
        return None if value == context else f"must be {context}"

    names = dict.fromkeys(("sagaId", "paymentId", "contextId", "stripePaymentIntentId"), text)
    payment = {**names, "context": fits, "price": object_of(MONEY)}
    return {
        "PaymentSucceeded": MessageKind(payment, _no_effect),
        "PaymentFailed": MessageKind({**payment, "reason": text, "declineCode": optional(text)}, _no_effect),
        "PaymentRefunded": MessageKind(
            {**payment, "refundId": text, "reason": text}, lambda refund: take_back(refund["sagaId"])
        ),
    }


def _no_effect(data: Json) -> None:
    """Change nothing: it is in the inbox."""


def _keep(key: str, outcome: CommandOutcome) -> Json:
    return table("outcomes").put({"id": key, **outcome._asdict()})


def _read(envelope: Json, accepted: Mapping[str, MessageKind]) -> tuple[MessageKind, Json]:
    """Return the message with what is known of its data, ignoring the rest; BadField where it is wrong."""
    if (message := accepted.get(envelope["type"])) is None:
        raise BadField("type", f"is none of {', '.join(accepted)}")
    data = select(envelope["data"], message.shape)
    if envelope["subject"] != data["sagaId"]:
        raise BadField("subject", "must be the sagaId")
    return message, data
