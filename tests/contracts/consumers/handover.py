"""The four ways in which a message is received at a door, the same between all services."""

from __future__ import annotations

from tests.contracts.consumers.pact_recorder import Contract, PactRecorder
from tests.contracts.expectations import HEARD_BEFORE, PROBLEM, UNKNOWN, problem
from tests.contracts.messages import MessageExample

ACCEPTED, REPEATED = "{0} is handed over", "{0} is handed over once more"
LACKING, STRANGE = "{0}, lacking its {1}", "{0} from a stranger"


def described(how: str, said: MessageExample) -> str:
    return how.format(said.description, said.needs)


def accepted(recorder: PactRecorder, said: MessageExample) -> Contract:
    contract = recorder.contract(said.sender, said.receiver)
    contract.handover(described(ACCEPTED, said), said.door, said.sent()).will_respond_with(202)
    return contract


def repeated(recorder: PactRecorder, said: MessageExample) -> Contract:
    """The answer was lost; whoever heard it says so again."""
    contract = recorder.contract(said.sender, said.receiver)
    call = contract.handover(described(REPEATED, said), said.door, said.sent())
    call.given(HEARD_BEFORE, **said.address, message=said.description).will_respond_with(202)
    return contract


def refused(recorder: PactRecorder, said: MessageExample) -> Contract:
    """It lacks the field that it needs."""
    contract = recorder.contract(said.sender, said.receiver)
    call = contract.handover(described(LACKING, said), said.door, said.broken().sent())
    call.will_respond_with(400).with_body(problem(400, naming=said.needs), content_type=PROBLEM)
    return contract


def not_believed(recorder: PactRecorder, said: MessageExample) -> Contract:
    """The token is a stranger's."""
    contract = recorder.contract(said.sender, said.receiver)
    call = contract.handover(described(STRANGE, said), said.door, said.sent(), state=UNKNOWN)
    call.will_respond_with(401).with_body(problem(401), content_type=PROBLEM)
    return contract
