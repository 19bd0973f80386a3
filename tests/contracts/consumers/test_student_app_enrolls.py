from __future__ import annotations

from typing import Any

import pytest

from simulators.world.topology import LEARNING
from tests.contracts.consumers.pact_recorder import Contract, PactRecorder
from tests.contracts.consumers.student_app import app, refusal
from tests.contracts.expectations import NOBODY, OPERATOR, PROBLEM, STUDENT, STUDENT_APP, problem, text

PUBLISHED, DRAFT = "a published course", "a course that is not published"


@pytest.fixture
def contract(recorder: PactRecorder) -> Contract:
    return recorder.contract(STUDENT_APP, LEARNING)


def enrolling(contract: Contract, description: str, state: str, signed_in: str = STUDENT) -> Any:
    call = contract.call(description, "POST", "/courses/algebra/enroll", state=signed_in)
    return call.given(state, courseId="algebra")


def test_a_student_enrolls(contract: Contract) -> None:
    accepted = enrolling(contract, "a student enrolls in a course", PUBLISHED).will_respond_with(202)
    accepted.with_body({"sagaId": text("saga-1")}, content_type="application/json")
    with contract.serve() as url:
        assert app(url).enroll("algebra") == "saga-1"


@pytest.mark.parametrize(
    ("description", "state", "signed_in", "status"),
    [
        ("a student enrolls in a course that is not there", "no course", STUDENT, 404),
        ("a student enrolls in a course that is not published", DRAFT, STUDENT, 409),
        ("a student enrolls once more in the same course", "a course in which ada is enrolled", STUDENT, 409),
        ("an operator enrolls in a course", PUBLISHED, OPERATOR, 403),
        ("nobody enrolls in a course", PUBLISHED, NOBODY, 401),
    ],
)
def test_who_cannot_enroll_hears_why(
    contract: Contract, description: str, state: str, signed_in: str, status: int
) -> None:
    call = enrolling(contract, description, state, signed_in)
    call.will_respond_with(status).with_body(problem(status), content_type=PROBLEM)
    with contract.serve() as url:
        assert refusal(lambda: app(url, signed_in).enroll("algebra")) == (status, "It is not allowed.")
