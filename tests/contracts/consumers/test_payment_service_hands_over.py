from __future__ import annotations

from dataclasses import replace

import pytest
import requests

from reference.application.ports import OutboxMessage, RefusedError, UnavailableError
from reference.domain.messages import Message, snake_case
from reference.gateways.learning import LearningService
from reference.gateways.partner_service import PartnerService
from reference.wire import decode
from simulators.world.topology import COMMUNICATION, LEARNING, TUTORS
from tests.contracts.consumers.handover import accepted, not_believed, refused, repeated
from tests.contracts.consumers.pact_recorder import PactRecorder
from tests.contracts.expectations import SAGA, STRANGE_TOKEN, TOKEN
from tests.contracts.messages import TO_NEIGHBOURS, MessageExample
from tests.contracts.providers.services import NOW

GATEWAYS = {LEARNING: LearningService, TUTORS: PartnerService, COMMUNICATION: PartnerService}


@pytest.fixture(params=TO_NEIGHBOURS, ids=lambda said: f"{said.description} to {said.receiver}")
def said(request: pytest.FixtureRequest) -> MessageExample:
    said: MessageExample = request.param
    return said


@pytest.fixture
def message(said: MessageExample) -> Message:
    """The same in the words of our own domain."""
    message: Message = decode(Message.known[said.name], said.example())
    return message


def hand_over(url: str, to: str, message: Message, token: str = TOKEN) -> None:
    outgoing = OutboxMessage(f"{SAGA}:{message.key}", to, message, NOW, attempts=1, leased_until=NOW)
    assert GATEWAYS[to](url, token, requests.Session()).send(outgoing) == []


def test_what_is_handed_over_is_accepted(recorder: PactRecorder, said: MessageExample, message: Message) -> None:
    with accepted(recorder, said).serve() as url:
        hand_over(url, said.receiver, message)


def test_what_was_accepted_before_is_accepted(recorder: PactRecorder, said: MessageExample, message: Message) -> None:
    with repeated(recorder, said).serve() as url:
        hand_over(url, said.receiver, message)


def test_what_lacks_a_field_is_refused_for_good(recorder: PactRecorder, said: MessageExample, message: Message) -> None:
    lacking = replace(message, **{snake_case(said.needs): ""})
    with refused(recorder, said).serve() as url, pytest.raises(RefusedError, match=f"answered 400.*{said.needs}"):
        hand_over(url, said.receiver, lacking)


def test_what_a_stranger_hands_over_is_said_again_later(
    recorder: PactRecorder, said: MessageExample, message: Message
) -> None:
    with not_believed(recorder, said).serve() as url, pytest.raises(UnavailableError, match="answered 401"):
        hand_over(url, said.receiver, message, STRANGE_TOKEN)
