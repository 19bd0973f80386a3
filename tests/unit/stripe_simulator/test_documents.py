"""A state that lacks what Stripe's simulator needs is refused, be it sent or read from a file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from simulators.kit.seams import seeded_seams
from simulators.kit.storage.change_log import UnreadableState
from simulators.kit.storage.store import Store
from simulators.stripe.app import create_app
from simulators.stripe.documents import documents

KEY = {"Authorization": "Bearer sk_test_1"}
PAID = "amount=4900&currency=eur&payment_method_types[]=card&confirm=true&payment_method=pm_card_visa"
DISPUTED = PAID.replace("pm_card_visa", "pm_card_createDispute")
ITEM = "line_items[0][quantity]=1&line_items[0][price]="
START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def client() -> Any:
    url, secret = "http://shop.test/hook", "whsec_1"
    return create_app(seeded_seams(1, START), webhook_url=url, webhook_secret=secret).test_client()


def post(client: Any, path: str, form: str) -> Any:
    answer = client.post(f"/v1/{path}", data=form, headers=KEY, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200, answer.text
    return answer.json


@pytest.fixture
def state(client: Any) -> dict[str, list[dict[str, Any]]]:
    intent = post(client, "payment_intents", PAID)
    post(client, "payment_intents", DISPUTED)
    post(client, "refunds", f"payment_intent={intent['id']}&amount=100")
    price = post(client, "prices", "unit_amount=900&currency=eur&product_data[name]=Algebra")
    post(client, "checkout/sessions", f"mode=payment&success_url=http://shop.test/ok&{ITEM}{price['id']}")
    post(client, "customers", "email=ada@example.com")
    return dict(client.get("/_sim/state").json)


def test_a_state_that_was_exported_is_taken_back(client: Any, state: dict[str, Any]) -> None:
    assert state.keys() >= {"payment_intents", "charges", "disputes", "refunds", "events", "deliveries", "timers"}
    assert client.put("/_sim/state", json=state).status_code == 204
    assert client.get("/_sim/state").json == state


def test_a_state_without_a_field_that_is_needed_is_refused_by_its_name(client: Any, state: dict[str, Any]) -> None:
    shapes = documents()
    for table in shapes.keys() & state.keys():
        row = state[table][0]
        for field in shapes[table].keys() - {"id"}:
            lacking = {name: value for name, value in row.items() if name != field}
            answer = client.put("/_sim/state", json=state | {table: [lacking]})
            assert answer.status_code == 400, (table, field)
            assert answer.get_json(force=True)["errors"][0]["field"] == f"{table}[0].{field}"
    assert client.get("/_sim/state").json == state


@pytest.mark.parametrize("amount", ["4900", None, 1.5, [4900], {"x": 1}, True])
def test_another_kind_of_value_is_refused(client: Any, state: dict[str, Any], amount: object) -> None:
    changed = state["charges"][0] | {"amount": amount}
    assert client.put("/_sim/state", json=state | {"charges": [changed]}).status_code == 400
    assert client.get("/_sim/state").json == state


def test_a_state_file_that_lacks_a_field_is_named_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "stripe.jsonl"
    store = Store(path)
    store.table("charges").put({"id": "ch_1", "amount": 4900})
    store.close()
    before = path.read_bytes()
    with pytest.raises(UnreadableState, match=r"charges\[0\]\.\w+ "):
        create_app(seeded_seams(1, START), state_path=path)
    assert path.read_bytes() == before
