"""A payment-service with a purchase that is just so far; each state begins from nothing."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import create_engine

from reference.domain.enrollment import EnrollmentConfirmed
from reference.domain.messages import Message, ResumeRequested
from reference.domain.money import Money
from reference.domain.notice import NoticeSent
from reference.domain.payment_news import IntentCreated, MoneyReceived, RefundReported
from reference.domain.payment_status import RefundState
from reference.domain.session import AvailabilityConfirmed, BookSessionInitiated, SessionConfirmed, SessionRejected
from reference.storage.tables import metadata
from reference.web.services import Services
from tests.contracts.expectations import Json
from tests.contracts.providers.local_provider import EnterState
from tests.contracts.providers.services import NOW

PRICE = Money(4900, "EUR")


class Purchases:
    """Brings a service there by what it is told; the saga and its student are parameters of every state."""

    def __init__(self, app: Flask, database_url: str) -> None:
        self._app, self._database_url = app, database_url
        self._services: Services = app.extensions["services"]

    def seen_by_students(self) -> dict[str, EnterState]:
        return self._seen_by_both() | {
            "a session that is being booked": self.begun,
            "a booking that was made with an Idempotency-Key": self.booked_with_key,
        }

    def seen_by_operators(self) -> dict[str, EnterState]:
        return self._seen_by_both() | {
            "a session that is paid, and whose refund failed": self.parked,
            "a session whose refund is asked for again": self.resumed,
            "a message that was of no use, and is of use now": self.usable,
            "a message that is of no use": self.unusable,
        }

    def _seen_by_both(self) -> dict[str, EnterState]:
        return {
            "no purchase": self.emptied,
            "a session that is to be paid": self.to_be_paid,
            "a session that is paid and confirmed": self.completed,
        }

    def emptied(self, _: Json) -> None:
        engine = create_engine(self._database_url)
        with engine.begin() as connection:
            for table in metadata.sorted_tables:
                connection.execute(table.delete())
        engine.dispose()

    def begun(self, params: Json) -> None:
        self.emptied(params)
        self._begins(params)

    def _begins(self, params: Json) -> None:
        slot: Json = {"tutor_id": "grace", "scheduled_at": NOW + timedelta(days=1), "duration": 60}
        whose = {"saga_id": params["sagaId"], "student_id": params["studentId"]}
        self._hears(BookSessionInitiated(**whose, **slot, session_id="session-1"))

    def to_be_paid(self, params: Json) -> None:
        self.begun(params)
        saga_id, until = params["sagaId"], NOW + timedelta(minutes=15)
        self._hears(AvailabilityConfirmed(saga_id=saga_id, price=PRICE, hold_until=until))
        with self._services.reading() as unit:
            payment = unit.payments.of_saga(saga_id)
        assert payment
        self._hears(IntentCreated(payment_id=payment.payment_id, intent_id="pi-1", client_secret="pi-1_secret_1"))

    def completed(self, params: Json) -> None:
        self._paid(params)
        self._hears(SessionConfirmed(saga_id=params["sagaId"], session_id="session-1", meeting_link="https://meet/1"))

    def parked(self, params: Json) -> None:
        self._paid(params)
        failed = RefundReported(intent_id="pi-1", refund_id="re-1", amount=PRICE.amount, state=RefundState.FAILED)
        self._hears(SessionRejected(saga_id=params["sagaId"], reason="SLOT_TAKEN"), failed)

    def resumed(self, params: Json) -> None:
        self.parked(params)
        self._hears(ResumeRequested(saga_id=params["sagaId"], by="olga", why="the card works again"))

    def booked_with_key(self, params: Json) -> None:
        self.emptied(params)
        headers = {"Authorization": f"Bearer {params['token']}", "Idempotency-Key": params["key"]}
        booking = self._app.test_client().post("/session-bookings", json=params["booking"], headers=headers)
        assert booking.status_code == 202, booking.text

    def unusable(self, params: Json) -> None:
        self.emptied(params)
        self._hears(EnrollmentConfirmed(saga_id=params["sagaId"], enrollment_id="1", student_id="ada", course_id="x"))

    def usable(self, params: Json) -> None:
        self.emptied(params)
        self._hears(NoticeSent(saga_id=params["sagaId"]))
        self._begins(params)

    def _paid(self, params: Json) -> None:
        self.to_be_paid(params)
        self._hears(MoneyReceived(intent_id="pi-1", received=PRICE, paid_at=NOW))

    def _hears(self, *messages: Message) -> None:
        for message in messages:
            self._services.payments.receive("edtech.before", message.name, message)
