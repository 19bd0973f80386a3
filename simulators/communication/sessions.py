"""Sessions: who meets whom and when, where, and whether it is to be paid, sure, over or off."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Conflict, NotFound

from simulators.kit.http.auth import caller, limit_to_caller
from simulators.kit.http.problems import BadField
from simulators.kit.http.validation import Shape, identifier, json_body, one_of, optional, text, validate
from simulators.kit.json_types import Json
from simulators.kit.simulator import simulator
from simulators.kit.storage.documents import fetch, fresh_id, page, public_view, table
from simulators.kit.time.timestamps import SLOT, span

routes = Blueprint("sessions", __name__)

PENDING, CONFIRMED, COMPLETED, CANCELLED = STATUSES = ("PENDING_PAYMENT", "CONFIRMED", "COMPLETED", "CANCELLED")
SESSION = {"sessionId": optional(identifier), "studentId": text, **SLOT}
DOCUMENT: Shape = {
    **SESSION,
    "sessionId": text,
    "status": one_of(*STATUSES),
    "meetingLink": optional(text),
    "sagaId": optional(text),
    "paymentId": optional(text),
}


@routes.post("/sessions")
def create_session() -> ResponseReturnValue:
    """A session that is booked and paid by other ways; `sessionId` may be chosen (operators)."""
    caller("operator")
    asked = validate(json_body(), SESSION)
    with simulator().store.transaction():
        session_id = asked.get("sessionId") or fresh_id("ses")
        if table("sessions").find(session_id):
            raise Conflict(f"there already is a session {session_id!r}")
        return (
            public_view(store(asked | {"sessionId": session_id}, PENDING)),
            201,
            {"Location": f"/sessions/{session_id}"},
        )


@routes.get("/sessions")
def list_sessions() -> ResponseReturnValue:
    """Sessions (`?studentId=`, `?tutorId=`, `?sagaId=`, `?status=`); a student sees only the own ones."""
    student_id, wanted = limit_to_caller(request.args.get("studentId")), request.args.get("status")
    if wanted not in {None, *STATUSES}:
        raise BadField("status", f"must be one of {', '.join(STATUSES)}")
    tutor_id, saga_id = request.args.get("tutorId"), request.args.get("sagaId")
    return page("sessions", studentId=student_id, tutorId=tutor_id, sagaId=saga_id, status=wanted)


@routes.get("/sessions/<session_id>")
def read_session(session_id: str) -> ResponseReturnValue:
    """One session, with its meeting link once it is confirmed; a student sees only the own ones."""
    return public_view(_visible(session_id))


@routes.post("/sessions/<session_id>/confirm")
def confirm(session_id: str) -> ResponseReturnValue:
    """Paid by other ways: the session will take place, if the tutor still has time (operators)."""
    caller("operator")
    with simulator().store.transaction():
        session = fetch("sessions", session_id)
        if session["status"] == PENDING and is_busy(session):
            raise Conflict("the tutor has another session then")
        return _move(session, CONFIRMED, PENDING)


@routes.post("/sessions/<session_id>/complete")
def complete(session_id: str) -> ResponseReturnValue:
    """The session has taken place (operators)."""
    caller("operator")
    with simulator().store.transaction():
        return _move(fetch("sessions", session_id), COMPLETED, CONFIRMED)


@routes.post("/sessions/<session_id>/cancel")
def cancel(session_id: str) -> ResponseReturnValue:
    """The session will not take place; nothing is said about money (operators, its student)."""
    caller("student", "operator")
    with simulator().store.transaction():
        return _move(_visible(session_id), CANCELLED, PENDING, CONFIRMED)


def store(session: Json, status: str) -> Json:
    """Put the session in this status; students meet at its link only while it is confirmed."""
    before = session.get("meetingLink")
    link = (before or f"https://meet.example/{fresh_id('mtg')}") if status == CONFIRMED else None
    return table("sessions").put({**session, "id": session["sessionId"], "status": status, "meetingLink": link})


def is_busy(asked: Json) -> bool:
    """Tell whether the tutor has, or had, a confirmed session at that time."""
    return any(
        each["status"] in {CONFIRMED, COMPLETED} and span(each).overlaps(span(asked))
        for each in table("sessions").oldest(tutorId=asked["tutorId"])
    )


def _move(session: Json, status: str, *before: str) -> Json:
    """Move the session there, if it is not there already: 409 from where no way leads."""
    if session["status"] == status:
        return public_view(session)
    if session["status"] not in before:
        raise Conflict(f"a session that is {session['status']} cannot become {status}")
    return public_view(store(session, status))


def _visible(session_id: str) -> Json:
    """Return the session, or 404, also when it is another student's: nobody learns that it is there."""
    viewer, session = caller("service", "student", "operator"), table("sessions").find(session_id)
    if session is None or (viewer.role == "student" and session["studentId"] != viewer.id):
        raise NotFound(f"there is no {session_id!r} among the sessions")
    return session
