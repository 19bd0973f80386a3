"""The providers: new and empty each time, with the ways into their states and what they can be heard to say."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

from flask import Flask

from simulators.cli.contracts.provider import Content
from simulators.world.topology import COMMUNICATION, LEARNING, PAYMENT, STRIPE, TUTORS
from tests.contracts.expectations import (
    CLOUDEVENT,
    HARNESS,
    HEARD_BEFORE,
    KNOWN,
    NO_KEY,
    NOBODY,
    OBEYED,
    OPERATOR,
    PUBLISHABLE_KEY,
    SECRET_KEY,
    STUDENT,
    STUDENT_APP,
    TOKENS,
    UNKNOWN,
    Json,
    plain,
)
from tests.contracts.messages import AGAIN, SAID_AGAIN, Spoken, between, spoken
from tests.contracts.providers import captured_messages as stories
from tests.contracts.providers.captured_messages import Start, Story, course, overheard, session
from tests.contracts.providers.local_provider import EnterState, LocalProvider, SayMessage
from tests.contracts.providers.purchases import Purchases
from tests.contracts.providers.services import (
    AS_KNOWN,
    database_url,
    has_course,
    is_enrolled,
    neighbour,
    payment_service,
    stripe,
)
from tests.contracts.providers.stripe_account import Account

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
    f"EnrollmentConfirmed {AGAIN}": stories.bought_and_repeated,
    f"EnrollmentRejected {AGAIN}": stories.rejected_and_repeated,
    f"AvailabilityConfirmed {AGAIN}": stories.bought_and_repeated,
    f"TutorSlotReleased {AGAIN}": stories.rejected_and_repeated,
    f"SessionConfirmed {AGAIN}": stories.bought_and_repeated,
    f"SessionRejected {AGAIN}": stories.rejected_and_repeated,
}
"""The stories in which these are heard; all others are heard when something is simply bought."""
WEBHOOKS: dict[str, Story] = {
    "payment_intent.created": stories.bought,
    "payment_intent.succeeded": stories.bought,
    "payment_intent.payment_failed": stories.declined,
    "payment_intent.canceled": stories.canceled,
    "refund.created": stories.refund_pending,
    "refund.updated": stories.rejected,
    "refund.failed": stories.refund_failed,
    "charge.dispute.created": stories.disputed,
}
"""What Stripe says by itself, and when."""


def payment_provider(consumer: str, directory: Path) -> LocalProvider:
    app = payment_service(directory)
    return LocalProvider(PAYMENT, app, _access(KNOWN, UNKNOWN) | _heard_before(PAYMENT, app), _says(PAYMENT, consumer))


def payment_to_people(seen_by: Callable[[Purchases], dict[str, EnterState]], directory: Path) -> LocalProvider:
    app = payment_service(directory)
    purchases = Purchases(app, database_url(directory))
    return LocalProvider(PAYMENT, app, _access(STUDENT, OPERATOR, NOBODY) | seen_by(purchases), {})


def school_to_students(_: Path) -> LocalProvider:
    app = neighbour(LEARNING)
    return LocalProvider(LEARNING, app, _access(STUDENT, OPERATOR, NOBODY) | _courses(app) | _enrolled(app), {})


def stripe_to_students(_: Path) -> LocalProvider:
    app = stripe()
    return LocalProvider(STRIPE, app, _access(PUBLISHABLE_KEY) | Account(app).seen_by_students(), {})


def stripe_to_us(_: Path) -> LocalProvider:
    app = stripe()
    says = {name: partial(_webhook, name) for name in WEBHOOKS}
    return LocalProvider(STRIPE, app, _access(SECRET_KEY, NO_KEY) | Account(app).seen_by_us(), says)


def neighbour_provider(name: str, _: Path) -> LocalProvider:
    app = neighbour(name)
    states = _heard_before(name, app) | {OBEYED: _obeyed} | (_courses(app) if name == LEARNING else {})
    return LocalProvider(name, app, _access(KNOWN, UNKNOWN) | states, _says(name, PAYMENT))


def _access(*states: str) -> dict[str, EnterState]:
    def enter(state: str, params: Json) -> None:
        assert params["token"] == TOKENS[state]

    return {state: partial(enter, state) for state in states}


def _heard_before(name: str, app: Flask) -> dict[str, EnterState]:
    def enter(params: Json) -> None:
        said = spoken(name, params["message"])
        headers = AS_KNOWN | {"Content-Type": CLOUDEVENT}
        answer = app.test_client().post(said.door, data=json.dumps(plain(said.sent())), headers=headers)
        assert answer.status_code == 202, answer.text

    return {HEARD_BEFORE: enter}


def _obeyed(params: Json) -> None:
    """The stories that end in a repetition begin with this decision."""
    assert params in [said.known for said in SAID_AGAIN]


def _courses(school: Flask) -> dict[str, EnterState]:
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


def _enrolled(school: Flask) -> dict[str, EnterState]:
    def enter(params: Json) -> None:
        _courses(school)["a published course"](params)
        is_enrolled(school, "ada", params["courseId"])

    return {"a course in which ada is enrolled": enter}


def _says(sender: str, receiver: str) -> dict[str, SayMessage]:
    """What the one says to the other in this pair's flow."""
    start = course if LEARNING in {sender, receiver} else session
    return {said.description: partial(_heard, said, start) for said in between(sender, receiver)}


def _webhook(name: str) -> Content:
    return overheard(WEBHOOKS[name], course)[PAYMENT, name]


def _heard(said: Spoken, start: Start) -> Content:
    return overheard(STORIES.get(said.description, stories.bought), start)[said.receiver, said.name]


NEIGHBOURS = (LEARNING, TUTORS, COMMUNICATION)
PROVIDERS: dict[str, Callable[[Path], LocalProvider]] = {
    **{f"{name}-{PAYMENT}.json": partial(payment_provider, name) for name in NEIGHBOURS},
    **{f"{PAYMENT}-{name}.json": partial(neighbour_provider, name) for name in NEIGHBOURS},
    f"{STUDENT_APP}-{PAYMENT}.json": partial(payment_to_people, Purchases.seen_by_students),
    f"{STUDENT_APP}-{LEARNING}.json": school_to_students,
    f"{STUDENT_APP}-{STRIPE}.json": stripe_to_students,
    f"{PAYMENT}-{STRIPE}.json": stripe_to_us,
    f"{HARNESS}-{PAYMENT}.json": partial(payment_to_people, Purchases.seen_by_operators),
}
