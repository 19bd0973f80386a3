"""The simulated Stripe, put together."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from simulators.kit.delivery import Deliveries
from simulators.kit.http.problems import MAX_BODY_BYTES
from simulators.kit.seams import Seams
from simulators.kit.simulator import Simulator, SimulatorApp
from simulators.stripe import search
from simulators.stripe.api import name_every_call
from simulators.stripe.catalog import customers, prices, products, saved_methods
from simulators.stripe.checkout import checkout_page, checkout_sessions, payment_pages, session_lifecycle
from simulators.stripe.documents import documents
from simulators.stripe.errors import answer_with_stripe_errors
from simulators.stripe.faults import STRIPE_FAULTS
from simulators.stripe.payments import (
    balance,
    bank_debits,
    capture,
    charges,
    dispute_lifecycle,
    disputes,
    early_fraud_warnings,
    payment_intents,
    payment_methods,
    refunds,
    three_d_secure_page,
)
from simulators.stripe.webhooks import events, webhook_endpoints
from simulators.stripe.webhooks.retry_schedule import retry_schedule
from simulators.stripe.webhooks.signing import WebhookReceivers

RESOURCES = (
    payment_intents, capture, charges, refunds, disputes, early_fraud_warnings, balance, payment_methods, saved_methods,
    customers, products, prices, checkout_sessions, payment_pages, events, webhook_endpoints, checkout_page,
    three_d_secure_page, search,
)  # fmt: skip
LATER = (
    bank_debits.answer_debit,
    capture.expire_hold,
    session_lifecycle.expire_session,
    charges.settle,
    refunds.succeed,
    refunds.fail,
    *dispute_lifecycle.LATER,
)


def create_app(
    seams: Seams, *, state_path: Path | None = None, webhook_url: str | None = None, webhook_secret: str | None = None
) -> Flask:
    """Return a Stripe with one account; with a URL, its endpoint for all events is there from the start."""
    app = SimulatorApp("stripe")
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    name_every_call(app)
    answer_with_stripe_errors(app)
    stripe = Simulator(app, seams, state_path, more_faults=STRIPE_FAULTS, documents=documents())
    receivers = WebhookReceivers(stripe.store, seams.clock)
    deliveries = Deliveries(seams, stripe.store, stripe.faults, stripe.background, receivers)
    deliveries.schedule = retry_schedule()
    app.extensions["deliveries"] = deliveries
    for resource in RESOURCES:
        app.register_blueprint(resource.routes)
    for function in LATER:
        stripe.timers.handler(function)

    def seed() -> None:
        with app.app_context():
            if webhook_url:
                webhook_endpoints.seed_endpoint(webhook_url, webhook_secret)

    stripe.seed_data = seed
    seed()
    return app
