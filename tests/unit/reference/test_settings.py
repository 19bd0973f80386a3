from __future__ import annotations

import re
from datetime import timedelta

import pytest

from reference.domain.messages import Wait
from reference.settings import ConfigurationError, read_settings

GOOD = {
    "STRIPE_API_KEY": "sk_test_51abc",
    "STRIPE_WEBHOOK_SECRET": "whsec_1",
    "LEARNING_SERVICE_URL": "http://learning.test",
    "TUTOR_MATCHING_SERVICE_URL": "http://tutors.test",
    "COMMUNICATION_SERVICE_URL": "http://communication.test",
    "SERVICE_TOKEN": "token",
    "JWT_SECRET": "a secret that is long enough for HS256",
}


def faults(**changes: str) -> list[str]:
    with pytest.raises(ConfigurationError) as refusal:
        read_settings(GOOD | changes)
    return str(refusal.value).splitlines()


def test_what_is_not_said_has_a_default_but_secrets_have_none() -> None:
    settings = read_settings(GOOD)
    assert settings.database_url == "sqlite:///payments.sqlite3"
    assert settings.waits[Wait.PAYMENT_WINDOW] == timedelta(minutes=30)
    assert not settings.is_live


def test_all_that_is_wrong_is_reported_at_once() -> None:
    with pytest.raises(ConfigurationError) as refusal:
        read_settings({"PAYMENT_WINDOW_SECONDS": "soon", "DATABASE_URL": "mysql://x", "JWT_SECRET": "short"})
    assert [line.split()[0] for line in str(refusal.value).splitlines()] == [
        "DATABASE_URL",
        "STRIPE_API_KEY",
        "STRIPE_WEBHOOK_SECRET",
        "LEARNING_SERVICE_URL",
        "TUTOR_MATCHING_SERVICE_URL",
        "COMMUNICATION_SERVICE_URL",
        "SERVICE_TOKEN",
        "JWT_SECRET",
        "PAYMENT_WINDOW_SECONDS",
    ]


@pytest.mark.parametrize("url", ["learning.test", "ftp://learning.test", "http://", "http://[", "http://a:port"])
def test_a_url_has_a_scheme_and_a_host(url: str) -> None:
    assert faults(LEARNING_SERVICE_URL=url) == ["LEARNING_SERVICE_URL must be an http or https URL"]


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "1e3", "soon", "9" * 30, "9" * 5000, "²", "٣"])
def test_a_wait_is_a_sensible_number_of_seconds(value: str) -> None:
    (fault,) = faults(REPLY_TIMEOUT_SECONDS=value)
    assert fault.startswith("REPLY_TIMEOUT_SECONDS must be a number of seconds")


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:///", "postgresql://host/db", "oracle://x"])
def test_a_database_outlives_the_process(url: str) -> None:
    (fault,) = faults(DATABASE_URL=url)
    assert fault.startswith("DATABASE_URL must")


def test_live_keys_are_refused_unless_somebody_says_so_aloud() -> None:
    live = GOOD | {"STRIPE_API_KEY": "sk_live_51abc"}
    assert faults(STRIPE_API_KEY="sk_live_51abc")[0].startswith("STRIPE_API_KEY is a live key")
    assert faults(STRIPE_API_KEY="rk_live_51abc", ALLOW_LIVE_KEYS="maybe")
    assert read_settings(live | {"ALLOW_LIVE_KEYS": "yes"}).is_live


def test_a_publishable_key_is_not_a_secret_key() -> None:
    assert faults(STRIPE_API_KEY="pk_test_51abc")[0].startswith("STRIPE_API_KEY must be a secret key")


def test_two_secrets_are_good_while_one_replaces_the_other() -> None:
    settings = read_settings(GOOD | {"STRIPE_WEBHOOK_SECRET": "whsec_1, whsec_2,", "SERVICE_TOKEN": "old,new"})
    assert settings.stripe_webhook_secret == ("whsec_1", "whsec_2")
    assert settings.service_token == ("old", "new")


def test_each_jwt_secret_is_long_enough() -> None:
    assert faults(JWT_SECRET=GOOD["JWT_SECRET"] + ",short") == ["JWT_SECRET must be 32 bytes or longer"]


def test_no_secret_shows_in_a_repr_or_a_complaint() -> None:
    secrets = {"DATABASE_URL": "postgresql+psycopg://user:hush_1@host/db", "STRIPE_WEBHOOK_SECRET": "hush_2"}
    secrets |= {"STRIPE_API_KEY": "sk_test_hush_3", "SERVICE_TOKEN": "hush_4", "JWT_SECRET": "hush_5" * 6}
    assert "hush" not in repr(read_settings(GOOD | secrets))
    bad = secrets | {"STRIPE_API_KEY": "hush_3", "JWT_SECRET": "hush_5", "DATABASE_URL": "mysql://u:hush_1@h/d"}
    assert "hush" not in "".join(faults(**bad))


def test_bank_debits_are_offered_in_the_currencies_that_are_named() -> None:
    assert read_settings(GOOD).bank_debits == frozenset()
    assert read_settings(GOOD | {"BANK_DEBITS": "USD, EUR"}).bank_debits == {"EUR", "USD"}
    with pytest.raises(ConfigurationError, match="BANK_DEBITS must be some of EUR, USD"):
        read_settings(GOOD | {"BANK_DEBITS": "EUR,JPY"})


@pytest.mark.parametrize("url", ["", "amqp://guest:guest@mq//", "amqps://mq", "redis://mq/0", "rediss://mq", "sqs://"])
def test_a_broker_that_loses_nothing_may_be_named(url: str) -> None:
    assert read_settings(GOOD | {"BROKER_URL": url}).broker_url == url


@pytest.mark.parametrize(
    "url", ["sqla+sqlite:///mq", "sqlalchemy+postgresql://mq", "SQLA://mq", "filesystem://", "memory://"]
)
def test_a_broker_that_loses_messages_is_refused_by_name_with_the_reason(url: str) -> None:
    (fault,) = faults(BROKER_URL=url)
    assert re.fullmatch(r"BROKER_URL must not be (sqla|sqlalchemy|filesystem|memory)://: .+ (killed|process)", fault)


@pytest.mark.parametrize("url", ["mq", "http://mq", "kafka://mq"])
def test_what_is_no_broker_is_told_what_would_be(url: str) -> None:
    (fault,) = faults(BROKER_URL=url)
    assert fault == "BROKER_URL must start with amqp://, amqps://, redis://, rediss://, sqs://"
