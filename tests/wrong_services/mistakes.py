"""Wrong services: the reference, each with one plausible mistake, and what sees it from outside.

By hand: `pytest tests/simulated/test_payments.py --service tests.wrong_services.mistakes:any_sum_will_do`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import request
from transitions import Transition

from reference import app, runtime
from reference.application import message_handler, service
from reference.application.dispatcher import Dispatcher
from reference.application.lists import Filter
from reference.application.ports import OutboxMessage
from reference.domain.enrollment import CourseUnavailable, EnrollmentRejected, VerifyCourse
from reference.domain.messages import ScheduleDeadline, Wait
from reference.domain.money import Money
from reference.domain.payment import Payment
from reference.domain.payment_messages import PaymentCheckDue
from reference.domain.payment_status import PaymentStatus, RefundState
from reference.domain.session import AvailabilityRejected, SessionRejected
from reference.gateways import stripe_gateway, stripe_news, stripe_webhook
from reference.gateways.learning import LearningService
from reference.gateways.partner_service import PartnerService
from reference.sagas import paid_saga
from reference.sagas.book_session import BookAndPayForSessionSaga
from reference.sagas.enroll_in_course import EnrollInCourseSaga
from reference.sagas.saga import Saga, message_of
from reference.storage.records import SagaTable
from reference.web import auth, bookings, inbound, sagas
from reference.web.auth import Authenticator, Caller
from reference.web.services import services
from reference.wire import decode
from tests.wrong_services import banks, details, meanwhile
from tests.wrong_services.registry import MISTAKES, Mistake, Patch, mistake

__all__ = ["MISTAKES", "Mistake", "banks", "details", "meanwhile"]


@mistake("a message whose sagaId fits and whose other facts do not", "ENR-39", "BKS-27")
def believes_any_news_of_a_saga(patch: Patch) -> None:
    patch.setattr(Saga, "_refuse_contradiction", lambda *_: None)


@mistake("facts of a payment overwritten by late news", "ENR-01", "I17")
def forgets_what_a_payment_is_for(patch: Patch) -> None:
    original = sagas._payment_view

    def view(payment: Payment, caller: Caller) -> dict[str, Any]:
        is_paid = payment.status == PaymentStatus.SUCCEEDED
        return original(payment, caller) | ({"contextId": payment.intent_id} if is_paid else {})

    patch.setattr(sagas, "_payment_view", view)


@mistake("facts of a payment overwritten by late news", "ENR-02", "I10")
def shows_the_price_of_today(patch: Patch) -> None:
    original = sagas._payment_view
    patch.setattr(sagas, "_payment_view", lambda *of: original(*of) | {"price": {"amount": 5900, "currency": "EUR"}})


@mistake("sums and currencies that are not compared", "PAY-12", "I10")
def any_sum_will_do(patch: Patch) -> None:
    def is_late(payment: Payment, news: Any) -> str:
        return "it came too late" if news.paid_at > payment.pay_until else ""

    patch.setattr(Payment, "_why_unusable", is_late)


@mistake("something remembered too long", "ENR-33", "ENR-34")
def remembers_courses(patch: Patch) -> None:
    known: dict[str, Any] = {}
    original = LearningService._verify

    def verify(self: LearningService, asked: Any) -> Any:
        answer = known.setdefault(asked.course_id, original(self, asked))
        return type(answer)(**vars(answer) | {"saga_id": asked.saga_id})

    patch.setattr(LearningService, "_verify", verify)


@mistake("a neighbour's 5xx taken for a refusal", "ENR-41", "BKS-26", "I1")
def takes_trouble_for_a_refusal(patch: Patch) -> None:
    original = PartnerService.send

    def send(self: PartnerService, outgoing: Any) -> Any:
        refusals = {"CREATE_ENROLLMENT_RECORD": EnrollmentRejected, "CREATE_CONFIRMED_SESSION": SessionRejected}
        try:
            return original(self, outgoing)
        except app.UnavailableError as trouble:
            if "was answered 5" in str(trouble) and outgoing.message.name in refusals:
                return [refusals[outgoing.message.name](saga_id=outgoing.message.saga_id, reason="it failed")]
            raise

    patch.setattr(PartnerService, "send", send)


@mistake("a refund that has begun taken for one that is over", "ENR-25")
def takes_a_pending_refund_for_money_back(patch: Patch) -> None:
    patch.setitem(stripe_news.REFUND_STATES, "pending", RefundState.SUCCEEDED)
    patch.setitem(stripe_news.REFUND_STATES, "failed", RefundState.PENDING)


@mistake("news of refunds in another order", "PAY-17", "I2", "I15")
def never_hears_that_a_refund_failed(patch: Patch) -> None:
    patch.setattr(Payment, "_fail_refund", lambda *_: [])


@mistake("a refund that a person lets go on, and that is not made", "PAY-05", "ENR-26")
def resumes_in_words_only(patch: Patch) -> None:
    original = paid_saga.PaidSaga.refund_payment

    def refund(self: Any, event: Any) -> None:
        if type(message_of(event)).__name__ != "ResumeRequested":
            original(self, event)

    patch.setattr(paid_saga.PaidSaga, "refund_payment", refund)


@mistake("rotation of secrets", "rotation")
def reads_one_signature(patch: Patch) -> None:
    original = stripe_webhook._is_signed

    def is_signed(payload: bytes, signature: str, secret: str) -> bool:
        time, first, *_ = signature.split(",")
        return original(payload, f"{time},{first}", secret)

    patch.setattr(stripe_webhook, "_is_signed", is_signed)


@mistake("said before it is decided", "ENR-40")
def asks_before_it_stores(patch: Patch) -> None:
    gateways: dict[str, Any] = {}
    init, put = Dispatcher.__init__, message_handler.MessageHandler._send

    def know_gateways(self: Any, payments: Any, units: Any, known: dict[str, Any], *rest: Any) -> None:
        gateways.update(known)
        init(self, payments, units, known, *rest)

    def send(self: Any, key: str, to: str, message: Any) -> None:
        if message.name.startswith("CREATE_"):
            gateways[to].send(OutboxMessage(key, to, message, self._now, attempts=1, leased_until=self._now))
        put(self, key, to, message)

    patch.setattr(Dispatcher, "__init__", know_gateways)
    patch.setattr(message_handler.MessageHandler, "_send", send)


@mistake("something held and not let go when the answer came late or never", "BKS-25", "I8")
def keeps_a_slot_that_it_never_heard_of(patch: Patch) -> None:
    original = BookAndPayForSessionSaga.release_slot

    def release(self: Any, event: Any) -> None:
        if any(each.message == "AvailabilityConfirmed" for each in self.history):
            original(self, event)

    patch.setattr(BookAndPayForSessionSaga, "release_slot", release)


@mistake("who may see and say", "PAY-14")
def shows_everybody_everything(patch: Patch) -> None:
    patch.setattr(sagas, "_filter", lambda *_: Filter())


@mistake("tokens that should open nothing", "PAY-13")
def lets_expired_tokens_in(patch: Patch) -> None:
    patch.setattr(auth, "_seconds", lambda *_: float("inf"))


@mistake("who may see and say", "PAY-15")
def takes_events_of_anybody(patch: Patch) -> None:
    original = Authenticator.authenticate

    def authenticate(self: Authenticator, *roles: str) -> Caller:
        return Caller("service", "service") if request.path == "/events" else original(self, *roles)

    patch.setattr(Authenticator, "authenticate", authenticate)


@mistake("refusing too much", "ENR-35")
def sells_a_course_to_one_at_a_time(patch: Patch) -> None:
    def is_under_way(self: Any, saga: Any) -> bool:
        found = self._transaction.connection.exec_driver_sql("SELECT context_id FROM sagas WHERE buying").scalars()
        return saga.context_id in set(found)

    patch.setattr(SagaTable, "is_under_way", is_under_way)


@mistake("refusing too much", "ENR-36")
def sells_one_thing_to_a_student_at_a_time(patch: Patch) -> None:
    def is_under_way(self: Any, saga: Any) -> bool:
        found = self._transaction.connection.exec_driver_sql("SELECT student_id FROM sagas WHERE buying").scalars()
        return saga.student_id in set(found)

    patch.setattr(SagaTable, "is_under_way", is_under_way)


@mistake("sums that hide rounding", "ENR-37", "I10")
def counts_in_parts_of_a_whole(patch: Patch) -> None:
    def by_floats(price: Money) -> int:
        return int(float(f"{price.amount / 100:.2f}") * 100)

    patch.setattr(stripe_news, "amount_at_stripe", by_floats)


@mistake("parts given back by a person at Stripe", "PAY-09")
def takes_a_part_for_all(patch: Patch) -> None:
    def done(payment: Payment) -> list[str]:
        return [id_ for id_, refund in payment.refunds.items() if refund.state == RefundState.SUCCEEDED]

    patch.setattr(Payment, "_completed_refunds", property(done))


@mistake("secrets in what is logged", "ENR-01", "I18")
def logs_what_stripe_answers(patch: Patch) -> None:
    original = stripe_gateway.StripeGateway.send

    def send(self: Any, outgoing: Any) -> Any:
        answers = original(self, outgoing)
        logging.getLogger("reference").debug("Stripe answered %s", [vars(each) for each in answers])
        return answers

    patch.setattr(stripe_gateway.StripeGateway, "send", send)


@mistake("times in other forms than Z", "BKS-24")
def reads_a_time_without_its_zone(patch: Patch) -> None:
    def read(kind: Any, body: Any) -> Any:
        return decode(kind, body | {"scheduledAt": body["scheduledAt"][:19] + "Z"} if "scheduledAt" in body else body)

    patch.setattr(bookings, "decode", read)


@mistake("answered before stored", "ENR-38")
def answers_before_it_stores(patch: Patch) -> None:
    pump = runtime.BackgroundWork.pump
    waiting: list[Callable[[], object]] = []

    def receive(webhook: Any) -> str:
        payments = services().payments
        if webhook.news:
            waiting.append(lambda: payments.receive("stripe", webhook.event_id, webhook.news))
        return "APPLIED"

    def work(self: Any) -> bool:
        return bool(waiting.pop(0)()) if waiting else pump(self)

    def begin(self: Any, *arguments: Any) -> None:
        waiting.clear()  # What was in memory is gone.
        started(self, *arguments)

    started = runtime.BackgroundWork.__init__
    patch.setattr(inbound, "_receive", receive)
    patch.setattr(runtime.BackgroundWork, "pump", work)
    patch.setattr(runtime.BackgroundWork, "__init__", begin)


@mistake("a booking that is accepted and forgotten", "BKS-01", "I13")
def forgets_bookings(patch: Patch) -> None:
    original = service.PaymentService.receive

    def receive(self: Any, source: str, message_id: str, message: Any) -> Any:
        is_booking = message.name == "BookSessionInitiated"
        return service.Receipt.APPLIED if is_booking else original(self, source, message_id, message)

    patch.setattr(service.PaymentService, "receive", receive)


@mistake("lost news that nobody looks for", "ENR-15")
def never_looks_at_stripe(patch: Patch) -> None:
    def check_in_days(payment: Payment) -> ScheduleDeadline:
        return ScheduleDeadline(PaymentCheckDue(saga_id=payment.saga_id, payment_id=payment.payment_id), Wait.REFUND)

    patch.setattr(Payment, "_schedule_check", check_in_days)


@mistake("a key drawn anew for each try", "ENR-27", "I4")
def draws_a_key_for_each_try(patch: Patch) -> None:
    patch.setattr(stripe_gateway, "_once", lambda key, outgoing, act, _: act(f"{key}:{outgoing.attempts}"))


@mistake("an ending that nobody hears of", "PAY-05", "I16")
def parks_in_silence(patch: Patch) -> None:
    patch.delitem(paid_saga.NOTICES, "parked")


@mistake("an ISK or UGX price that is charged as it is written", "ENR-03", "I10")
def charges_without_cents(patch: Patch) -> None:
    patch.setattr(stripe_news, "TWO_DECIMALS_AT_STRIPE", frozenset())


@mistake("an ending that is not final", "BKS-13", "I8")
def cancels_what_is_delivered(patch: Patch) -> None:
    rows = BookAndPayForSessionSaga.machine.events["cancel_requested"].transitions
    patch.setitem(rows, "completed", [Transition("completed", "cancelled")])


@mistake("a webhook that nobody expects taken for a failure", "ENR-01", "I12")
def fails_at_webhooks_of_other_kinds(patch: Patch) -> None:
    original = inbound._receive

    def receive(webhook: Any) -> str:
        if webhook.ignored:
            raise RuntimeError(webhook.ignored)
        return original(webhook)

    patch.setattr(inbound, "_receive", receive)


@mistake("news of anybody believed", "ENR-17", "I11")
def reads_no_signature(patch: Patch) -> None:
    patch.setattr(stripe_webhook.StripeWebhooks, "_verify", lambda *_: None)


@mistake("one announcement as many messages", "ENR-22", "I3")
def draws_an_id_for_each_try(patch: Patch) -> None:
    patch.setattr(OutboxMessage, "message_id", property(lambda outgoing: f"{outgoing.key}:{outgoing.attempts}"))


@mistake("delivered before it is paid", "ENR-11", "I9")
def enrolls_in_advance(patch: Patch) -> None:
    original = EnrollInCourseSaga.take_payment

    def take_payment(self: Any, event: Any) -> None:
        original(self, event)
        self.ask(replace(self.delivery(), payment_id="pay_in_advance"))

    patch.setattr(EnrollInCourseSaga, "take_payment", take_payment)


@mistake("a neighbour's 5xx taken for a refusal", "ENR-44", "BKS-29")
def takes_trouble_at_the_start_for_a_refusal(patch: Patch) -> None:
    verify, check = LearningService.send, PartnerService.send

    def send_to_learning(self: LearningService, outgoing: Any) -> Any:
        try:
            return verify(self, outgoing)
        except app.UnavailableError:
            if not isinstance(outgoing.message, VerifyCourse):
                raise
            return [CourseUnavailable(saga_id=outgoing.message.saga_id, reason="it cannot be found")]

    def send(self: PartnerService, outgoing: Any) -> Any:
        try:
            return check(self, outgoing)
        except app.UnavailableError:
            if outgoing.message.name != "CHECK_TUTOR_AVAILABILITY":
                raise
            return [AvailabilityRejected(saga_id=outgoing.message.saga_id, reason="it does not answer")]

    patch.setattr(PartnerService, "send", send)
    patch.setattr(LearningService, "send", send_to_learning)
