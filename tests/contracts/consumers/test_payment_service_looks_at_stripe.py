from __future__ import annotations

from datetime import timedelta

import pytest

from reference.application.lists import Span
from reference.domain.payment_news import (
    AttemptProcessing,
    DisputeReported,
    IntentCanceled,
    IntentCreated,
    MoneyReceived,
    RefundReported,
)
from reference.reconciliation.ledger import EntryState
from simulators.world.topology import PAYMENT, STRIPE
from tests.contracts.consumers.pact_recorder import Contract, PactRecorder
from tests.contracts.consumers.stripe_calls import (
    CANCELED,
    CREATE,
    DISPUTE,
    DISPUTED,
    DISPUTES,
    GIVE_BACK,
    GIVEN_BACK,
    INTENT,
    INTENTS,
    LOOK,
    OPEN,
    PAID,
    PRICE,
    REFUNDED,
    SUCCEEDED,
    WAITING,
    WITH_BANK,
    answered,
    ask,
    found,
    given,
    ledger,
    look,
    refunds_listed,
    refused,
    since,
)
from tests.contracts.expectations import SECRET_KEY, one_of, text, whole
from tests.contracts.providers.services import NOW
from tests.contracts.providers.stripe_account import OURS


@pytest.fixture
def contract(recorder: PactRecorder) -> Contract:
    return recorder.contract(PAYMENT, STRIPE)


def test_a_look_finds_the_money(contract: Contract) -> None:
    answered(look(contract, "a look at an intent that is paid", PAID), SUCCEEDED)
    refunds_listed(contract, "a list of no refunds", PAID)
    with contract.serve() as url:
        _, paid = ask(url, LOOK)
    assert isinstance(paid, MoneyReceived)
    assert (paid.received, paid.paid_at, paid.payment_id) == (PRICE, NOW, "pay-1")


def test_a_look_finds_that_a_bank_is_asked(contract: Contract) -> None:
    charge = {"id": text("py_1"), "created": whole(int(NOW.timestamp()))}
    processing = OPEN | {"status": one_of("processing"), "latest_charge": charge}
    answered(look(contract, "a look at an intent for which a bank was asked", WITH_BANK), processing)
    call = given(contract.call("a list of attempts", "GET", "/v1/charges", state=SECRET_KEY), WITH_BANK)
    call = call.with_query_parameter("payment_intent", "pi_1").with_query_parameter("limit", "100")
    answered(call, found({"id": text("py_1"), "status": one_of("pending")}))
    with contract.serve() as url:
        _, asked = ask(url, LOOK)
    assert isinstance(asked, AttemptProcessing)
    assert (asked.attempt, asked.paid_at, asked.payment_id) == ("py_1", NOW, "pay-1")


def test_a_look_finds_a_dispute(contract: Contract) -> None:
    charge = {"created": whole(int(NOW.timestamp())), "disputed": True}
    answered(look(contract, "a look at an intent that is disputed", DISPUTED), SUCCEEDED | {"latest_charge": charge})
    refunds_listed(contract, "a list of no refunds of an intent that is disputed", DISPUTED)
    refunds_listed(contract, "a list of the disputes of an intent", DISPUTED, DISPUTE, path=DISPUTES)
    with contract.serve() as url:
        *_, disputed = ask(url, LOOK)
    assert isinstance(disputed, DisputeReported)
    assert (disputed.dispute_id, disputed.status, disputed.amount) == ("dp_1", "needs_response", PRICE)


def test_a_look_finds_what_is_canceled(contract: Contract) -> None:
    answered(look(contract, "a look at an intent that is canceled", CANCELED), OPEN | {"status": one_of("canceled")})
    with contract.serve() as url:
        assert [type(fact) for fact in ask(url, LOOK)] == [IntentCreated, IntentCanceled]


def test_an_intent_whose_answer_was_lost_is_found(contract: Contract) -> None:
    call = given(contract.call("a search for an intent", "GET", INTENTS, state=SECRET_KEY), WAITING)
    call = call.with_query_parameter("limit", "100").with_query_parameter("created[gte]", str(since()))
    answered(call, found(OPEN))
    with contract.serve() as url:
        [made] = ask(url, CREATE, attempts=2)
    assert isinstance(made, IntentCreated)
    assert made.intent_id == "pi_1"


def test_a_refund_whose_answer_was_lost_is_found(contract: Contract) -> None:
    ours = {"metadata": {"paymentId": one_of("pay-1"), "attempt": one_of("1")}}
    refunds_listed(contract, "a search for a refund", REFUNDED, GIVEN_BACK | ours)
    with contract.serve() as url:
        assert [type(fact) for fact in ask(url, GIVE_BACK, attempts=2)] == [RefundReported]


ENTRY = {
    "id": one_of("pi_1"),
    "metadata": {name: one_of(value) for name, value in OURS.items()},
    "created": whole(int(NOW.timestamp())),
    "canceled_at": None,
    "status": one_of("succeeded"),
    "amount": whole(4900),
    "amount_received": whole(4900),
    "currency": one_of("eur"),
    "latest_charge": {"created": whole(int(NOW.timestamp())), "amount_refunded": whole(0)},
}


def test_the_books_are_read(contract: Contract) -> None:
    call = given(contract.call("a page of the books", "GET", INTENTS, state=SECRET_KEY), PAID)
    span = {"created[gte]": str(since()), "created[lte]": str(int(NOW.timestamp()))}
    for name, value in {**span, "limit": "100", "expand[0]": "data.latest_charge"}.items():
        call = call.with_query_parameter(name, value)
    answered(call, found(ENTRY))
    with contract.serve() as url:
        [entry] = ledger(url).entries(Span(NOW - timedelta(hours=1), NOW))
    assert (entry.state, entry.received, entry.given_back) == (EntryState.PAID, PRICE, 0)
    assert (entry.payment_id, entry.saga_id, entry.context, entry.context_id) == tuple(OURS.values())


def test_what_is_not_in_the_books_is_no_trouble(contract: Contract) -> None:
    call = contract.call("a look at an intent that is not there", "GET", INTENT, state=SECRET_KEY)
    call = call.given("no intent", intentId="pi_1").with_query_parameter(
        "expand[0]", "latest_charge.balance_transaction"
    )
    refused(call, 404, "resource_missing")
    with contract.serve() as url:
        assert ledger(url).entry("pi_1") is None
