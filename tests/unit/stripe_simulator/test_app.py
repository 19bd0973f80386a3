"""What the official libraries would not send, and what outlives a restart."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from simulators.kit.seams import seeded_seams
from simulators.stripe.app import create_app

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

KEY = {"Authorization": "Bearer sk_test_1"}
WANTED = {"amount": "4900", "currency": "EUR", "payment_method_types[]": "card"}


@contextmanager
def stripe(seed: int = 1, **options: Any) -> Iterator[FlaskClient]:
    app = create_app(seeded_seams(seed, datetime(2026, 1, 1, tzinfo=UTC)), **options)
    yield app.test_client()
    app.extensions["simulator"].close()


@pytest.fixture
def client() -> Iterator[FlaskClient]:
    with stripe() as client:
        yield client


def post(client: FlaskClient, path: str, form: Any = None, **headers: str) -> Any:
    return client.post(f"/v1/{path}", data=form, headers=KEY | headers)


def test_everything_outlives_a_restart(tmp_path: Path) -> None:
    path, hook = tmp_path / "stripe.jsonl", "http://127.0.0.1:1/hook"
    with stripe(state_path=path, webhook_url=hook, webhook_secret="whsec_old") as client:
        intent = post(client, "payment_intents", WANTED, **{"Idempotency-Key": "k1"}).json
    with stripe(2, state_path=path, webhook_url=hook, webhook_secret="whsec_new") as client:
        again = post(client, "payment_intents", WANTED, **{"Idempotency-Key": "k1"})
        assert (again.json, again.headers["Idempotent-Replayed"]) == (intent, "true")
        state: Any = client.get("/_sim/state").json
        assert len(state["webhook_endpoints"]) == 1
        assert [each["secret"] for each in state["webhook_secrets"]] == ["whsec_new"]
        assert client.application.extensions["background"].next_due() is not None


def test_the_same_seed_gives_the_same_answers() -> None:
    answers = []
    for _ in range(2):
        with stripe(seed=9) as client:
            answers.append(
                post(client, "payment_intents", WANTED | {"confirm": "true", "payment_method": "pm_card_visa"})
            )
    first, second = answers
    assert first.data == second.data
    assert dict(first.headers) == dict(second.headers)


def test_an_unexpected_failure_leaves_nothing_half_done(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    intent = post(client, "payment_intents", WANTED).json
    before = client.get("/_sim/state").json
    monkeypatch.setattr("simulators.stripe.payments.attempts.emit", lambda *_: 1 / 0)
    paying = {"payment_method": "pm_card_visa"}
    answer = post(client, f"payment_intents/{intent['id']}/confirm", paying, **{"Idempotency-Key": "k1"})
    assert (answer.status_code, answer.json["error"]["type"]) == (500, "api_error")
    assert "ZeroDivision" not in answer.text
    assert client.get("/_sim/state").json == before
    monkeypatch.undo()
    answer = post(client, f"payment_intents/{intent['id']}/confirm", paying, **{"Idempotency-Key": "k1"})
    assert answer.json["status"] == "succeeded"


@pytest.mark.parametrize("path", ["payment_intents", "refunds", "webhook_endpoints"])
@pytest.mark.parametrize(
    "form",
    [
        {"amount[x]": "1"},
        {"metadata": "flat"},
        {"metadata[a][b]": "deep"},
        {"expand": "flat"},
        {"amount": "9" * 400},
        {"amount": "١٢"},
        {"": "x"},
        {"[]": "x"},
        {"amount": "\x00"},
    ],
)
def test_a_strange_form_is_refused_and_never_an_error_of_ours(client: FlaskClient, path: str, form: Any) -> None:
    answer = post(client, path, form)
    assert answer.status_code == 400
    assert answer.json["error"]["type"] == "invalid_request_error"


def test_a_huge_body_is_refused(client: FlaskClient) -> None:
    answer = post(client, "payment_intents", {"amount": "1" * 2_000_000})
    assert (answer.status_code, answer.json["error"]["type"]) == (400, "invalid_request_error")


@pytest.mark.parametrize(
    "query", ["limit=ten", "limit=1.5", "created[around]=1", "created=x", "starting_after=pi_none"]
)
def test_a_strange_query_is_refused(client: FlaskClient, query: str) -> None:
    assert client.get(f"/v1/payment_intents?{query}", headers=KEY).status_code == 400


def test_a_page_is_asked_for_from_one_side_only(client: FlaskClient) -> None:
    intent = post(client, "payment_intents", WANTED).json["id"]
    answer = client.get(f"/v1/payment_intents?starting_after={intent}&ending_before={intent}", headers=KEY)
    assert answer.status_code == 400


def test_an_idempotency_key_has_a_length(client: FlaskClient) -> None:
    assert post(client, "payment_intents", WANTED, **{"Idempotency-Key": "k" * 256}).status_code == 400


def test_state_never_holds_a_card_number(client: FlaskClient) -> None:
    intent = post(client, "payment_intents", WANTED).json
    typed = {
        "client_secret": intent["client_secret"],
        "payment_method_data[type]": "card",
        "payment_method_data[card][number]": "4242424242424242",
        "payment_method_data[card][exp_month]": "12",
        "payment_method_data[card][exp_year]": "34",
    }
    paid = client.post(
        f"/v1/payment_intents/{intent['id']}/confirm",
        data=typed,
        headers={"Authorization": "Bearer pk_test_1", "Idempotency-Key": "k1"},
    )
    assert paid.status_code == 200
    assert "4242424242424242" not in client.get("/_sim/state").text
