"""The composition root: puts the rooms together, and is the only file that knows them all."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial

import requests
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from reference import runtime
from reference.application.dispatch_queue import DispatchQueue
from reference.application.dispatcher import Dispatcher
from reference.application.message_handler import Rules
from reference.application.ports import Clock, Gateway, UnavailableError
from reference.application.service import PaymentService
from reference.gateways.broker import KombuBroker, PartnerOverBroker
from reference.gateways.learning import LearningService
from reference.gateways.partner_service import PartnerService
from reference.gateways.stripe_api import StripeApi
from reference.gateways.stripe_gateway import StripeGateway
from reference.gateways.stripe_ledger import StripeLedger
from reference.gateways.stripe_webhook import StripeWebhooks
from reference.gateways.timeouts import TIMEOUT
from reference.gateways.traced_gateway import trace_calls
from reference.json_logs import log_as_json
from reference.reconciliation.reconcile import Reconciliation
from reference.sagas.book_session import BookAndPayForSessionSaga
from reference.sagas.enroll_in_course import EnrollInCourseSaga
from reference.sagas.paid_saga import PaidSaga
from reference.settings import ConfigurationError, Settings, read_settings
from reference.storage.database import Database, NewerSchemaError, is_usable, migrate, open_database
from reference.storage.record_cache import RecordCache
from reference.storage.unit_of_work import SqlUnitOfWork
from reference.tracing import Tracer
from reference.web import bookings, flows, health, inbound, operators
from reference.web import sagas as purchases
from reference.web.activities import register_activities
from reference.web.auth import Authenticator
from reference.web.headers import protect
from reference.web.metrics import Metrics
from reference.web.problems import register_problems
from reference.web.services import Services

__all__ = ["UnavailableError", "create_app", "log_as_json", "open_books"]  # What the command uses.
SAGAS: Sequence[type[PaidSaga]] = [EnrollInCourseSaga, BookAndPayForSessionSaga]
MAX_BODY = 256 * 1024  # Bytes; a Stripe event is a few thousand.
RETRIES = 3  # Of one page among a thousand, while a person waits.


def our_gateways(settings: Settings, http: requests.Session) -> dict[str, Gateway]:
    """Return who calls whom: the `to` of a command or request is a name in here."""
    token = settings.service_token[0]
    return {
        "stripe": StripeGateway(settings.stripe_api_key, settings.stripe_api_base, http, settings.bank_debits),
        "learning": LearningService(settings.learning_service_url, token, http),
        "tutor_matching": PartnerService(settings.tutor_matching_service_url, token, http),
        "communication": PartnerService(settings.communication_service_url, token, http),
    }


def create_app(
    environ: Mapping[str, str] | None = None,
    *,
    clock: Clock | None = None,
    randomness: random.Random | None = None,
    http: requests.Session | None = None,
    sagas: Sequence[type[PaidSaga]] = SAGAS,
    gateways: Callable[[Settings, requests.Session], dict[str, Gateway]] = our_gateways,
    tracer: Tracer | None = None,
) -> Flask:
    """Return the payment-service; ConfigurationError lists all that is wrong with its environment.

    Its background work waits for `app.extensions["background"].start()`, or for a scheduler's `pump()`.
    """
    settings = _configure(os.environ if environ is None else environ)
    clock, randomness = clock or runtime.SystemClock(), randomness or runtime.system_randomness()
    tracer, database, broker = tracer or _open_tracer(settings), _open_migrated(settings), _broker(settings, clock)
    lease = settings.outbox_lease
    writing = partial(SqlUnitOfWork, database.writing, sagas, lease, RecordCache(), database.group)
    reading = partial(SqlUnitOfWork, database.reading, sagas, lease)
    metrics, queue, new_id = Metrics(clock), DispatchQueue(), partial(_new_id, randomness)
    rules = Rules(sagas, settings.waits, new_id)
    payments = PaymentService(writing, rules, clock, queue.enqueue, metrics, tracer)
    longest_call = min(timedelta(seconds=sum(TIMEOUT)), settings.outbox_lease / 2)
    called = _by_broker(broker, gateways(settings, http or runtime.PooledSession()))
    called = trace_calls(called, tracer, clock)
    dispatcher = Dispatcher(payments, writing, called, queue, clock, randomness, longest_call)
    metrics.show_receivers(dispatcher.circuits)
    services = Services(
        payments=payments,
        reading=reading,
        webhooks=StripeWebhooks(settings.stripe_webhook_secret, clock, live=settings.is_live),
        authenticator=Authenticator(settings.service_token, settings.jwt_secret, clock),
        metrics=metrics,
        sagas=sagas,
        is_ready=runtime.Probe(partial(_is_ready, database)),
        new_id=new_id,
    )
    app = _web_app(services, runtime.BackgroundWork(payments, dispatcher, queue, reading, clock, broker))
    return register_activities(app, tracer, clock, partial(_new_span_id, randomness))


def open_books(
    environ: Mapping[str, str] | None = None,
    *,
    clock: Clock | None = None,
    http: requests.Session | None = None,
    sagas: Sequence[type[PaidSaga]] = SAGAS,
) -> Reconciliation:
    """Return the reconciliation of Stripe's books and ours; ConfigurationError also when there are none of ours."""
    settings = read_settings(os.environ if environ is None else environ)
    clock, http = clock or runtime.SystemClock(), http or runtime.PooledSession()
    database = open_database(settings.database_url, settings.database_timeout, settings.database_connections)
    if not _is_ready(database):
        raise ConfigurationError("DATABASE_URL names no database that the service has prepared")
    reading, writing = (
        partial(SqlUnitOfWork, engine, sagas, settings.outbox_lease) for engine in (database.reading, database.writing)
    )
    rules = Rules(sagas, settings.waits, partial(_new_id, runtime.system_randomness()))
    api = StripeApi(settings.stripe_api_key, settings.stripe_api_base, http, retries=RETRIES)
    return Reconciliation(StripeLedger(api), reading, PaymentService(writing, rules, clock), clock)


def _web_app(services: Services, background: runtime.BackgroundWork) -> Flask:
    app = Flask("reference", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.extensions |= {"services": services, "background": background}
    register_problems(app)
    app.after_request(protect)
    for room in (bookings, flows, health, inbound, operators, purchases):
        app.register_blueprint(room.routes)
    return app


def _broker(settings: Settings, clock: Clock) -> KombuBroker | None:
    if not settings.broker_url:
        return None
    try:
        return KombuBroker(settings.broker_url, settings.broker_visibility, clock)
    except ImportError as missing:
        extra = "sqs" if settings.broker_url.startswith("sqs") else "broker"
        raise ConfigurationError(
            f"BROKER_URL needs what is not installed ({missing}): pip install 'payment-flow-harness[{extra}]'"
        ) from missing


def _by_broker(broker: KombuBroker | None, called: Mapping[str, Gateway]) -> Mapping[str, Gateway]:
    """Return those called, of whom partner services get their messages by the broker if there is one."""
    return {
        to: PartnerOverBroker(to, broker, each) if broker and isinstance(each, PartnerService) else each
        for to, each in called.items()
    }


def _open_migrated(settings: Settings) -> Database:
    database = open_database(settings.database_url, settings.database_timeout, settings.database_connections)
    try:
        migrate(database)
    except SQLAlchemyError as trouble:
        raise ConfigurationError(
            f"DATABASE_URL names a database that cannot be used: {type(trouble).__name__}"
        ) from trouble
    except NewerSchemaError as newer:
        raise ConfigurationError(f"DATABASE_URL names a database of a newer version of the service: {newer}") from newer
    return database


def _configure(environ: Mapping[str, str]) -> Settings:
    settings = read_settings(environ)
    if settings.log_format == "json":
        log_as_json(settings.secrets)
    return settings


def _open_tracer(settings: Settings) -> Tracer | None:
    if not settings.span_exporters:
        return None
    try:
        from reference.telemetry import open_telemetry  # noqa: PLC0415 - what it needs comes with the extra
    except ImportError as missing:
        raise ConfigurationError(
            f"OTEL_TRACES_EXPORTER asks for traces, and {missing.name} is missing: install the extra otel"
        ) from missing
    return open_telemetry(settings.span_exporters)


def _new_span_id(randomness: random.Random) -> str:
    return f"{randomness.getrandbits(64) or 1:016x}"


def _new_id(randomness: random.Random) -> str:
    return f"{randomness.getrandbits(96):024x}"


def _is_ready(database: Database) -> bool:
    try:
        return is_usable(database)
    except SQLAlchemyError:
        return False
