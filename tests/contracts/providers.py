"""The providers: new and empty each time, with the ways into their states and what they can be heard to say."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from flask import Flask

from simulators.world.plan import COMMUNICATION, LEARNING, PAYMENT, TUTORS
from tests.contracts import overheard as stories
from tests.contracts.expectations import HARNESS, KNOWN, NOBODY, OPERATOR, STUDENT, STUDENT_APP, TOKENS, UNKNOWN, Json
from tests.contracts.messages import Spoken, between
from tests.contracts.overheard import Start, Story, course, overheard, session
from tests.contracts.purchases import Purchases
from tests.contracts.services import database_url, has_course, neighbour, payment_service
from tests.contracts.verification import Enter, Provider, Said, Say

STORIES: dict[str, Story] = {
    "PaymentFailed": stories.declined,
    "PaymentFailed without a declineCode": stories.declined_without_code,
    "SEND_NOTICE of a declined attempt": stories.declined,
    "PaymentRefunded": stories.rejected,
    "EnrollmentRejected": stories.rejected,
    "SessionRejected": stories.rejected,
    "RELEASE_TUTOR_SLOT": stories.rejected,
    "TutorSlotReleased": stories.rejected,
    "AvailabilityRejected": stories.unavailable,
}
"""The stories in which these are heard; all others are heard when something is simply bought."""


def payment_provider(consumer: str, directory: Path) -> Provider:
    return Provider(PAYMENT, payment_service(directory), _access(KNOWN, UNKNOWN), _says(PAYMENT, consumer))


def payment_to_people(seen_by: Callable[[Purchases], dict[str, Enter]], directory: Path) -> Provider:
    app = payment_service(directory)
    purchases = Purchases(app, database_url(directory))
    return Provider(PAYMENT, app, _access(STUDENT, OPERATOR, NOBODY) | seen_by(purchases), {})


def neighbour_provider(name: str, _: Path) -> Provider:
    app = neighbour(name)
    states = _courses(app) if name == LEARNING else {}
    return Provider(name, app, _access(KNOWN, UNKNOWN) | states, _says(name, PAYMENT))


def _access(*states: str) -> dict[str, Enter]:
    def enter(state: str, params: Json) -> None:
        assert params["token"] == TOKENS[state]

    return {state: partial(enter, state) for state in states}


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


def _says(sender: str, receiver: str) -> dict[str, Say]:
    """What the one says to the other in this pair's flow."""
    start = course if LEARNING in {sender, receiver} else session
    return {said.description: partial(_heard, said, start) for said in between(sender, receiver)}


def _heard(said: Spoken, start: Start) -> Said:
    return overheard(STORIES.get(said.description, stories.bought), start)[said.receiver, said.name]


NEIGHBOURS = (LEARNING, TUTORS, COMMUNICATION)
PROVIDERS: dict[str, Callable[[Path], Provider]] = {
    **{f"{name}-{PAYMENT}.json": partial(payment_provider, name) for name in NEIGHBOURS},
    **{f"{PAYMENT}-{name}.json": partial(neighbour_provider, name) for name in NEIGHBOURS},
    f"{STUDENT_APP}-{PAYMENT}.json": partial(payment_to_people, Purchases.seen_by_students),
    f"{HARNESS}-{PAYMENT}.json": partial(payment_to_people, Purchases.seen_by_operators),
}
