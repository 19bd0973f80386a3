from __future__ import annotations

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import NotFound

from simulators.kit.http.problems import answer_with_problems
from simulators.kit.redaction import HIDDEN, redact, redact_text
from simulators.kit.seams import Seams
from simulators.kit.simulator import Simulator

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl"
SECRETS = [
    "pi_3Abc_secret_Xyz9",
    "cs_test_1_secret_2",
    "sk_test_51abc",
    "rk_live_51abc",
    "whsec_abc123",
    JWT,
    "4242424242424242",
    "4242 4242 4242 4242",
    "4000-0027-6000-3184",
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("around", ["{}", "/v1/payment_intents/{}/confirm", "no such intent: '{}'", "?a=1&b={}"])
def test_a_secret_is_hidden_by_its_value_wherever_it_stands(secret: str, around: str) -> None:
    hidden = redact_text(around.format(secret))
    assert secret not in hidden
    assert HIDDEN in hidden
    assert redact({"note": around.format(secret)}) == {"note": HIDDEN}


def test_what_stands_around_a_secret_stays_and_so_does_the_id_that_it_belongs_to() -> None:
    assert redact_text("GET /v1/payment_intents/pi_1_secret_2/confirm") == (
        "GET /v1/payment_intents/pi_1_secret_(hidden)/confirm"
    )


def test_a_secret_is_hidden_though_it_is_percent_encoded() -> None:
    assert "x9" not in redact_text("/v1/payment_intents/pi_1%5Fsecret%5Fx9")
    assert redact_text("/v1/customers/a%20b") == "/v1/customers/a%20b"


@pytest.mark.parametrize(
    "harmless",
    ["pi_3Abc", "/v1/payment_intents/pi_1", "1788256800000", "saga_4fc0a1", "1234567890123456", "the secret"],
)
def test_what_is_no_secret_is_left_alone(harmless: str) -> None:
    assert redact_text(harmless) == harmless


def test_secrets_are_hidden_by_name_and_in_names(seams: Seams) -> None:
    body = {"client_secret": "anything", "card": {"number": "1", "cvc": "123"}, "pi_1_secret_2": [None, 1]}
    assert redact(body) == {
        "client_secret": HIDDEN,
        "card": {"number": HIDDEN, "cvc": HIDDEN},
        "pi_1_secret_(hidden)": HIDDEN,
    }


@pytest.fixture
def client(seams: Seams) -> FlaskClient:
    app = Flask("shop")
    answer_with_problems(app)
    Simulator(app, seams)

    @app.get("/things/<name>")
    def read(name: str) -> str:
        if name.startswith("broken"):
            raise RuntimeError(f"cannot read {name}")
        raise NotFound(f"there is no {name!r} among the things")

    return app.test_client()


def test_a_secret_that_was_sent_in_a_path_is_in_no_answer_no_list_of_calls_and_no_log(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    for path in ("/things/pi_1_secret_2?key=sk_test_3", "/things/broken_secret_2", "/nothing/pi_1_secret_2"):
        assert "secret_2" not in client.get(path).text
    client.post("/_sim/faults/server_error", json={"path": "/things/pi_1_secret_2"})
    looked = [client.get(f"/_sim/{what}").text for what in ("calls", "faults", "deliveries")]
    assert [each for each in (*looked, caplog.text) if "secret_2" in each or "sk_test_3" in each] == []
    assert json.loads(looked[0])["items"][0]["path"] == "/things/pi_1_secret_(hidden)"
