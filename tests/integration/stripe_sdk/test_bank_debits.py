"""Payments from bank accounts, which their bank answers days later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import stripe

from tests.integration.stripe_sdk.intents import METADATA, recorded
from tests.stripe_world import World

DAY = timedelta(days=1)
SEPA: Any = {"amount": 4900, "currency": "eur", "payment_method_types": ["sepa_debit"], "metadata": METADATA}
ACH: Any = SEPA | {"currency": "usd", "payment_method_types": ["us_bank_account"]}
MANDATE = {"customer_acceptance": {"type": "offline"}}
WANTED = {"sepa_debit": SEPA, "us_bank_account": ACH}
ASKED = ["payment_intent.created", "payment_intent.processing", "charge.pending"]
SUCCEEDS = [("sepa_debit", "pm_success_at", 5), ("us_bank_account", "pm_usBankAccount_success", 4)]


def debit(client: stripe.StripeClient, method: str, kind: str = "sepa_debit", **more: Any) -> stripe.PaymentIntent:
    confirming = {"confirm": True, "payment_method": method, "mandate_data": MANDATE}
    return client.v1.payment_intents.create(WANTED[kind] | confirming | more)


def as_it_is(client: stripe.StripeClient, intent: stripe.PaymentIntent) -> stripe.PaymentIntent:
    return client.v1.payment_intents.retrieve(intent.id)


def charge_of(client: stripe.StripeClient, intent: stripe.PaymentIntent) -> stripe.Charge:
    return client.v1.charges.retrieve(str(as_it_is(client, intent).latest_charge))


@pytest.mark.parametrize(("kind", "method", "days"), SUCCEEDS)
def test_a_debit_is_processing_until_the_bank_has_answered(
    world: World, client: stripe.StripeClient, kind: str, method: str, days: int
) -> None:
    intent = debit(client, method, kind)
    assert (intent.status, intent.amount_received, intent.next_action) == ("processing", 0, None)
    charge = charge_of(client, intent)
    assert charge.id.startswith("py_")
    assert (charge.status, charge.paid, charge.refunded, charge.balance_transaction) == ("pending", False, False, None)
    assert charge.payment_method_details
    assert charge.payment_method_details.type == kind
    assert recorded(client) == ASKED
    world.settle(days * DAY - timedelta(seconds=1))
    assert as_it_is(client, intent).status == "processing"
    world.settle(timedelta(seconds=1))
    assert (as_it_is(client, intent).status, as_it_is(client, intent).amount_received) == ("succeeded", 4900)
    assert (charge_of(client, intent).status, charge_of(client, intent).paid) == ("succeeded", True)
    assert charge_of(client, intent).balance_transaction
    assert recorded(client) == [*ASKED, "charge.succeeded", "payment_intent.succeeded"]
    assert world.receiver.names() == recorded(client)


FAILURES = [
    ("sepa_debit", "pm_failed_at", "debit_not_authorized"),
    ("sepa_debit", "pm_insufficientFunds_at", "insufficient_funds"),
    ("sepa_debit", "pm_exceedsWeeklyVolumeLimit_de", "charge_exceeds_source_limit"),
    ("sepa_debit", "pm_exceedsWeeklyTransactionLimit_fr", "charge_exceeds_weekly_limit"),
    ("us_bank_account", "pm_usBankAccount_insufficientFunds", "insufficient_funds"),
    ("us_bank_account", "pm_usBankAccount_debitNotAuthorized", "debit_not_authorized"),
    ("us_bank_account", "pm_usBankAccount_accountClosed", "account_closed"),
    ("us_bank_account", "pm_usBankAccount_noAccount", "no_account"),
    ("us_bank_account", "pm_usBankAccount_invalidCurrency", "invalid_currency"),
    ("us_bank_account", "pm_usBankAccount_weeklyLimitExceeded", "charge_exceeds_source_limit"),
]


@pytest.mark.parametrize(("kind", "method", "code"), FAILURES)
def test_a_debit_fails_days_later_and_another_method_may_pay(
    world: World, client: stripe.StripeClient, kind: str, method: str, code: str
) -> None:
    intent = debit(client, method, kind)
    world.settle(5 * DAY)
    failed = as_it_is(client, intent)
    assert (failed.status, failed.payment_method, failed.amount_received) == ("requires_payment_method", None, 0)
    assert failed.last_payment_error
    assert (failed.last_payment_error.code, failed.last_payment_error.charge) == (code, failed.latest_charge)
    assert failed.last_payment_error.payment_method
    assert failed.last_payment_error.payment_method.type == kind
    charge = charge_of(client, intent)
    assert (charge.status, charge.failure_code, charge.paid, charge.captured) == ("failed", code, False, False)
    assert recorded(client) == [*ASKED, "charge.failed", "payment_intent.payment_failed"]
    works = {"sepa_debit": "pm_success_at", "us_bank_account": "pm_usBankAccount_success"}[kind]
    again: Any = {"payment_method": works, "mandate_data": MANDATE}
    assert client.v1.payment_intents.confirm(intent.id, again).status == "processing"
    world.settle(5 * DAY)
    assert as_it_is(client, intent).status == "succeeded"


@pytest.mark.parametrize(
    ("method", "status"),
    [("pm_successDelayed_at", "succeeded"), ("pm_failedDelayed_at", "requires_payment_method")],
)
def test_a_bank_may_take_two_weeks(world: World, client: stripe.StripeClient, method: str, status: str) -> None:
    intent = debit(client, method)
    world.settle(13 * DAY)
    assert as_it_is(client, intent).status == "processing"
    world.settle(DAY)
    assert as_it_is(client, intent).status == status


def test_what_the_bank_decides_about_can_be_neither_canceled_nor_confirmed_nor_changed(
    world: World, client: stripe.StripeClient
) -> None:
    intent = debit(client, "pm_success_at")
    calls: tuple[Callable[[], Any], ...] = (
        lambda: client.v1.payment_intents.cancel(intent.id),
        lambda: client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_success_at"}),
        lambda: client.v1.payment_intents.capture(intent.id),
        lambda: client.v1.payment_intents.update(intent.id, {"amount": 5000}),
    )
    for call in calls:
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            call()
        assert (refusal.value.http_status, refusal.value.code) == (400, "payment_intent_unexpected_state")
        assert "processing" in str(refusal.value.user_message)
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.refunds.create({"payment_intent": intent.id})
    assert "does not have a successful charge" in str(refusal.value.user_message)
    world.settle(5 * DAY)
    assert as_it_is(client, intent).status == "succeeded"


def test_an_account_that_never_answers_can_be_given_up(world: World, client: stripe.StripeClient) -> None:
    intent = debit(client, "pm_usBankAccount_processing", "us_bank_account")
    world.settle(100 * DAY)
    assert as_it_is(client, intent).status == "processing"
    canceled = client.v1.payment_intents.cancel(intent.id, {"cancellation_reason": "requested_by_customer"})
    assert (canceled.status, canceled.cancellation_reason) == ("canceled", "requested_by_customer")
    assert charge_of(client, intent).status == "failed"
    assert recorded(client) == ["charge.failed", "payment_intent.canceled"]  # what is older is no longer kept


@pytest.mark.parametrize(("kind", "method", "days"), SUCCEEDS)
def test_what_was_debited_is_given_back_slowly(
    world: World, client: stripe.StripeClient, kind: str, method: str, days: int
) -> None:
    intent = debit(client, method, kind)
    world.settle(days * DAY)
    refund = client.v1.refunds.create({"payment_intent": intent.id, "amount": 1000})
    assert refund.id.startswith("pyr_")
    assert (refund.status, charge_of(client, intent).amount_refunded) == ("pending", 1000)
    world.settle(timedelta(seconds=5))
    assert client.v1.refunds.retrieve(refund.id).status == "succeeded"
    assert client.v1.refunds.create({"payment_intent": intent.id}).amount == 3900


@pytest.mark.parametrize(
    ("kind", "method"), [("sepa_debit", "pm_disputed_at"), ("us_bank_account", "pm_usBankAccount_dispute")]
)
def test_a_debit_that_is_disputed_is_lost_at_once(
    world: World, client: stripe.StripeClient, kind: str, method: str
) -> None:
    intent = debit(client, method, kind)
    world.settle(5 * DAY)
    [dispute] = client.v1.disputes.list({"payment_intent": intent.id}).data
    assert (dispute.status, dispute.reason, dispute.amount) == ("lost", "debit_not_authorized", 4900)
    assert recorded(client)[3:] == [
        "charge.succeeded", "charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.closed",
        "payment_intent.succeeded",
    ]  # fmt: skip


def test_the_money_of_a_debit_is_in_the_balance_with_its_own_fee(world: World, client: stripe.StripeClient) -> None:
    debit(client, "pm_success_at")
    debit(client, "pm_usBankAccount_success", "us_bank_account")
    assert client.v1.balance_transactions.list().data == []
    world.settle(5 * DAY)
    booked = {each.currency: (each.amount, each.fee, each.net) for each in client.v1.balance_transactions.list().data}
    assert booked == {"eur": (4900, 35, 4865), "usd": (4900, 39, 4861)}
    [expanded] = client.v1.balance_transactions.list({"currency": "eur", "expand": ["data.source"]}).data
    assert isinstance(expanded.source, stripe.Charge)


def test_a_student_debits_their_own_account(
    world: World, client: stripe.StripeClient, student: stripe.StripeClient
) -> None:
    intent = client.v1.payment_intents.create(SEPA)
    details = {"name": "Ada", "email": "ada@example.org"}
    data = {"type": "sepa_debit", "sepa_debit": {"iban": "DE89 3704 0044 0532 0130 00"}, "billing_details": details}
    asked: Any = {"client_secret": intent.client_secret, "payment_method_data": data}
    assert student.v1.payment_intents.confirm(intent.id, asked).status == "processing"
    world.settle(5 * DAY)
    seen = student.v1.payment_intents.retrieve(intent.id, {"client_secret": str(intent.client_secret)})
    assert seen.status == "succeeded"


def test_an_account_is_typed_in(client: stripe.StripeClient) -> None:
    numbers = {"account_number": "000123456789", "routing_number": "110000000", "account_holder_type": "individual"}
    asked: Any = {"type": "us_bank_account", "us_bank_account": numbers, "billing_details": {"name": "Ada"}}
    method = client.v1.payment_methods.create(asked)
    assert (method.type, method.card if hasattr(method, "card") else None) == ("us_bank_account", None)
    account = method.us_bank_account
    assert account
    assert (account.last4, account.routing_number, account.account_holder_type) == ("6789", "110000000", "individual")


IBAN = {"sepa_debit": {"iban": "AT611904300234573201"}}
NO_ROUTING = {"account_number": "000123456789"}
SEPA_ACCOUNT = {"type": "sepa_debit", "billing_details": {"name": "Ada", "email": "ada@example.org"}}


@pytest.mark.parametrize(
    ("wanted", "param"),
    [
        ({"sepa_debit": {"iban": "AT611904300234573202"}}, "sepa_debit[iban]"),
        ({"sepa_debit": {"iban": "GB82WEST12345698765432"}}, "sepa_debit[iban]"),
        ({"sepa_debit": {"iban": "x"}}, "sepa_debit[iban]"),
        ({**IBAN, "billing_details": {"email": "ada@example.org"}}, "billing_details[name]"),
        ({**IBAN, "billing_details": {"name": "Ada"}}, "billing_details[email]"),
        ({}, "sepa_debit"),
        ({"type": "card", **IBAN}, "card"),
        ({"type": "us_bank_account", "us_bank_account": NO_ROUTING}, "us_bank_account[routing_number]"),
        ({"type": "klarna"}, "type"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_account_is_named(client: stripe.StripeClient, wanted: Any, param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.payment_methods.create(SEPA_ACCOUNT | wanted)
    assert (refusal.value.http_status, refusal.value.param) == (400, param)


@pytest.mark.parametrize(
    ("wanted", "param"),
    [
        (SEPA | {"currency": "usd"}, "payment_method_types"),
        (ACH | {"currency": "eur"}, "payment_method_types"),
        (SEPA | {"capture_method": "manual"}, "capture_method"),
        (SEPA | {"payment_method": "pm_card_visa"}, "payment_method"),
        (SEPA | {"payment_method_types": ["card"], "payment_method": "pm_success_at"}, "payment_method"),
    ],
)
def test_what_cannot_be_paid_so_is_refused(client: stripe.StripeClient, wanted: Any, param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.payment_intents.create(wanted)
    assert (refusal.value.http_status, refusal.value.param) == (400, param)


def test_an_intent_takes_cards_and_debits(world: World, client: stripe.StripeClient) -> None:
    both: Any = {"payment_method_types": ["card", "sepa_debit"]}
    assert debit(client, "pm_card_visa", **both).status == "succeeded"
    intent = debit(client, "pm_success_at", **both)
    assert intent.status == "processing"
    assert set(intent.payment_method_options.to_dict()) == {"card", "sepa_debit"}  # type: ignore[union-attr]
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        debit(client, "pm_success_at", **both, capture_method="manual")
    assert refusal.value.param == "capture_method"


def test_a_customer_keeps_an_account_for_another_time(world: World, client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create()
    intent = debit(client, "pm_success_at", customer=customer.id, setup_future_usage="off_session")
    world.settle(5 * DAY)
    assert as_it_is(client, intent).payment_method == intent.payment_method
    saved = client.v1.customers.payment_methods.list(customer.id, {"type": "sepa_debit"}).data
    assert [method.id for method in saved] == [intent.payment_method]
    assert client.v1.customers.payment_methods.list(customer.id, {"type": "card"}).data == []
    again = debit(client, str(intent.payment_method), customer=customer.id, off_session=True)
    assert again.status == "processing"
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_methods.detach(str(debit(client, "pm_success_at").payment_method))


def a_session(client: stripe.StripeClient, *types: str) -> stripe.checkout.Session:
    item = {"price_data": {"currency": "eur", "unit_amount": 4900, "product_data": {"name": "Algebra"}}}
    asked: Any = {
        "mode": "payment", "success_url": "https://shop.example/done", "line_items": [item],
        "payment_method_types": types, "metadata": METADATA,
    }  # fmt: skip
    return client.v1.checkout.sessions.create(asked)


@pytest.mark.parametrize(
    ("method", "paid", "event"),
    [
        ("pm_success_at", "paid", "checkout.session.async_payment_succeeded"),
        ("pm_failed_at", "unpaid", "checkout.session.async_payment_failed"),
    ],
)
def test_a_session_is_complete_first_and_paid_or_not_days_later(
    world: World, client: stripe.StripeClient, method: str, paid: str, event: str
) -> None:
    session = a_session(client, "card", "sepa_debit")
    page = world.http.get(str(session.url))
    assert all(token in page.text for token in ("pm_card_visa", "pm_success_at", "pm_failedDelayed_at"))
    answer = world.http.post(str(session.url), data={"card": method, "email": "a@example.org"}, allow_redirects=False)
    assert answer.headers["Location"] == "https://shop.example/done"
    session = client.v1.checkout.sessions.retrieve(session.id)
    assert (session.status, session.payment_status) == ("complete", "unpaid")
    assert recorded(client)[-1] == "checkout.session.completed"
    world.settle(5 * DAY)
    session = client.v1.checkout.sessions.retrieve(session.id)
    assert (session.status, session.payment_status) == ("complete", paid)
    assert recorded(client)[-1] == event
    assert client.v1.events.list().data[0].data.object["payment_status"] == paid


def test_a_page_offers_only_what_its_session_takes(world: World, client: stripe.StripeClient) -> None:
    assert "pm_success_at" not in world.http.get(str(a_session(client).url)).text
    only = a_session(client, "sepa_debit")
    assert "pm_card_visa" not in world.http.get(str(only.url)).text
    answer = world.http.post(str(only.url), data={"card": "pm_card_visa"}, allow_redirects=False)
    assert answer.status_code == 200
    assert "not allowed" in answer.text
    assert client.v1.checkout.sessions.retrieve(only.id).status == "open"


def test_a_shop_of_debits_only_has_a_whole_statement_descriptor(world: World, client: stripe.StripeClient) -> None:
    intent = debit(client, "pm_success_at", statement_descriptor="ALGEBRA SCHOOL")
    assert charge_of(client, intent).calculated_statement_descriptor == "ALGEBRA SCHOOL"
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.payment_intents.create(
            SEPA | {"payment_method_types": ["card", "sepa_debit"], "statement_descriptor": "ALGEBRA"}
        )
    assert refusal.value.param == "statement_descriptor"


def test_on_request_a_debit_fails_or_is_late(world: World, client: stripe.StripeClient) -> None:
    world.plant("late_bank_answer", days=10)
    world.plant("failed_debit", code="debit_not_authorized")
    intent, next_one = debit(client, "pm_success_at"), debit(client, "pm_success_at")
    world.settle(5 * DAY)
    assert (as_it_is(client, intent).status, as_it_is(client, next_one).status) == ("processing", "succeeded")
    world.settle(10 * DAY)
    failed = as_it_is(client, intent)
    assert failed.last_payment_error
    assert (failed.status, failed.last_payment_error.code) == ("requires_payment_method", "debit_not_authorized")


def test_setup_intents_are_not_simulated(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.APIError) as refusal:
        client.v1.setup_intents.create({})
    assert refusal.value.error
    assert (refusal.value.http_status, refusal.value.error.code) == (501, "not_simulated")


def test_the_events_of_a_debit_tell_what_it_then_was(world: World, client: stripe.StripeClient) -> None:
    debit(client, "pm_success_at")
    world.settle(5 * DAY)
    events = {event.type: event for event in client.v1.events.list({"limit": 100}).data}
    shown = {name: event.data.object["status"] for name, event in events.items()}
    assert shown == {
        "payment_intent.created": "requires_confirmation", "payment_intent.processing": "processing",
        "charge.pending": "pending", "charge.succeeded": "succeeded", "payment_intent.succeeded": "succeeded",
    }  # fmt: skip
