"""Whatever a stranger sends to a served service, the recorder beside it lets it through."""

from __future__ import annotations

import pytest
from flask import Flask, request
from werkzeug.test import Client

from simulators.kit.seams import Clock
from simulators.world.recorder import Recorder
from simulators.world.topology import STRIPE
from simulators.world.traffic_recorder import TrafficRecorder


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def client(clock: Clock, recorder: Recorder) -> Client:
    app = Flask("echo")
    app.add_url_rule("/echo", view_func=lambda: request.get_data(), methods=["POST"])  # noqa: PLW0108 - no request yet
    return Client(TrafficRecorder(STRIPE, clock, recorder).wrap(app))


@pytest.mark.parametrize(
    "authorization", ["Basic é", "Basic ===", "Basic", "é", "Bearer é", "Digest a", "", "Basic /w=="]
)
@pytest.mark.parametrize("body", [b"", b"1.5", b"[" * 3000, b'{"object": "event", "type": "\xed\xa0\x80"}'])
def test_odd_credentials_and_odd_bodies_are_passed_on(
    client: Client, recorder: Recorder, authorization: str, body: bytes
) -> None:
    headers = {"Authorization": authorization, "Content-Type": "application/json"}
    answer = client.post("/echo", data=body, headers=headers)
    assert (answer.status_code, answer.data) == (200, body)
    assert [each.path for each in recorder] == ["/echo"]


def test_a_refusal_is_kept_with_its_reason_and_told_whole(clock: Clock, recorder: Recorder) -> None:
    app = Flask("refusing")
    app.add_url_rule("/no", view_func=lambda: ({"detail": "amount is missing"}, 400), methods=["POST"])
    answer = Client(TrafficRecorder(STRIPE, clock, recorder).wrap(app)).post("/no")
    assert (answer.status_code, answer.json) == (400, {"detail": "amount is missing"})
    (kept,) = recorder
    assert (kept.answer, kept.why) == ("400", "amount is missing")
    assert str(kept).endswith("400: amount is missing")
    assert b"missing" not in recorder.trace()
