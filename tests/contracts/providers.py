"""The providers: new and empty each time, with the ways into their states and what they can be heard to say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flask import Flask

from tests.contracts.expectations import KNOWN, TOKENS, UNKNOWN, Json
from tests.contracts.overheard import Story, bought, declined, declined_without_code, overheard, rejected
from tests.contracts.services import has_course, learning_service, payment_service
from tests.contracts.verification import Enter, Provider


def payment_provider(directory: Path) -> Provider:
    return Provider("payment-service", payment_service(directory), ACCESS, PAYMENT_SAYS)


def learning_provider(_: Path) -> Provider:
    school = learning_service()
    return Provider("learning-service", school, ACCESS | _courses(school), LEARNING_SAYS)


def _access(state: str) -> Enter:
    def enter(params: Json) -> None:
        assert params["token"] == TOKENS[state]

    return enter


def _courses(school: Flask) -> dict[str, Enter]:
    def emptied(_: Json) -> None:
        assert school.test_client().post("/_sim/reset").status_code == 204

    def with_course(params: Json, *, published: bool) -> None:
        emptied(params)
        has_course(school, params["courseId"], published=published)

    return {
        "no course": emptied,
        "a course that is not published": lambda params: with_course(params, published=False),
        "a published course": lambda params: with_course(params, published=True),
    }


def _says(name: str, story: Story) -> Callable[[], bytes]:
    return lambda: overheard(story)[name]


ACCESS = {state: _access(state) for state in (KNOWN, UNKNOWN)}
LEARNING_SAYS = {
    "EnrollInCourseInitiated": _says("EnrollInCourseInitiated", bought),
    "EnrollmentConfirmed": _says("EnrollmentConfirmed", bought),
    "EnrollmentRejected": _says("EnrollmentRejected", rejected),
}
PAYMENT_SAYS = {
    "CREATE_ENROLLMENT_RECORD": _says("CREATE_ENROLLMENT_RECORD", bought),
    "PaymentSucceeded": _says("PaymentSucceeded", bought),
    "PaymentFailed": _says("PaymentFailed", declined),
    "PaymentFailed without a declineCode": _says("PaymentFailed", declined_without_code),
    "PaymentRefunded": _says("PaymentRefunded", rejected),
}
PROVIDERS = {
    "learning-service-payment-service.json": payment_provider,
    "payment-service-learning-service.json": learning_provider,
}
