from __future__ import annotations

import json
import logging
import sys
from typing import Any

import pytest

from reference.json_logs import JsonLines
from reference.settings import read_settings
from reference.tracing import Activity, active, first_step
from tests.unit.reference.builders import SECRET
from tests.unit.reference.test_settings import GOOD

SECRETS = {
    "DATABASE_URL": "postgresql+psycopg://us:p%40ssw0rd@host/db",
    "STRIPE_API_KEY": "sk_test_51abc",
    "STRIPE_WEBHOOK_SECRET": "whsec_old/1,whsec_new+2",
    "SERVICE_TOKEN": "the old token,the new token",
    "JWT_SECRET": "a secret that is long enough for HS256,another one that is long enough too",
}
HIDDEN = ["p%40ssw0rd", "p@ssw0rd", "sk_test_51abc", *SECRETS["STRIPE_WEBHOOK_SECRET"].split(",")]
HIDDEN += [*SECRETS["SERVICE_TOKEN"].split(","), *SECRETS["JWT_SECRET"].split(",")]
CARDS = ["4242424242424242", "4000 0025 0000 3155", "3782-822463-10005", "6011000990139424"]
STRANGERS = ["rk_live_abc1", "sk_live_9", "whsec_another", "Bearer abc.def", "eyJhbGciOi.eyJzdWIi.c2ln"]


def line(message: str, *args: object, activity: Activity | None = None, exc_info: Any = None) -> dict[str, Any]:
    record = logging.LogRecord("reference.web", logging.WARNING, "", 1, message, args, exc_info)
    with active(activity or Activity()):
        text = JsonLines(read_settings(GOOD | SECRETS).secrets).format(record)
    assert "\n" not in text
    found: dict[str, Any] = json.loads(text)
    return found


def test_a_line_says_what_it_is_about() -> None:
    step = first_step("saga_1")
    found = line("%s moved", "it", activity=Activity(event_id="e1", saga_id="saga_1", payment_id="pay_1", step=step))
    assert found.pop("timestamp").endswith("Z")
    assert found == {
        "level": "WARNING",
        "logger": "reference.web",
        "message": "it moved",
        "service": "payment-service",
        "saga_id": "saga_1",
        "payment_id": "pay_1",
        "event_id": "e1",
        "trace_id": step.trace_id,
        "span_id": step.span_id,
    }


def test_what_is_unknown_is_left_out() -> None:
    assert line("hello").keys() == {"timestamp", "level", "logger", "message", "service"}


def test_before_a_step_the_line_belongs_to_the_trace_that_led_here() -> None:
    led_by = first_step("saga_9")
    assert line("hello", activity=Activity(led_by))["trace_id"] == led_by.trace_id


@pytest.mark.parametrize("secret", [*HIDDEN, *CARDS, *STRANGERS, SECRET.rpartition("_secret_")[2]])
@pytest.mark.parametrize("around", ["{}", "it was {}, they say", "key={}&x=1", '{{"a":"{}"}}', "line\n{}\nline"])
def test_no_secret_stands_in_a_line(secret: str, around: str) -> None:
    shown = around.format(f"pi_1_secret_{secret}" if secret in SECRET else secret)
    activity = Activity(event_id=shown, saga_id=shown, payment_id=shown)
    try:
        int(shown, 1)
    except ValueError as reason:
        reason.add_note(shown)
        failure = sys.exc_info()
    for found in (line(shown), line("%s", shown), line("hello", activity=activity), line("no", exc_info=failure)):
        assert secret not in json.dumps(found, ensure_ascii=False)
        assert "(hidden)" in json.dumps(found)


def test_times_and_ids_are_no_secrets() -> None:
    text = "at 2026-09-01T12:00:00.000Z saga_4242424242424242aa got 1788264000 of pi_3QabcDEF, 12345678901.25 EUR"
    assert line(text)["message"] == text


def test_half_characters_can_be_written() -> None:
    assert line("half \ud800")["message"] == "half ?"
