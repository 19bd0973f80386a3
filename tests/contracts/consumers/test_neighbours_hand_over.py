from __future__ import annotations

import pytest

from simulators.kit.outgoing_events import announce
from tests.contracts.consumers.handover import accepted, not_believed, refused, repeated
from tests.contracts.consumers.pact_recorder import PactRecorder
from tests.contracts.expectations import STRANGE_TOKEN, TOKEN
from tests.contracts.messages import OF_NEIGHBOURS, MessageExample
from tests.contracts.providers.services import neighbour


def delivered(url: str, said: MessageExample, token: str = TOKEN) -> tuple[str, int]:
    """Let the neighbour announce it; returns what became of the delivery, and how it was answered."""
    app = neighbour(said.sender, payment_url=url, service_token=token)
    with app.app_context():
        announce(said.name, said.example())
    assert app.extensions["background"].pump()
    [delivery] = app.test_client().get("/_sim/state").get_json()["deliveries"]
    return delivery["status"], delivery["attempts"][0]["status"]


def each(of: list[MessageExample]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("said", of, ids=lambda said: said.description)


@each(OF_NEIGHBOURS)
def test_an_accepted_event_is_delivered(recorder: PactRecorder, said: MessageExample) -> None:
    with accepted(recorder, said).serve() as url:
        assert delivered(url, said) == ("DELIVERED", 202)


@each(OF_NEIGHBOURS)
def test_an_event_whose_acceptance_was_lost_is_accepted_again(recorder: PactRecorder, said: MessageExample) -> None:
    with repeated(recorder, said).serve() as url:
        assert delivered(url, said) == ("DELIVERED", 202)


@each([said for said in OF_NEIGHBOURS if said.needs])
def test_an_event_that_lacks_a_field_is_not_delivered(recorder: PactRecorder, said: MessageExample) -> None:
    with refused(recorder, said).serve() as url:
        assert delivered(url, said.broken()) == ("PENDING", 400)


@each(OF_NEIGHBOURS)
def test_an_event_from_a_stranger_is_delivered_later(recorder: PactRecorder, said: MessageExample) -> None:
    with not_believed(recorder, said).serve() as url:
        assert delivered(url, said, STRANGE_TOKEN) == ("PENDING", 401)
