"""What was said may be shown, but for what is secret."""

from __future__ import annotations

import json

import pytest

from simulators.kit.redaction import HIDDEN
from simulators.world.payload import payload, reason_of

FORM, AS_JSON = "application/x-www-form-urlencoded", "application/cloudevents+json; charset=utf-8"


def test_a_form_is_shown_without_client_secret_and_card() -> None:
    body = b"amount=4900&metadata[sagaId]=saga_1&client_secret=pi_1_secret_x&payment_method_data[card][number]=4242"
    shown = payload(body, FORM)
    assert shown == {
        "amount": "4900",
        "metadata[sagaId]": "saga_1",
        "client_secret": HIDDEN,
        "payment_method_data[card][number]": HIDDEN,
    }


@pytest.mark.parametrize("secret", ["pi_1_secret_abc", "sk_test_abc", "whsec_abc", "4242424242424242"])
def test_a_secret_is_hidden_wherever_it_stands(secret: str) -> None:
    body = json.dumps({"data": {"list": [{"note": f"it is {secret}"}], "amount": 4242424242424242, "id": "evt_1"}})
    shown = payload(body.encode(), AS_JSON)
    assert shown["data"]["list"] == [{"note": HIDDEN}]
    assert shown["data"]["id"] == "evt_1"


@pytest.mark.parametrize(
    ("body", "kind", "shown"),
    [
        (b"", None, {}),
        (b"\xff", FORM, {"": "cannot be read"}),
        (b"{", AS_JSON, {"": "cannot be read"}),
        (b"[" * 100_000, AS_JSON, {"": "cannot be read"}),
        (b"[1]", AS_JSON, {"": [1]}),
        (b'{"a": null, "b": {"c": null, "d": [{"e": null}]}}', AS_JSON, {"b": {"d": [{}]}}),
        (b"<html>", "text/html", {}),
    ],
)
def test_what_cannot_be_read_is_not_shown(body: bytes, kind: str | None, shown: object) -> None:
    assert payload(body, kind) == shown


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (400, b'{"title": "Bad Request", "detail": "amount is missing"}', "amount is missing"),
        (402, b'{"error": {"code": "card_declined", "message": "Your card was declined."}}', "Your card was declined."),
        (401, b'{"detail": "sk_test_abc is no key of ours"}', f"{HIDDEN} is no key of ours"),
        (200, b'{"detail": "of something else"}', ""),
        (500, b"<html>", ""),
        (400, b'["detail"]', ""),
        (400, b'{"error": "invalid", "detail": 7}', ""),
        (400, b"[" * 100_000, ""),
    ],
)
def test_a_refusal_says_why(status: int, body: bytes, why: str) -> None:
    assert reason_of(status, body) == why
