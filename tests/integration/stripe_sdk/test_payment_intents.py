from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
import stripe

from simulators.stripe.payments.cards import CARDS
from simulators.stripe.payments.instruments import Authentication
from tests.integration.stripe_sdk.intents import METADATA, a_paid_intent, an_intent

if TYPE_CHECKING:
    from tests.stripe_world import World


def test_a_new_intent_waits_for_a_payment_method_and_keeps_its_metadata(client: stripe.StripeClient) -> None:
    intent = an_intent(client)
    assert (intent.status, intent.amount, intent.currency, intent.livemode) == (
        "requires_payment_method", 4900, "eur", False,
    )  # fmt: skip
    assert intent.metadata.to_dict() == METADATA
    assert client.v1.payment_intents.retrieve(intent.id) == intent


def test_a_server_confirms_with_a_good_card(client: stripe.StripeClient) -> None:
    intent = an_intent(client)
    paid = client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa", "expand": ["latest_charge"]})
    assert (paid.status, paid.amount_received) == ("succeeded", 4900)
    assert isinstance(paid.latest_charge, stripe.Charge)
    assert (paid.latest_charge.status, paid.latest_charge.metadata.to_dict()) == ("succeeded", METADATA)


def test_a_student_confirms_with_a_publishable_key_and_the_client_secret(
    client: stripe.StripeClient, student: stripe.StripeClient
) -> None:
    intent = an_intent(client)
    secret: Any = {"client_secret": intent.client_secret}
    paid = student.v1.payment_intents.confirm(intent.id, secret | {"payment_method": "pm_card_visa"})
    assert paid.status == "succeeded"
    assert not hasattr(paid, "metadata")
    assert student.v1.payment_intents.retrieve(intent.id, secret).status == "succeeded"


def test_a_student_types_a_card_number_which_a_server_may_not_send(
    client: stripe.StripeClient, student: stripe.StripeClient
) -> None:
    intent = an_intent(client)
    card = {"number": "4242 4242 4242 4242", "exp_month": 12, "exp_year": 2034, "cvc": "123"}
    typed: Any = {"payment_method_data": {"type": "card", "card": card}}
    with pytest.raises(stripe.InvalidRequestError, match="generally unsafe"):
        client.v1.payment_intents.confirm(intent.id, typed)
    paid = student.v1.payment_intents.confirm(intent.id, typed | {"client_secret": intent.client_secret})
    assert paid.status == "succeeded"


@pytest.mark.parametrize(
    "more", [{"capture_method": "manual"}, {"off_session": True}, {"error_on_requires_action": True}]
)
def test_a_student_does_not_say_what_a_server_says(
    client: stripe.StripeClient, student: stripe.StripeClient, more: Any
) -> None:
    intent = an_intent(client)
    attempt: Any = {"client_secret": intent.client_secret, "payment_method": "pm_card_visa"} | more
    with pytest.raises(stripe.InvalidRequestError, match="secret key") as refusal:
        student.v1.payment_intents.confirm(intent.id, attempt)
    assert refusal.value.param == next(iter(more))


@pytest.mark.parametrize("secret", [{}, {"client_secret": "pi_x_secret_y"}])
def test_a_student_without_the_right_client_secret_sees_nothing(
    client: stripe.StripeClient, student: stripe.StripeClient, secret: Any
) -> None:
    intent = an_intent(client)
    for attempt in (student.v1.payment_intents.retrieve, student.v1.payment_intents.confirm):
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            attempt(intent.id, secret)
        assert refusal.value.param == "client_secret"


DECLINED_AT_ONCE = [card for card in CARDS if card.decline and card.authentication is Authentication.NEVER]


@pytest.mark.parametrize("card", DECLINED_AT_ONCE, ids=lambda card: card.token)
def test_a_declined_card_leaves_the_intent_open_for_another_one(client: stripe.StripeClient, card: Any) -> None:
    intent = an_intent(client)
    with pytest.raises(stripe.CardError) as decline:
        client.v1.payment_intents.confirm(intent.id, {"payment_method": card.token})
    error = decline.value.error
    assert error
    assert (decline.value.code, error.decline_code) == (card.decline.code, card.decline.reason)
    assert error.payment_intent
    assert error.payment_intent.status == "requires_payment_method"
    after = client.v1.payment_intents.retrieve(intent.id)
    assert (after.payment_method, after.latest_charge) == (None, error.charge)
    assert after.last_payment_error
    assert after.last_payment_error.decline_code == card.decline.reason
    paid = client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    assert (paid.status, paid.last_payment_error) == ("succeeded", None)


def test_a_decline_tells_a_student_no_metadata(client: stripe.StripeClient, student: stripe.StripeClient) -> None:
    intent = an_intent(client)
    attempt: Any = {"client_secret": intent.client_secret, "payment_method": "pm_card_chargeDeclined"}
    with pytest.raises(stripe.CardError) as decline:
        student.v1.payment_intents.confirm(intent.id, attempt)
    assert "algebra" not in str(decline.value.json_body)


def test_racing_confirms_make_one_charge(world: World, client: stripe.StripeClient) -> None:
    intent = an_intent(client)

    def confirm(_: int) -> str:
        try:
            return world.client().v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"}).status
        except stripe.InvalidRequestError as error:
            return str(error.code)

    with ThreadPoolExecutor(8) as pool:
        outcomes = sorted(pool.map(confirm, range(8)))
    assert outcomes == ["payment_intent_unexpected_state"] * 7 + ["succeeded"]
    assert len(client.v1.charges.list({"payment_intent": intent.id}).data) == 1


def test_an_open_intent_is_canceled_once_and_cannot_be_paid_afterwards(client: stripe.StripeClient) -> None:
    intent = an_intent(client)
    canceled = client.v1.payment_intents.cancel(intent.id, {"cancellation_reason": "abandoned"})
    assert (canceled.status, canceled.cancellation_reason) == ("canceled", "abandoned")
    for again in (client.v1.payment_intents.cancel, client.v1.payment_intents.confirm):
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            again(intent.id)
        assert refusal.value.code == "payment_intent_unexpected_state"
        assert refusal.value.error
        assert refusal.value.error.payment_intent
        assert refusal.value.error.payment_intent.status == "canceled"


def test_a_paid_intent_cannot_be_canceled(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="status of succeeded") as refusal:
        client.v1.payment_intents.cancel(a_paid_intent(client).id)
    assert refusal.value.code == "payment_intent_unexpected_state"


def test_a_server_may_not_confirm_where_the_student_could_be_sent_elsewhere(client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.create({"amount": 4900, "currency": "eur"})
    assert intent.automatic_payment_methods
    assert intent.automatic_payment_methods.to_dict() == {"allow_redirects": "always", "enabled": True}
    with pytest.raises(stripe.InvalidRequestError, match="return_url"):
        client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})


def test_metadata_are_merged_and_unset_by_an_empty_value(client: stripe.StripeClient) -> None:
    intent = an_intent(client, metadata={"a": "1", "b": "2"})
    changed = client.v1.payment_intents.update(intent.id, {"metadata": {"b": "", "c": "3"}, "description": "Algebra"})
    assert (changed.metadata.to_dict(), changed.description) == ({"a": "1", "c": "3"}, "Algebra")


def test_intents_are_listed_newest_first_in_pages_both_ways(client: stripe.StripeClient) -> None:
    ids = [an_intent(client).id for _ in range(5)][::-1]
    first = client.v1.payment_intents.list({"limit": 2})
    assert ([each.id for each in first.data], first.has_more) == (ids[:2], True)
    last = client.v1.payment_intents.list({"limit": 3, "starting_after": ids[1]})
    assert ([each.id for each in last.data], last.has_more) == (ids[2:], False)
    back = client.v1.payment_intents.list({"limit": 2, "ending_before": ids[3]})
    assert ([each.id for each in back.data], back.has_more) == (ids[1:3], True)
    assert [each.id for each in client.v1.payment_intents.list({"limit": 2}).auto_paging_iter()] == ids


def test_intents_are_listed_by_the_time_they_were_made(world: World, client: stripe.StripeClient) -> None:
    old = an_intent(client)
    world.http.post(f"{world.url}/_sim/clock", json={"advanceSeconds": 60})
    young = an_intent(client)
    newer = client.v1.payment_intents.list({"created": {"gt": old.created}})
    assert [each.id for each in newer.data] == [young.id]
    assert [each.id for each in client.v1.payment_intents.list({"created": old.created}).data] == [old.id]


@pytest.mark.parametrize(
    ("asked", "code", "param"),
    [
        ({"currency": "eur"}, "parameter_missing", "amount"),
        ({"amount": 4900}, "parameter_missing", "currency"),
        ({"amount": "much", "currency": "eur"}, "parameter_invalid_integer", "amount"),
        ({"amount": 49.5, "currency": "eur"}, "parameter_invalid_integer", "amount"),
        ({"amount": 0, "currency": "eur"}, "parameter_invalid_integer", "amount"),
        ({"amount": 49, "currency": "eur"}, "amount_too_small", "amount"),
        ({"amount": 100_000_000, "currency": "eur"}, "amount_too_large", "amount"),
        ({"amount": 10001, "currency": "kwd"}, None, "amount"),
        ({"amount": 4900, "currency": "doubloon"}, None, "currency"),
        ({"amount": 4900, "currency": ""}, "parameter_invalid_empty", "currency"),
        ({"amount": 4900, "currency": "eur", "colour": "red"}, "parameter_unknown", "colour"),
        ({"amount": 4900, "currency": "eur", "confirm": "perhaps"}, None, "confirm"),
        ({"amount": 4900, "currency": "eur", "metadata": {"k" * 41: "v"}}, None, f"metadata[{'k' * 40}]"),
        ({"amount": 4900, "currency": "eur", "payment_method": "pm_none"}, "resource_missing", "payment_method"),
        (
            {"amount": 4900, "currency": "eur", "automatic_payment_methods": {"enabled": "true", "x": "1"}},
            "parameter_unknown",
            "automatic_payment_methods[x]",
        ),
    ],
)
def test_a_bad_parameter_is_refused_by_name_and_changes_nothing(
    client: stripe.StripeClient, asked: Any, code: str | None, param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.payment_intents.create(asked)
    assert (refusal.value.http_status, refusal.value.code, refusal.value.param) == (400, code, param)
    assert client.v1.payment_intents.list().data == []


def test_an_unknown_intent_is_named(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="No such payment_intent: 'pi_none'") as refusal:
        client.v1.payment_intents.retrieve("pi_none")
    assert (refusal.value.http_status, refusal.value.code) == (404, "resource_missing")


def test_what_is_to_be_expanded_in_a_list_is_named_with_the_list(client: stripe.StripeClient) -> None:
    an_intent(client)
    with pytest.raises(stripe.InvalidRequestError, match="You may want to try expanding 'data"):
        client.v1.payment_intents.list({"expand": ["customer"]})
    client.v1.payment_intents.list({"expand": ["data.customer"]})


@pytest.mark.parametrize("name", ["client_secret", "amount", "livemode", "nothing", "metadata.paymentId"])
def test_what_cannot_be_expanded_is_named(client: stripe.StripeClient, name: str) -> None:
    intent = an_intent(client)
    with pytest.raises(stripe.InvalidRequestError, match=rf"cannot be expanded \({name}\)"):
        client.v1.payment_intents.retrieve(intent.id, {"expand": [name]})
