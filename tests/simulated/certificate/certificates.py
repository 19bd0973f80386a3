"""The certificates, and the one command that asks for them."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from simulators.kit.http.auth import limit_to_caller
from simulators.kit.http.messages import CommandOutcome, MessageKind, decide_once, handle_command, rejection
from simulators.kit.http.validation import Shape, text
from simulators.kit.json_types import Json
from simulators.kit.simulator import simulator
from simulators.kit.storage.documents import fresh_id, page, table
from tests.simulated.certificate.faults import RejectedCertificate

routes = Blueprint("certificates", __name__)


@routes.get("/certificates")
def certificates() -> ResponseReturnValue:
    """All certificates; students see only their own."""
    return page("certificates", studentId=limit_to_caller(request.args.get("studentId")))


@routes.post("/commands")
def commands() -> ResponseReturnValue:
    """ISSUE_CERTIFICATE: decided once for each saga, announced each time it is asked (services)."""
    return handle_command(COMMANDS)


def _issue(asked: Json) -> None:
    decide_once(asked["sagaId"], lambda: _decide(asked))


def _decide(asked: Json) -> CommandOutcome:
    for fault in simulator().faults.strike(RejectedCertificate, asked["courseId"]):
        return rejection("CertificateRejected", asked["sagaId"], fault.reason)
    certificate = {"id": fresh_id("cert"), **asked}
    table("certificates").put(certificate)
    return CommandOutcome("CertificateIssued", asked)


REQUEST: Shape = {"sagaId": text, "studentId": text, "courseId": text}
DOCUMENT: Shape = {"id": text, **REQUEST}
COMMANDS = {"ISSUE_CERTIFICATE": MessageKind(REQUEST, _issue)}
