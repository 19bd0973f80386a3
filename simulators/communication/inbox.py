"""The inbox of sessions and notices: two commands and three events of the payment-service, in any order."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from simulators.communication.faults import RejectedSession
from simulators.communication.notices import NOTICE, key, notify, read_notice
from simulators.communication.sessions import CANCELLED, CONFIRMED, is_busy, store
from simulators.kit.http.messages import (
    CommandOutcome,
    MessageKind,
    decide_once,
    handle_command,
    handle_event,
    payment_events,
    reject_from_now_on,
    rejection,
)
from simulators.kit.http.validation import identifier, text
from simulators.kit.json_types import Json
from simulators.kit.simulator import simulator
from simulators.kit.storage.documents import table
from simulators.kit.time.timestamps import SLOT, span

routes = Blueprint("inbox", __name__)

REJECTED = "SessionRejected"


@routes.post("/commands")
def commands() -> ResponseReturnValue:
    """CREATE_CONFIRMED_SESSION: decided once for each saga; SEND_NOTICE: once for each saga and kind (services)."""
    return handle_command(COMMANDS)


@routes.post("/events")
def events() -> ResponseReturnValue:
    """PaymentSucceeded, PaymentFailed and PaymentRefunded; the last cancels the session (services)."""
    return handle_event(EVENTS)


def _create_session(asked: Json) -> None:
    decide_once(asked["sagaId"], lambda: _decide(asked))


def _send_notice(asked: Json) -> None:
    notice = read_notice(asked)
    decide_once(key(notice), lambda: CommandOutcome("NoticeSent", _receipt(notify(notice))))


def _decide(asked: Json) -> CommandOutcome:
    reason = _objection(asked)
    return rejection(REJECTED, asked["sagaId"], reason) if reason else _confirm(asked)


def _objection(asked: Json) -> str | None:
    """Return why this session cannot be, or None."""
    if table("sessions").find(asked["sessionId"]):
        return "SESSION_EXISTS"
    if span(asked).start <= simulator().seams.clock.now():
        return "IN_THE_PAST"
    if is_busy(asked):
        return "SLOT_TAKEN"
    return next((fault.reason for fault in simulator().faults.strike(RejectedSession, asked["tutorId"])), None)


def _confirm(asked: Json) -> CommandOutcome:
    session = store(asked, CONFIRMED)
    return CommandOutcome(
        "SessionConfirmed", {field: session[field] for field in ("sagaId", "sessionId", "meetingLink")}
    )


def _receipt(notice: Json) -> Json:
    return {field: notice[field] for field in ("sagaId", "noticeId", "personId", "kind", "attempt") if field in notice}


def _take_back(saga_id: str) -> None:
    """What was paid back does not take place, nor is it confirmed later by a command that was overtaken."""
    for session in list(table("sessions").oldest(sagaId=saga_id)):
        store(session, CANCELLED)
    reject_from_now_on(REJECTED, saga_id, "PAYMENT_REFUNDED")


COMMANDS = {
    "CREATE_CONFIRMED_SESSION": MessageKind(
        {"sagaId": text, "sessionId": identifier, "studentId": text, **SLOT, "paymentId": text}, _create_session
    ),
    "SEND_NOTICE": MessageKind(NOTICE, _send_notice),
}
EVENTS = payment_events("SESSION_BOOKING", _take_back)
