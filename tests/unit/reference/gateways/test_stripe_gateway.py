"""Whatever Stripe answers, or does not: everything is asked for exactly once, and trouble is no end."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests
import responses
from responses import RequestsMock, matchers

from reference.application.ports import RefusedError, UnavailableError
from reference.domain.messages import Message
from reference.domain.money import Money
from reference.domain.payment_news import (
    IntentCanceled,
    IntentCreated,
    IntentRefused,
    MoneyReceived,
    RefundReported,
)
from reference.domain.payment_status import RefundState
from reference.gateways.stripe_gateway import StripeGateway
from tests.unit.reference.builders import (
    PRICE,
    SECRET,
    WHAT,
    cancel_intent,
    create_intent,
    look_at_intent,
    outgoing,
    refund_intent,
    session,
)
from tests.unit.reference.gateways.stripe_objects import METADATA, error, intent, listed, refund

API = "http://stripe.test/v1"
KEY = "sk_test_very_secret"
REPLAYED = {"Idempotent-Replayed": "true"}
EVERYTHING = [create_intent(), cancel_intent(), look_at_intent(), refund_intent()]


@pytest.fixture
def stripe() -> Any:
    with RequestsMock() as mock:
        yield mock


def ask(message: Message, attempts: int = 1) -> list[Message]:
    return StripeGateway(KEY, "http://stripe.test", session()).send(outgoing(message, attempts))


def kinds(answers: list[Message]) -> list[type]:
    return [type(answer) for answer in answers]


def keys(stripe: RequestsMock, path: str) -> list[str]:
    posts = [call.request for call in stripe.calls if call.request.method == "POST"]
    return [post.headers["Idempotency-Key"] for post in posts if post.url == API + path]


def sent(stripe: RequestsMock, number: int = 0) -> dict[str, list[str]]:
    return parse_qs(str(stripe.calls[number].request.body))


def test_an_intent_is_created_with_exactly_four_keys_of_metadata(stripe: RequestsMock) -> None:
    stripe.post(API + "/payment_intents", json=intent())
    (answer,) = ask(create_intent())
    assert isinstance(answer, IntentCreated)
    assert (answer.intent_id, answer.client_secret, answer.payment_id) == ("pi_1", SECRET, "pay_1")
    assert sent(stripe) == {
        "amount": ["4900"],
        "currency": ["eur"],
        "payment_method_types[0]": ["card"],
        **{f"metadata[{key}]": [value] for key, value in METADATA.items()},
    }


@pytest.mark.parametrize(("code", "ours", "stripes"), [("JPY", 500, 500), ("ISK", 500, 50000), ("KWD", 1500, 1500)])
def test_amounts_are_counted_as_stripe_counts_them(stripe: RequestsMock, code: str, ours: int, stripes: int) -> None:
    amounts: Any = {"amount": stripes, "amount_received": stripes, "currency": code.lower()}
    stripe.post(API + "/payment_intents", json=intent(**amounts))
    stripe.get(API + "/payment_intents/pi_1", json=intent("succeeded", **amounts))
    stripe.get(API + "/refunds", json=listed())
    ask(type(create_intent())(**WHAT | {"price": Money(ours, code)}))
    assert sent(stripe)["amount"] == [str(stripes)]
    assert [m.received for m in ask(look_at_intent()) if isinstance(m, MoneyReceived)] == [Money(ours, code)]


@pytest.mark.parametrize("answer", [(500, "api_error"), (503, "api_error"), (409, "idempotency_error")])
def test_the_same_key_is_used_until_the_outcome_is_known(stripe: RequestsMock, answer: tuple[int, str]) -> None:
    stripe.post(API + "/payment_intents", status=answer[0], json=error(answer[1]))
    stripe.get(API + "/payment_intents", json=listed())
    stripe.post(API + "/payment_intents", json=intent())
    with pytest.raises(UnavailableError):
        ask(create_intent())
    assert kinds(ask(create_intent(), attempts=2)) == [IntentCreated]
    assert len(set(keys(stripe, "/payment_intents"))) == 1


def test_an_intent_whose_answer_was_lost_is_found_and_not_made_again(stripe: RequestsMock) -> None:
    stripe.get(API + "/payment_intents", json=listed(intent(id="pi_2", metadata={}), intent()))
    (answer,) = ask(create_intent(), attempts=2)
    assert isinstance(answer, IntentCreated)
    assert answer.intent_id == "pi_1"


def test_a_stored_failure_is_looked_into_before_a_new_key_is_used(stripe: RequestsMock) -> None:
    stripe.post(API + "/payment_intents", status=500, json=error("api_error"), headers=REPLAYED)
    stripe.get(API + "/payment_intents", json=listed())
    stripe.post(API + "/payment_intents", json=intent())
    assert kinds(ask(create_intent())) == [IntentCreated]
    assert [call.request.method for call in stripe.calls] == ["POST", "GET", "POST"]
    first, second = keys(stripe, "/payment_intents")
    assert first != second


def test_a_stored_failure_behind_which_the_intent_exists_needs_no_new_key(stripe: RequestsMock) -> None:
    stripe.post(API + "/payment_intents", status=500, json=error("api_error"), headers=REPLAYED)
    stripe.get(API + "/payment_intents", json=listed(intent()))
    assert kinds(ask(create_intent())) == [IntentCreated]
    assert len(keys(stripe, "/payment_intents")) == 1


def test_a_price_that_cannot_be_charged_is_refused_for_good(stripe: RequestsMock) -> None:
    stripe.post(API + "/payment_intents", status=400, json=error(code="amount_too_small"))
    (answer,) = ask(create_intent())
    assert isinstance(answer, IntentRefused)
    assert answer.reason == "amount_too_small"


@pytest.mark.parametrize("message", EVERYTHING, ids=lambda message: message.name)
@pytest.mark.parametrize(
    "answer",
    [
        {"body": requests.ConnectTimeout()},
        {"body": requests.ReadTimeout()},
        {"body": requests.ConnectionError()},
        {"status": 401, "json": error()},
        {"status": 403, "json": error()},
        {"status": 429, "json": error(code="lock_timeout")},
        {"status": 429, "json": error(code="rate_limit")},
        {"status": 500, "json": error("api_error")},
        {"status": 503, "body": "<html>down for repair</html>"},
        {"status": 200, "body": ""},
        {"status": 200, "body": '{"id": "pi_1", "sta'},
        {"status": 200, "json": {}},
        {"status": 200, "json": []},
        {"status": 200, "json": None},
        {"status": 200, "json": intent(id=7, metadata=[], payment_intent=7, currency="?", amount="?")},
        {"status": 200, "json": intent(id="pi_\x00", payment_intent="pi_\x00", status="canceled")},
        {"status": 200, "json": intent(id="x" * 256, payment_intent="x" * 256, status="canceled")},
        {"status": 302, "headers": {"Location": "http://elsewhere.test/"}},
        {"status": 500, "body": "[" * 5000},
    ],
    ids=lambda answer: str(answer)[:60],
)
@pytest.mark.fault(12)
def test_no_answer_and_no_sensible_answer_is_an_unknown_outcome(message: Message, answer: dict[str, Any]) -> None:
    with RequestsMock(assert_all_requests_are_fired=False) as stripe:
        for method in (responses.GET, responses.POST):
            stripe.add(method, API + "/payment_intents", **answer)
            stripe.add(method, API + "/payment_intents/pi_1", **answer)
            stripe.add(method, API + "/payment_intents/pi_1/cancel", **answer)
            stripe.add(method, API + "/refunds", **answer)
        stripe.get("http://elsewhere.test/", json=intent())
        with pytest.raises(UnavailableError) as trouble:
            ask(message)
        assert SECRET not in str(trouble.value)


def test_a_key_that_was_used_for_something_else_is_for_a_person(stripe: RequestsMock) -> None:
    stripe.post(API + "/refunds", status=400, json=error("idempotency_error"))
    with pytest.raises(RefusedError):
        ask(refund_intent())


def test_a_canceled_intent_is_canceled(stripe: RequestsMock) -> None:
    stripe.post(API + "/payment_intents/pi_1/cancel", json=intent("canceled"))
    assert kinds(ask(cancel_intent())) == [IntentCanceled]


def refuse_to_cancel(stripe: RequestsMock, status: str) -> None:
    refusal = error(code="payment_intent_unexpected_state")
    stripe.post(API + "/payment_intents/pi_1/cancel", status=400, json=refusal)
    stripe.get(API + "/payment_intents/pi_1", json=intent(status))


@pytest.mark.fault(34)
def test_who_cannot_cancel_learns_that_the_student_was_faster(stripe: RequestsMock) -> None:
    refuse_to_cancel(stripe, "succeeded")
    stripe.get(API + "/refunds", json=listed())
    assert kinds(ask(cancel_intent())) == [IntentCreated, MoneyReceived]


def test_who_cannot_cancel_learns_that_it_was_canceled_before(stripe: RequestsMock) -> None:
    refuse_to_cancel(stripe, "canceled")
    assert kinds(ask(cancel_intent())) == [IntentCreated, IntentCanceled]


def test_while_the_payment_is_in_process_nothing_is_certain(stripe: RequestsMock) -> None:
    refuse_to_cancel(stripe, "processing")
    with pytest.raises(UnavailableError):
        ask(cancel_intent())


def test_an_intent_of_unknown_id_is_found_to_be_canceled(stripe: RequestsMock) -> None:
    stripe.get(API + "/payment_intents", json=listed(intent()))
    stripe.post(API + "/payment_intents/pi_1/cancel", json=intent("canceled"))
    assert kinds(ask(cancel_intent(None))) == [IntentCreated, IntentCanceled]


def test_an_intent_that_nobody_finds_is_made_to_be_canceled(stripe: RequestsMock) -> None:
    stripe.get(API + "/payment_intents", json=listed())
    stripe.post(API + "/payment_intents", json=intent())
    stripe.post(API + "/payment_intents/pi_1/cancel", json=intent("canceled"))
    assert kinds(ask(cancel_intent(None))) == [IntentCreated, IntentCanceled]
    assert keys(stripe, "/payment_intents") == ["saga_1:CreateIntent:1"]


def test_looking_tells_of_money_and_of_all_refunds(stripe: RequestsMock) -> None:
    stripe.get(API + "/payment_intents/pi_1", json=intent("succeeded"))
    first = listed(refund("failed"), url="/v1/refunds") | {"has_more": True}
    by_intent = {"payment_intent": "pi_1", "limit": "100"}
    stripe.get(API + "/refunds", json=first, match=[matchers.query_param_matcher(by_intent)])
    after = matchers.query_param_matcher(by_intent | {"starting_after": "re_1"})
    stripe.get(API + "/refunds", json=listed(refund(id="re_2"), url="/v1/refunds"), match=[after])
    _, money, *refunds = ask(look_at_intent())
    assert isinstance(money, MoneyReceived)
    assert (money.received, money.confirmed) == (PRICE, True)
    states = [each.state for each in refunds if isinstance(each, RefundReported)]
    assert states == [RefundState.FAILED, RefundState.SUCCEEDED]


def test_there_is_nothing_to_look_at_before_the_intent_is_known(stripe: RequestsMock) -> None:
    assert ask(look_at_intent(None)) == []


def test_a_refund_is_for_everything_and_says_which_attempt_it_is(stripe: RequestsMock) -> None:
    stripe.post(API + "/refunds", json=refund("pending"))
    (answer,) = ask(refund_intent(attempt=2))
    assert isinstance(answer, RefundReported)
    assert answer.state == RefundState.PENDING
    assert sent(stripe) == {
        "payment_intent": ["pi_1"],
        "metadata[paymentId]": ["pay_1"],
        "metadata[attempt]": ["2"],
    }


def test_a_refund_whose_answer_was_lost_is_found_and_not_made_again(stripe: RequestsMock) -> None:
    ours = {"paymentId": "pay_1", "attempt": "1"}
    found = listed(refund(id="re_0"), refund(id="re_1", metadata=ours), url="/v1/refunds")
    stripe.get(API + "/refunds", json=found)
    (answer,) = ask(refund_intent(), attempts=2)
    assert isinstance(answer, RefundReported)
    assert answer.refund_id == "re_1"


def test_what_was_refunded_already_is_refunded(stripe: RequestsMock) -> None:
    stripe.post(API + "/refunds", status=400, json=error(code="charge_already_refunded"))
    stripe.get(API + "/payment_intents/pi_1", json=intent("succeeded"))
    stripe.get(API + "/refunds", json=listed(refund(), url="/v1/refunds"))
    assert kinds(ask(refund_intent())) == [IntentCreated, MoneyReceived, RefundReported]


@pytest.mark.parametrize("code", ["charge_disputed", None])
@pytest.mark.fault(23, 24)
def test_a_refund_that_is_refused_has_failed(stripe: RequestsMock, code: str | None) -> None:
    stripe.post(API + "/refunds", status=400, json=error(code=code))
    (answer,) = ask(refund_intent())
    assert isinstance(answer, RefundReported)
    assert answer.state == RefundState.FAILED
    assert answer.reason


@pytest.mark.parametrize("level", [logging.DEBUG, logging.INFO])
def test_neither_key_nor_client_secret_reaches_the_log(
    stripe: RequestsMock, caplog: pytest.LogCaptureFixture, level: int
) -> None:
    caplog.set_level(level)
    stripe.post(API + "/payment_intents", json=intent())
    ask(create_intent())
    assert SECRET not in caplog.text
    assert KEY not in caplog.text
