"""The provider of each contract: new and empty each time, with its provider states and message handlers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from simulators.world.topology import COMMUNICATION, LEARNING, PAYMENT, STRIPE, TUTORS
from tests.contracts.expectations import (
    HARNESS,
    KNOWN,
    NO_KEY,
    NOBODY,
    OPERATOR,
    PUBLISHABLE_KEY,
    SECRET_KEY,
    STUDENT,
    STUDENT_APP,
    UNKNOWN,
)
from tests.contracts.providers.local_provider import EnterState, LocalProvider
from tests.contracts.providers.message_handlers import message_handlers, webhook_handlers
from tests.contracts.providers.provider_states import access, courses, enrolled, handed_over_before, obeyed_before
from tests.contracts.providers.purchases import Purchases
from tests.contracts.providers.services import database_url, neighbour, payment_service, stripe
from tests.contracts.providers.stripe_account import StripeAccount


def payment_to_neighbour(consumer: str, directory: Path) -> LocalProvider:
    app = payment_service(directory)
    states = access(KNOWN, UNKNOWN) | handed_over_before(PAYMENT, app)
    return LocalProvider(PAYMENT, app, states, message_handlers(PAYMENT, consumer))


def payment_to_people(seen_by: Callable[[Purchases], dict[str, EnterState]], directory: Path) -> LocalProvider:
    app = payment_service(directory)
    purchases = Purchases(app, database_url(directory))
    return LocalProvider(PAYMENT, app, access(STUDENT, OPERATOR, NOBODY) | seen_by(purchases), {})


def school_to_students(_: Path) -> LocalProvider:
    app = neighbour(LEARNING)
    return LocalProvider(LEARNING, app, access(STUDENT, OPERATOR, NOBODY) | courses(app) | enrolled(app), {})


def stripe_to_students(_: Path) -> LocalProvider:
    app = stripe()
    return LocalProvider(STRIPE, app, access(PUBLISHABLE_KEY) | StripeAccount(app).seen_by_students(), {})


def stripe_to_payment(_: Path) -> LocalProvider:
    app = stripe()
    return LocalProvider(STRIPE, app, access(SECRET_KEY, NO_KEY) | StripeAccount(app).seen_by_us(), webhook_handlers())


def neighbour_to_payment(name: str, _: Path) -> LocalProvider:
    app = neighbour(name)
    states = access(KNOWN, UNKNOWN) | handed_over_before(name, app) | obeyed_before()
    states |= courses(app) if name == LEARNING else {}
    return LocalProvider(name, app, states, message_handlers(name, PAYMENT))


NEIGHBOURS = (LEARNING, TUTORS, COMMUNICATION)
PROVIDERS: dict[str, Callable[[Path], LocalProvider]] = {
    **{f"{name}-{PAYMENT}.json": partial(payment_to_neighbour, name) for name in NEIGHBOURS},
    **{f"{PAYMENT}-{name}.json": partial(neighbour_to_payment, name) for name in NEIGHBOURS},
    f"{STUDENT_APP}-{PAYMENT}.json": partial(payment_to_people, Purchases.seen_by_students),
    f"{STUDENT_APP}-{LEARNING}.json": school_to_students,
    f"{STUDENT_APP}-{STRIPE}.json": stripe_to_students,
    f"{PAYMENT}-{STRIPE}.json": stripe_to_payment,
    f"{HARNESS}-{PAYMENT}.json": partial(payment_to_people, Purchases.seen_by_operators),
}
