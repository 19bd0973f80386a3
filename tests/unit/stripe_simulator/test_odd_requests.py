"""What no library sends: each gets a clear answer of Stripe's form, and changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.unit.stripe_simulator.test_app import KEY, WANTED, client, post

__all__ = ["client"]

FORM = "application/x-www-form-urlencoded"
BODIES: dict[str, bytes] = {
    "a name nested deeply": b"metadata" + b"[a]" * 3000 + b"=1&amount=4900&currency=eur",
    "brackets never closed": b"metadata" + b"[" * 3000 + b"=1&amount=4900&currency=eur",
    "digits that are none": "amount=²²²²&currency=eur".encode(),
    "digits of another script": "amount=٤٩٠٠&currency=eur".encode(),
    "half a character": b"amount=4900&currency=eur&description=%ED%A0%80",
    "no text at all": b"amount=4900&currency=eur&description=\xff\xfe",
    "NUL": b"amount=4900&currency=eur&description=a%00b",
    "NUL in metadata": b"amount=4900&currency=eur&metadata[a]=a%00b",
    "no number": b"amount=NaN&currency=eur",
    "no end": b"amount=Infinity&currency=eur",
    "a power": b"amount=1e400&currency=eur",
    "a part": b"amount=49.00&currency=eur",
    "very many fields": b"&".join(b"metadata[k%d]=1" % number for number in range(5000)),
}
QUERIES = (
    "limit=²", "limit=NaN", "created[gt]=²", "created=1e400", "created" + "[a]" * 3000 + "=1",
    "starting_after=%ED%A0%80", "customer=%ff", "expand[²]=data.customer", "expand" + "[0]" * 3000 + "=x",
)  # fmt: skip
SEARCHES = ("amount:²", "created>NaN", "amount:" + "(" * 3000)


@pytest.mark.parametrize("name", BODIES)
def test_an_odd_form_is_refused(client: FlaskClient, name: str) -> None:
    answer = client.post("/v1/payment_intents", data=BODIES[name], headers=KEY, content_type=FORM)
    _refused(client, answer)


@pytest.mark.parametrize("query", QUERIES)
def test_an_odd_query_is_refused(client: FlaskClient, query: str) -> None:
    _refused(client, client.get(f"/v1/payment_intents?{query}", headers=KEY))


@pytest.mark.parametrize("query", SEARCHES)
def test_an_odd_search_is_refused(client: FlaskClient, query: str) -> None:
    _refused(client, client.get("/v1/payment_intents/search", query_string={"query": query}, headers=KEY))


@pytest.mark.parametrize(
    "body", [b"[" * 3000 + b"]" * 3000, b'{"a":' * 3000 + b"1" + b"}" * 3000, b"NaN", b"1.5", b'{"amount": 1}']
)
def test_json_is_refused_as_a_form(client: FlaskClient, body: bytes) -> None:
    _refused(client, client.post("/v1/payment_intents", data=body, headers=KEY, content_type="application/json"))


@pytest.mark.parametrize("key", ["Basic é", "Basic =", "Basic " + "A" * 5000, "Basic gICA", "Bearer é", "é", "Basic"])
def test_an_odd_key_opens_nothing(client: FlaskClient, key: str) -> None:
    answer: Any = client.get("/v1/payment_intents", headers={"Authorization": key})
    assert (answer.status_code, answer.json["error"]["type"]) == (401, "invalid_request_error")


@pytest.mark.parametrize("cvc", ["²²²", "١٢٣", "12 "])
def test_a_security_code_is_made_of_digits(client: FlaskClient, cvc: str) -> None:
    card = {"number": "4242424242424242", "exp_month": "12", "exp_year": "34", "cvc": cvc}
    form = {"type": "card"} | {f"card[{name}]": value for name, value in card.items()}
    answer: Any = client.post("/v1/payment_methods", data=form, headers={"Authorization": "Bearer pk_test_1"})
    assert (answer.status_code, answer.json["error"]["code"]) == (402, "invalid_cvc")


CONTROLS = ("/_sim/disputes", "/_sim/webhook_endpoints/{}/secret")
ODD_JSON = (b"[1]", b"1.5", b"null", b'"x"', b"{", b'{"overlapSeconds": NaN, "charge": NaN}', b'{"unheard_of": 1}')


@pytest.mark.parametrize("path", CONTROLS)
@pytest.mark.parametrize("body", [*ODD_JSON, b'{"charge":' * 3000 + b"1" + b"}" * 3000])
def test_odd_json_for_a_control_route_is_refused(client: FlaskClient, path: str, body: bytes) -> None:
    made = post(client, "webhook_endpoints", {"url": "http://127.0.0.1:1/", "enabled_events[]": "*"}).json
    answer = client.post(path.format(made["id"]), data=body, content_type="application/json")
    _refused(client, answer)


def _refused(client: FlaskClient, answer: Any) -> None:
    assert answer.status_code == 400
    assert answer.json["error"]["type"] == "invalid_request_error"
    assert answer.json["error"]["message"]
    kept: Any = client.get("/v1/payment_intents", headers=KEY).json
    assert kept["data"] == []
    assert post(client, "payment_intents", WANTED).status_code == 200
