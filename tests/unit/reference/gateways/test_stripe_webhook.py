from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.domain.payment_news import (
    AttemptDeclined,
    DisputeReported,
    IntentCanceled,
    IntentCreated,
    MoneyReceived,
    RefundReported,
)
from reference.domain.payment_status import RefundState
from reference.gateways.stripe_webhook import NotBelievedError, StripeWebhooks, Webhook
from tests.unit.reference.builders import NOON, SECRET, StillClock
from tests.unit.reference.gateways.stripe_objects import (
    METADATA,
    WEBHOOK_SECRET,
    dispute,
    event,
    intent,
    refund,
    signature,
    signed,
)

BODY = json.dumps(event("payment_intent.succeeded", intent("succeeded")))
GOOD = signature(BODY)
V1 = GOOD.partition(",")[2]
OLD = NOON.timestamp() - 600


def webhooks(*secrets: str, live: bool = False) -> StripeWebhooks:
    return StripeWebhooks(secrets or [WEBHOOK_SECRET], StillClock(), live=live)


def read(sent: dict[str, Any]) -> Webhook:
    return webhooks().read(*signed(sent))


@pytest.mark.parametrize("late", [-300, 0, 300])
@pytest.mark.fault(17)
def test_what_is_signed_within_five_minutes_is_believed(late: int) -> None:
    assert webhooks().read(BODY.encode(), signature(BODY, at=NOON.timestamp() + late)).news


@pytest.mark.parametrize(
    "header",
    [
        "",
        "v1=" + "0" * 64,
        V1,
        GOOD.replace("v1=", "v0="),
        GOOD[:-1] + ("0" if GOOD[-1] != "0" else "1"),
        signature(BODY, "whsec_of_another_endpoint"),
        signature(BODY + " "),
        signature(BODY, at=NOON.timestamp() - 301),
        signature(BODY, at=NOON.timestamp() + 301),
        GOOD.replace("t=", "t=-"),
        f"t=soon,{V1}",
        "t=" + "9" * 400 + "," + V1,
        f"t={int(NOON.timestamp())},v1=é",
        f"t={int(NOON.timestamp())}",
        f"{signature(BODY, at=OLD)},t={int(NOON.timestamp())}",
        f"t={int(NOON.timestamp())},{signature(BODY, at=OLD)}",
        signature(BODY, at=OLD).replace(",", f"=,t={int(NOON.timestamp())},"),
        signature(BODY, at=OLD).replace("t=", f"t={'0' * 12}").replace(",", f",t={int(NOON.timestamp())},"),
    ],
)
@pytest.mark.fault(27, 28)
def test_what_is_not_signed_by_stripe_and_fresh_is_not_believed(header: str) -> None:
    with pytest.raises(NotBelievedError):
        webhooks().read(BODY.encode(), header)


def test_an_altered_body_is_not_believed() -> None:
    with pytest.raises(NotBelievedError):
        webhooks().read(BODY.replace("4900", "1").encode(), GOOD)


def test_two_secrets_are_good_during_a_rotation() -> None:
    for secret in ("whsec_old", "whsec_new"):
        assert webhooks("whsec_old", "whsec_new").read(BODY.encode(), signature(BODY, secret)).news
    both = signature(BODY, "whsec_new") + "," + signature(BODY, "whsec_old").partition(",")[2]
    assert webhooks("whsec_old").read(BODY.encode(), both).news


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"id": "evt_1"}', b"[" * 5000])
def test_what_is_signed_but_no_event_is_kept_with_its_reason(body: bytes) -> None:
    webhook = webhooks().read(body, signature(body.decode()))
    assert webhook.unreadable
    assert "cannot be read" in webhook.reason


def test_what_is_no_text_cannot_be_signed() -> None:
    with pytest.raises(NotBelievedError):
        webhooks().read(b"\xff\xfe", signature("\xff\xfe"))


@pytest.mark.parametrize(("live", "believer"), [(True, False), (False, True)])
@pytest.mark.fault(30)
def test_another_environment_is_ignored(live: bool, believer: bool) -> None:  # noqa: FBT001 - a table
    sent = event("payment_intent.succeeded", intent("succeeded"), livemode=live)
    heard = webhooks(live=believer).read(*signed(sent))
    assert (heard.news, heard.ignored) == (None, "of another environment")


@pytest.mark.parametrize(
    ("name", "thing"),
    [
        ("payment_intent.succeeded", intent("succeeded", metadata={})),
        ("payment_intent.succeeded", intent("succeeded", metadata={"sagaId": "saga_1"})),
        ("charge.succeeded", {"id": "ch_1"}),
        ("payment_intent.sang_a_song", intent()),
        ("refund.created", refund(payment_intent=None)),
        ("charge.dispute.created", dispute(payment_intent=None)),
    ],
)
@pytest.mark.fault(29)
def test_what_is_not_ours_is_ignored_with_a_reason(name: str, thing: dict[str, Any]) -> None:
    heard = read(event(name, thing))
    assert heard.news is None
    assert heard.ignored


@pytest.mark.parametrize(
    ("name", "thing", "kind"),
    [
        ("payment_intent.created", intent(), IntentCreated),
        ("payment_intent.succeeded", intent("succeeded"), MoneyReceived),
        ("payment_intent.canceled", intent("canceled"), IntentCanceled),
        ("payment_intent.payment_failed", intent(), AttemptDeclined),
        ("refund.updated", refund(), RefundReported),
        ("charge.dispute.created", dispute(), DisputeReported),
    ],
)
def test_stripes_words_become_ours(name: str, thing: dict[str, Any], kind: type) -> None:
    news = read(event(name, thing)).news
    assert isinstance(news, kind)
    assert vars(news)["intent_id"] == "pi_1"


def test_news_carry_both_of_our_ids() -> None:
    news = read(event("payment_intent.succeeded", intent("succeeded"))).news
    assert news
    assert (news.payment_id, news.saga_id) == (METADATA["paymentId"], METADATA["sagaId"])


@pytest.mark.parametrize(
    ("said", "sent"),
    [
        ({"code": "card_declined", "decline_code": "insufficient_funds"}, "insufficient_funds"),
        ({"code": "card_declined", "decline_code": "stolen_card"}, "generic_decline"),
        ({"code": "expired_card"}, "expired_card"),
        (None, "card_declined"),
    ],
)
def test_a_thief_does_not_learn_that_the_card_was_reported(said: dict[str, str] | None, sent: str) -> None:
    news = read(event("payment_intent.payment_failed", intent(last_payment_error=said))).news
    assert isinstance(news, AttemptDeclined)
    assert news.reason == sent
    assert news.decline_code != "stolen_card"


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("pending", RefundState.PENDING),
        ("requires_action", RefundState.PENDING),
        ("succeeded", RefundState.SUCCEEDED),
        ("failed", RefundState.FAILED),
        ("canceled", RefundState.FAILED),
        ("a_state_of_next_year", RefundState.PENDING),
    ],
)
def test_a_refund_is_pending_until_stripe_says_otherwise(status: str, state: RefundState) -> None:
    news = read(event("refund.updated", refund(status))).news
    assert isinstance(news, RefundReported)
    assert news.state == state


def test_a_webhook_shows_no_client_secret() -> None:
    assert SECRET not in repr(read(event("payment_intent.created", intent())))


FIELDS = st.sampled_from(["id", "type", "created", "livemode", "data", "status", "metadata", "amount_received"])
ODD: st.SearchStrategy[Any] = st.none() | st.integers() | st.text(max_size=3) | st.sampled_from([[], [1], {}])


@settings(max_examples=100, deadline=None)
@given(field=FIELDS, odd=ODD, name=st.sampled_from(["payment_intent.succeeded", "refund.updated"]))
@pytest.mark.fault(29)
def test_whatever_is_signed_is_understood_ignored_or_kept(field: str, odd: Any, name: str) -> None:
    thing = {**intent("succeeded"), **refund(), "metadata": METADATA} | {field: odd}
    sent = event(name, thing) | ({field: odd} if field in event(name, thing) else {})
    webhook = webhooks().read(*signed(sent))
    assert isinstance(webhook.event_id, str)
    assert isinstance(webhook.name, str)
    assert [bool(webhook.news), bool(webhook.ignored), bool(webhook.unreadable)].count(True) == 1
    assert bool(webhook.unreadable) == bool(webhook.reason)


def test_the_tolerance_is_measured_by_our_own_clock() -> None:
    later = StillClock(NOON + timedelta(hours=1))
    with pytest.raises(NotBelievedError):
        StripeWebhooks([WEBHOOK_SECRET], later, live=False).read(BODY.encode(), GOOD)
