"""Mistakes that show only while something else goes on, or to whoever looks where nobody has looked before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reference.application.ports import UnavailableError
from reference.domain.payment import Payment
from reference.domain.payment_messages import CancelPayment, PaymentCanceled, PaymentCheckDue, PaymentWindowClosed
from reference.domain.payment_news import IntentCreated
from reference.domain.payment_status import PaymentStatus
from reference.domain.session import TutorSlotReleased
from reference.gateways import partner_service
from reference.gateways.partner_service import PartnerService
from reference.sagas.paid_saga import PaidSaga
from reference.storage import lists
from reference.web import sagas
from reference.web.auth import Authenticator, Caller
from reference.wire import wrap
from tests.wrong_services.registry import Patch, mistake


@mistake("who may see and say", "PAY-14")
def shows_everybody_what_is_searched_for(patch: Patch) -> None:
    original = sagas._filter

    def narrow(caller: Caller, states: Any) -> Any:
        asked = original(caller, states)
        return replace(asked, student_id=None) if asked.context_id else asked

    patch.setattr(sagas, "_filter", narrow)


@mistake("who may see and say", "PAY-15")
def takes_events_of_anybody_with_a_token(patch: Patch) -> None:
    original = Authenticator.authenticate

    def authenticate(self: Authenticator, *roles: str) -> Caller:
        return original(self, *({*roles, "student", "operator"} if roles == ("service",) else roles))

    patch.setattr(Authenticator, "authenticate", authenticate)


@mistake("bought twice", "ENR-54")
def forgets_that_a_paid_course_is_being_bought(patch: Patch) -> None:
    patch.setattr(PaidSaga, "is_buying", property(lambda saga: saga.outcome is None and saga.state != "enrolling"))


@mistake("something held and not let go when a neighbour was away", "BKS-34", "I8")
def asks_once_for_a_slot_to_be_free(patch: Patch) -> None:
    original = PartnerService.send

    def send(self: PartnerService, outgoing: Any) -> Any:
        try:
            return original(self, outgoing)
        except UnavailableError:
            if outgoing.message.name != "RELEASE_TUTOR_SLOT":
                raise
            return [TutorSlotReleased(saga_id=outgoing.message.saga_id, tutor_id=outgoing.message.tutor_id)]

    patch.setattr(PartnerService, "send", send)


@mistake("given up before Stripe has answered", "BKS-35", "I1")
def gives_up_what_it_does_not_know_of(patch: Patch) -> None:
    apply = vars(Payment)["apply"]

    def hasty(payment: Payment, fact: Any) -> Any:
        if isinstance(fact, PaymentWindowClosed | CancelPayment) and payment.intent_id is None:
            return payment._cancel(PaymentCanceled(saga_id=payment.saga_id))
        is_late = isinstance(fact, IntentCreated) and payment.status == PaymentStatus.CANCELED
        return [] if is_late else apply.__get__(payment, Payment)(fact)

    patch.setattr(Payment, "apply", hasty)


@mistake("a refund that fails when it seems done", "PAY-26", "I1", "I2")
def believes_that_a_refund_is_final(patch: Patch) -> None:
    apply = vars(Payment)["apply"]

    def content(payment: Payment, fact: Any) -> Any:
        is_over = isinstance(fact, PaymentCheckDue) and payment.status == PaymentStatus.REFUNDED
        return [] if is_over else apply.__get__(payment, Payment)(fact)

    patch.setattr(Payment, "apply", content)


@mistake("pages that others move", "PAY-25")
def counts_what_was_shown(patch: Patch) -> None:
    def newest(self: Any, wanted: Any, page: Any, order: Any, read: Any) -> Any:
        shown = int(page.after or 0)
        found = self._transaction.execute(
            wanted.order_by(*(column.desc() for column in order)).offset(shown).limit(page.limit + 1)
        ).all()
        return lists._slice(found, page, read, lambda _: str(shown + page.limit))

    patch.setattr(lists.ListsOfTables, "_newest", newest)


@mistake("a message that its receiver cannot read", "ENR-09", "I13")
def says_nothing_of_why_it_failed(patch: Patch) -> None:
    def wrap_without_reason(message_id: str, message: Any, *rest: Any) -> Any:
        envelope = wrap(message_id, message, *rest)
        return envelope | {"data": envelope["data"] | {"reason": None}} if message.name == "PaymentFailed" else envelope

    patch.setattr(partner_service, "wrap", wrap_without_reason)
