"""Mistakes in small print: keys, ids, orders, pages, currencies, and what others have written beside a payment."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import jwt
import stripe
from transitions import Transition

from reference.application import service
from reference.application.message_handler import MessageHandler
from reference.domain import payment as payments
from reference.domain.messages import Wait
from reference.domain.payment import Payment
from reference.domain.payment_messages import CreateIntent, RefundIntent
from reference.domain.payment_news import AttemptDeclined, IntentCanceled
from reference.domain.payment_status import PaymentStatus
from reference.gateways import stripe_gateway, stripe_news, stripe_webhook
from reference.sagas.book_session import BookAndPayForSessionSaga
from reference.sagas.enroll_in_course import EnrollInCourseSaga
from reference.sagas.paid_saga import PaidSaga
from reference.storage import lists
from reference.storage.records import PaymentTable
from reference.web import auth, bookings, sagas
from reference.web.auth import Authenticator, Caller
from reference.web.services import services
from tests.wrong_services.registry import Patch, mistake


@mistake("metadata edited at Stripe", "PAY-20")
def gives_what_stripe_says_it_was_for(patch: Patch) -> None:
    said: dict[str, str] = {}
    original, deliver = stripe_news.read_payment, EnrollInCourseSaga.delivery

    def read(intent: Any, at: int, **how: Any) -> Any:
        said[intent["metadata"].get("sagaId", "")] = intent["metadata"].get("contextId", "")
        return original(intent, at, **how)

    def delivery(self: EnrollInCourseSaga) -> Any:
        command = deliver(self)
        return type(command)(**vars(command) | {"course_id": said.get(self.saga_id, self.course_id)})

    patch.setitem(stripe_news.EVENTS, "payment_intent.succeeded", read)
    patch.setattr(EnrollInCourseSaga, "delivery", delivery)


@mistake("metadata edited at Stripe", "PAY-20")
def knows_a_payment_by_its_metadata_only(patch: Patch) -> None:
    original = PaymentTable.about

    def about(self: PaymentTable, message: Any) -> Any:
        by_id = vars(message).get("payment_id")
        return self._find({"payment_id": by_id}) if by_id else original(self, message)

    patch.setattr(PaymentTable, "about", about)


@mistake("sums and currencies that are not compared", "PAY-12")
def compares_sums_without_currencies(patch: Patch) -> None:
    original = stripe_news.money
    patch.setattr(stripe_news, "money", lambda amount, _: original(amount, "EUR"))


@mistake("parts given back by a person at Stripe", "PAY-24")
def counts_refunds_as_stripe_does(patch: Patch) -> None:
    original = stripe_news.read_refund

    def read(refund: Any, **how: Any) -> Any:
        report = original(refund, **how)
        return type(report)(**vars(report) | {"amount": refund["amount"]})

    patch.setattr(stripe_news, "read_refund", read)
    for event in stripe_news.REFUND_EVENTS:
        patch.setitem(stripe_news.EVENTS, event, lambda refund, _: read(refund))


@mistake("one key for two things", "ENR-51")
def asks_under_the_key_of_an_earlier_purchase(patch: Patch) -> None:
    original = stripe_gateway._once

    def once(key: str, outgoing: Any, *rest: Any) -> Any:
        request = outgoing.message
        is_creation = isinstance(request, CreateIntent)
        return original(f"buy:{request.context_id}" if is_creation else key, outgoing, *rest)

    patch.setattr(stripe_gateway, "_once", once)


@mistake("one key for two things", "BKS-32")
def knows_a_form_by_its_number_only(patch: Patch) -> None:
    original = bookings._number
    patch.setattr(bookings, "_number", lambda _: original("anybody"))


@mistake("one key for two things", "ENR-52")
def knows_a_message_by_its_number_only(patch: Patch) -> None:
    original = service.PaymentService.receive
    patch.setattr(service.PaymentService, "receive", lambda self, _, *message: original(self, "anybody", *message))


@mistake("one key for two things", "PAY-05", "ENR-26")
def asks_for_the_refund_that_failed_again(patch: Patch) -> None:
    original = stripe_gateway._once

    def once(key: str, outgoing: Any, *rest: Any) -> Any:
        is_refund = isinstance(outgoing.message, RefundIntent)
        return original(f"{outgoing.message.saga_id}:refund" if is_refund else key, outgoing, *rest)

    patch.setattr(stripe_gateway, "_once", once)


@mistake("a time that is given anew", "ENR-53")
def gives_another_window_after_each_decline(patch: Patch) -> None:
    right: Any = Payment.__dict__["apply"]

    def apply(self: Payment, fact: Any) -> Any:
        effects = right.__get__(self, Payment)(fact)
        is_declined = any(each.name == "PaymentFailed" for each in effects if hasattr(each, "name"))
        return [*effects, self._schedule_window_end(Wait.PAYMENT_WINDOW)] if is_declined else effects

    patch.setattr(Payment, "apply", apply)


@mistake("compensation missed when a neighbour answers late", "ENR-50")
def completes_what_was_given_back(patch: Patch) -> None:
    rows = EnrollInCourseSaga.machine.events["enrollment_confirmed"].transitions
    patch.setitem(rows, "refunded", [Transition("refunded", "completed")])


@mistake("compensation missed when a neighbour answers late", "ENR-50", "BKS-33", "I8")
def tells_no_neighbour_of_a_refund(patch: Patch) -> None:
    original = MessageHandler._send

    def send(self: MessageHandler, key: str, to: str, message: Any) -> None:
        if message.name != "PaymentRefunded":
            original(self, key, to, message)

    patch.setattr(MessageHandler, "_send", send)


@mistake("a slot that was sold and let go", "BKS-31")
def lets_a_slot_go_that_was_sold(patch: Patch) -> None:
    original = BookAndPayForSessionSaga.handle

    def handle(self: BookAndPayForSessionSaga, message: Any, at: Any) -> Any:
        original(self, message, at)
        if message.name == "SessionConfirmed":
            self.release_slot(message)
        return self.effects

    patch.setattr(BookAndPayForSessionSaga, "handle", handle)


@mistake("news of disputes in another order", "PAY-23")
def believes_the_last_news_of_a_dispute(patch: Patch) -> None:
    patch.setattr(payments, "dispute_rank", lambda _: 0)
    patch.setattr(Payment, "_watch_dispute", lambda _: [])
    right: Any = Payment.__dict__["apply"]

    def apply(self: Payment, fact: Any) -> Any:
        sure = {"confirmed": True} if type(fact).__name__ == "DisputeReported" else {}
        return right.__get__(self, Payment)(type(fact)(**vars(fact) | sure))

    patch.setattr(Payment, "apply", apply)


@mistake("pages of a list", "PAY-21")
def begins_each_page_one_too_late(patch: Patch) -> None:
    original = lists._slice

    def cut(rows: Any, page: Any, read: Any, cursor: Any) -> Any:
        found = original(rows, page, read, cursor)
        return found if found.next_cursor is None else type(found)(found.items, cursor(rows[page.limit]))

    patch.setattr(lists, "_slice", cut)


@mistake("who may see and say", "PAY-22")
def takes_everybody_for_an_operator(patch: Patch) -> None:
    original = Authenticator.authenticate

    def authenticate(self: Authenticator, *roles: str) -> Caller:
        return original(self, *roles, *(["student"] if roles == ("operator",) else []))

    patch.setattr(Authenticator, "authenticate", authenticate)


@mistake("tokens that should open nothing", "PAY-13")
def lets_unsigned_tokens_in(patch: Patch) -> None:
    original = jwt.decode

    def decode(token: Any, *arguments: Any, **options: Any) -> Any:
        if jwt.get_unverified_header(token).get("alg") == "none":
            return original(token, options={"verify_signature": False})
        return original(token, *arguments, **options)

    patch.setattr(auth, "jwt", SimpleNamespace(**vars(jwt) | {"decode": decode}))  # Its neighbours' stays.


@mistake("news of anybody believed", "ENR-17")
def believes_what_was_signed_for_the_future(patch: Patch) -> None:
    patch.setattr(stripe_webhook, "abs", lambda seconds: max(seconds, 0), raising=False)


@mistake("Stripe's 5xx taken for a refusal", "PAY-03", "PAY-06", "I15")
def takes_stripes_trouble_for_a_refusal(patch: Patch) -> None:
    original = stripe_gateway.StripeGateway._refund

    def refund(self: Any, request: Any, outgoing: Any) -> Any:
        try:
            return original(self, request, outgoing)
        except stripe.APIError:
            return [request.refusal("Stripe failed")]

    patch.setattr(stripe_gateway.StripeGateway, "_refund", refund)


@mistake("a wish taken for a fact", "BKS-12", "I1", "I14")
def believes_that_it_has_canceled(patch: Patch) -> None:
    original = stripe_gateway.StripeGateway._require_answer

    def require(self: Any, facts: Any) -> Any:
        found = original(self, facts)
        paid = [each for each in found if each.name == "MoneyReceived"]
        ids = ("saga_id", "payment_id", "intent_id")
        return [IntentCanceled(**{id_: vars(each)[id_] for id_ in ids}) for each in paid] or found

    patch.setattr(stripe_gateway.StripeGateway, "_require_answer", require)


@mistake("what waits for an answer without an end", "ENR-23")
def waits_for_a_seat_for_ever(patch: Patch) -> None:
    original = PaidSaga.schedule

    def schedule(self: PaidSaga, deadline: Any, after: Any) -> None:
        if deadline.__name__ != "DeliveryOverdue":
            original(self, deadline, after)

    patch.setattr(PaidSaga, "schedule", schedule)


@mistake("an ending that is not final", "ENR-01", "I6")
def forgets_after_two_days_how_it_ended(patch: Patch) -> None:
    original = sagas._public_view

    def view(saga: Any, caller: Caller) -> dict[str, Any]:
        shown = original(saga, caller)
        is_old = services().payments._clock.now() - saga.saga.history[-1].at > timedelta(days=2)
        return shown | ({"state": "EXPIRED", "outcome": "EXPIRED"} if is_old and shown["outcome"] else {})

    patch.setattr(sagas, "_public_view", view)


@mistake("news of a payment in another order", "ENR-30", "ENR-42")
def takes_the_last_news_for_the_newest(patch: Patch) -> None:
    right: Any = Payment.__dict__["apply"]

    def apply(self: Payment, fact: Any) -> Any:
        if isinstance(fact, AttemptDeclined) and self.status == PaymentStatus.SUCCEEDED:
            self.status = PaymentStatus.PENDING
            return []
        return right.__get__(self, Payment)(fact)

    patch.setattr(Payment, "apply", apply)
