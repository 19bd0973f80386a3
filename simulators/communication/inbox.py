"""What the payment-service says here: two commands and three events, each at least once and in any order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from simulators.communication.faults import RejectedSession
from simulators.communication.notices import NOTICE, key, notify, said
from simulators.communication.sessions import CANCELLED, CONFIRMED, is_busy, store
from simulators.kit.http.messages import (
    Message,
    Outcome,
    answer,
    heard,
    obeyed,
    payment_events,
    reject_from_now_on,
    rejection,
)
from simulators.kit.http.validation import identifier, text
from simulators.kit.simulator import simulator
from simulators.kit.storage.documents import table
from simulators.kit.time.timestamps import SLOT, span

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from simulators.kit.json_types import Json

routes = Blueprint("inbox", __name__)

REJECTED = "SessionRejected"


@routes.post("/commands")
def obey() -> ResponseReturnValue:
    """CREATE_CONFIRMED_SESSION: decided once for each saga; SEND_NOTICE: once for each saga and kind (services)."""
    return obeyed(COMMANDS)


@routes.post("/events")
def hear() -> ResponseReturnValue:
    """PaymentSucceeded, PaymentFailed and PaymentRefunded; the last cancels the session (services)."""
    return heard(EVENTS)


def _create_session(asked: Json) -> None:
    answer(asked["sagaId"], lambda: _decided(asked))


def _send_notice(asked: Json) -> None:
    notice = said(asked)
    answer(key(notice), lambda: Outcome("NoticeSent", _sent(notify(notice))))


def _decided(asked: Json) -> Outcome:
    reason = _against(asked)
    return rejection(REJECTED, asked["sagaId"], reason) if reason else _confirmed(asked)


def _against(asked: Json) -> str | None:
    """Return why this session cannot be, or None."""
    if table("sessions").find(asked["sessionId"]):
        return "SESSION_EXISTS"
    if span(asked).start <= simulator().seams.clock.now():
        return "IN_THE_PAST"
    if is_busy(asked):
        return "SLOT_TAKEN"
    return next((fault.reason for fault in simulator().faults.striking(RejectedSession, asked["tutorId"])), None)


def _confirmed(asked: Json) -> Outcome:
    session = store(asked, CONFIRMED)
    return Outcome("SessionConfirmed", {field: session[field] for field in ("sagaId", "sessionId", "meetingLink")})


def _sent(notice: Json) -> Json:
    return {field: notice[field] for field in ("sagaId", "noticeId", "personId", "kind", "attempt") if field in notice}


def _take_back(saga_id: str) -> None:
    """What was paid back does not take place, nor is it confirmed later by a command that was overtaken."""
    for session in list(table("sessions").oldest(sagaId=saga_id)):
        store(session, CANCELLED)
    reject_from_now_on(REJECTED, saga_id, "PAYMENT_REFUNDED")


COMMANDS = {
    "CREATE_CONFIRMED_SESSION": Message(
        {"sagaId": text, "sessionId": identifier, "studentId": text, **SLOT, "paymentId": text}, _create_session
    ),
    "SEND_NOTICE": Message(NOTICE, _send_notice),
}
EVENTS = payment_events("SESSION_BOOKING", _take_back)
