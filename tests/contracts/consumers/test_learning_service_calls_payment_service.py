from __future__ import annotations

import pytest

from simulators.kit.announcing import announce
from tests.contracts.drafts import Contract, Drafts
from tests.contracts.expectations import PROBLEM, SAGA, STRANGE_TOKEN, TOKEN, UNKNOWN, Json, envelope, problem, text
from tests.contracts.services import learning_service

NAME = "EnrollInCourseInitiated"
SAID = {"sagaId": SAGA, "studentId": "ada", "courseId": "algebra"}
HEARD = {"studentId": text("ada"), "courseId": text("algebra")}


@pytest.fixture
def contract(drafts: Drafts) -> Contract:
    return drafts.contract("learning-service", "payment-service")


def delivered(url: str, data: Json, token: str = TOKEN) -> tuple[str, int]:
    """Let the school announce it; returns what became of the delivery, and how it was answered."""
    app = learning_service(payment_url=url, service_token=token)
    with app.app_context():
        announce(NAME, data)
    assert app.extensions["background"].pump()
    [delivery] = app.test_client().get("/_sim/state").get_json()["deliveries"]
    return delivery["status"], delivery["attempts"][0]["status"]


def test_an_accepted_event_is_delivered(contract: Contract) -> None:
    contract.handover(
        "an event is handed over", "/events", envelope(NAME, "learning-service", **HEARD)
    ).will_respond_with(202)
    with contract.served() as url:
        assert delivered(url, SAID) == ("DELIVERED", 202)


def test_an_event_that_lacks_a_field_is_not_delivered(contract: Contract) -> None:
    contents = envelope(NAME, "learning-service", studentId=text("ada"))
    call = contract.handover("an event without a field", "/events", contents)
    call.will_respond_with(400).with_body(problem(400, naming="courseId"), content_type=PROBLEM)
    with contract.served() as url:
        assert delivered(url, {"sagaId": SAGA, "studentId": "ada"}) == ("PENDING", 400)


def test_an_event_from_a_stranger_is_delivered_later(contract: Contract) -> None:
    contents = envelope(NAME, "learning-service", **HEARD)
    call = contract.handover("an event from a stranger", "/events", contents, state=UNKNOWN)
    call.will_respond_with(401).with_body(problem(401), content_type=PROBLEM)
    with contract.served() as url:
        assert delivered(url, SAID, STRANGE_TOKEN) == ("PENDING", 401)
