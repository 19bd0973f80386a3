from __future__ import annotations

import json
from dataclasses import replace

import pytest

from simulators.kit.http.cloudevents import CONTENT_TYPE
from simulators.world.recorder import Exchange, MessageLabel, Recorder, label_of

ENROLL = Exchange(
    "2026-09-01T12:00:00+00:00", "learning-service", "payment-service", "POST", "/events", "202",
    "EnrollInCourseInitiated", "evt1", "saga1",
)  # fmt: skip


def test_a_line_names_who_says_what_to_whom_and_the_answer() -> None:
    assert str(ENROLL).split() == ["learning-service", "→", "payment-service", "EnrollInCourseInitiated", "202"]


def test_a_call_without_a_name_is_reported_by_its_path() -> None:
    assert "GET /courses/algebra" in str(
        Exchange("now", "payment-service", "learning-service", "GET", "/courses/algebra", "200")
    )


@pytest.mark.parametrize(("answer", "status"), [("202", 202), ("no answer", None)])
def test_only_an_answer_has_a_status(answer: str, status: int | None) -> None:
    assert Exchange("now", "a", "b", "GET", "/", answer).status == status


def test_a_cloud_event_is_known_by_type_id_and_subject() -> None:
    body = {"specversion": "1.0", "type": "PaymentSucceeded", "id": "m1", "subject": "saga1", "source": "edtech.x"}

    assert label_of(json.dumps(body).encode(), CONTENT_TYPE) == MessageLabel("PaymentSucceeded", "m1", "saga1")


def test_an_event_of_stripe_is_known_by_the_metadata_of_its_object() -> None:
    about = {"object": "payment_intent", "metadata": {"sagaId": "saga1"}, "client_secret": "pi_1_secret_2"}
    body = {"object": "event", "type": "payment_intent.succeeded", "id": "evt_1", "data": {"object": about}}

    message = label_of(json.dumps(body).encode(), "application/json; charset=utf-8")
    assert message == MessageLabel("payment_intent.succeeded", "evt_1", "saga1")


def test_a_form_for_stripe_is_known_by_the_saga_in_its_metadata_or_the_payment_it_names() -> None:
    form = b"amount=4900&metadata%5BsagaId%5D=saga1&client_secret=pi_1_secret_2"

    assert label_of(form, "application/x-www-form-urlencoded") == MessageLabel(None, None, "saga1")
    refund = b"payment_intent=pi_1&metadata%5Battempt%5D=1"
    assert label_of(refund, "application/x-www-form-urlencoded") == MessageLabel(about="pi_1")
    assert label_of(b"\xff=&&", "application/x-www-form-urlencoded") == MessageLabel()


@pytest.mark.parametrize(
    "body",
    [b"", b"{not json", b"[1]", b"1.5", b'{"type": "x"}', b'{"object": "event", "data": 1}', b"[" * 3000, b'"\xff"'],
)
def test_what_has_no_name_stays_nameless(body: bytes) -> None:
    assert label_of(body, "application/json").name is None


def test_the_trace_is_one_line_of_json_for_each_exchange() -> None:
    recorder = Recorder()
    recorder.record(ENROLL)

    assert json.loads(recorder.trace())["message"] == "EnrollInCourseInitiated"
    assert recorder.trace().count(b"\n") == 1


@pytest.mark.parametrize("secret", ["pi_1_secret_2", "sk_test_3", "4242424242424242"])
def test_a_secret_that_was_sent_in_a_path_or_as_a_name_is_in_nothing_that_is_kept(secret: str) -> None:
    recorder = Recorder()
    recorder.payloads = {}
    heard: list[Exchange] = []
    recorder.listen(heard.append)
    named = dict.fromkeys(("message", "message_id", "saga_id", "about"), secret)
    exchange = replace(ENROLL, path=f"/v1/payment_intents/{secret}", **named)
    form = f"note={secret}&{secret}=1".encode()
    recorder.end(recorder.begin(exchange, form, "application/x-www-form-urlencoded", key=secret), "404")

    kept = f"{recorder.trace()!r} {recorder.tail()} {recorder.payloads} {recorder.entries()} {heard}"
    assert secret not in kept


def test_a_listener_hears_each_exchange_as_it_happens() -> None:
    recorder = Recorder()
    heard: list[Exchange] = []
    recorder.listen(heard.append)
    recorder.record(ENROLL)

    assert heard == [ENROLL]
