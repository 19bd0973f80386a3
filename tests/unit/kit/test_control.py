from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from simulators.kit.http.problems import answer_with_problems
from simulators.kit.seams import Seams
from simulators.kit.simulator import Simulator


@pytest.fixture
def app(seams: Seams) -> Flask:
    app = Flask("echo")
    answer_with_problems(app)
    simulator = Simulator(app, seams)

    @app.post("/words")
    def words() -> dict[str, Any]:
        """Keep a word."""
        with simulator.store.transaction():
            return simulator.store.table("words").put({"id": request.get_json()["word"]})

    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def say(client: FlaskClient, word: str) -> Any:
    return client.post("/words", json={"word": word})


def words(client: FlaskClient) -> list[str]:
    return [each["id"] for each in client.get("/_sim/state").json.get("words", [])]  # type: ignore[union-attr]


def test_it_tells_what_it_can_do_as_json_and_as_a_page(client: FlaskClient) -> None:
    overview = client.get("/_sim").json
    assert overview
    assert {"method": "POST", "path": "/words", "does": "Keep a word."} in overview["routes"]
    assert "lost_answer" in {fault["name"] for fault in overview["faults"]}
    page = client.get("/_sim", headers={"Accept": "text/html"})
    assert page.mimetype == "text/html"
    assert "Keep a word." in page.text


def test_state_goes_out_comes_back_and_is_reset(client: FlaskClient) -> None:
    say(client, "hello")
    state = client.get("/_sim/state").json
    assert client.post("/_sim/reset").status_code == 204
    assert words(client) == []
    assert client.put("/_sim/state", json=state).status_code == 204
    assert words(client) == ["hello"]


def test_a_bad_state_is_refused_and_changes_nothing(client: FlaskClient) -> None:
    say(client, "hello")
    answer = client.put("/_sim/state", json={"words": [{"no": "id"}]})
    assert answer.status_code == 400
    assert answer.get_json(force=True)["errors"][0]["field"] == "words"
    assert words(client) == ["hello"]


def test_calls_are_noted_without_their_secrets(client: FlaskClient) -> None:
    client.post("/words?key=sk_test_1", json={"word": "secret"}, headers={"Authorization": "Bearer sk_test_2"})
    answer = client.get("/_sim/calls")
    assert answer.json
    assert [(call["method"], call["path"], call["status"]) for call in answer.json["items"]] == [
        ("POST", "/words", 200)
    ]
    assert "sk_test" not in answer.text


def test_a_server_error_strikes_once_before_the_work(client: FlaskClient) -> None:
    client.post("/_sim/faults/server_error", json={"method": "POST", "path": "/words"})
    answer = say(client, "hello")
    assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
    assert words(client) == []
    assert say(client, "hello").status_code == 200


def test_a_server_error_after_the_work_leaves_the_work_done(client: FlaskClient) -> None:
    client.post("/_sim/faults/server_error_after")
    assert say(client, "hello").status_code == 500
    assert words(client) == ["hello"]


def test_a_lost_answer_is_marked_for_whoever_carries_it(client: FlaskClient) -> None:
    client.post("/_sim/faults/lost_answer")
    assert say(client, "hello").headers["X-Sim-Connection"] == "reset"
    assert words(client) == ["hello"]


def test_a_dropped_request_is_never_worked_on(client: FlaskClient) -> None:
    client.post("/_sim/faults/dropped_request")
    assert say(client, "hello").headers["X-Sim-Connection"] == "reset"
    assert words(client) == []


def test_a_rate_limit_says_when_to_come_back(client: FlaskClient) -> None:
    client.post("/_sim/faults/rate_limited", json={"retryAfterSeconds": 7})
    answer = say(client, "hello")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")


def test_latency_passes_on_a_clock_that_is_held_still_by_a_jump(client: FlaskClient, seams: Seams) -> None:
    before = seams.clock.now()
    client.post("/_sim/faults/latency", json={"latency": 30_000})
    assert say(client, "hello").headers["X-Sim-Latency-Seconds"] == "30"
    assert seams.clock.now() - before == timedelta(seconds=30)


def test_a_fault_strikes_as_often_as_it_says_and_only_where_it_says(client: FlaskClient) -> None:
    client.post("/_sim/faults/server_error", json={"times": 2, "path": "/wor*"})
    client.post("/_sim/faults/server_error", json={"times": None, "path": "/elsewhere"})
    assert [say(client, "x").status_code for _ in range(3)] == [500, 500, 200]
    planted = client.get("/_sim/faults").json["items"]  # type: ignore[index]
    assert [each["strikes"] for each in planted] == [2, 0]


def test_a_fault_can_strike_by_a_seeded_chance(client: FlaskClient) -> None:
    def run() -> list[int]:
        client.post("/_sim/reset")
        client.post("/_sim/seed", json={"seed": 5})
        client.post("/_sim/faults/server_error", json={"times": None, "probability": 0.5})
        return [say(client, "x").status_code for _ in range(20)]

    first = run()
    assert first == run()
    assert set(first) == {200, 500}


def test_faults_are_lifted_one_by_one_or_all_at_once(client: FlaskClient) -> None:
    first = client.post("/_sim/faults/server_error").json
    client.post("/_sim/faults/lost_answer")
    assert first
    assert client.delete(f"/_sim/faults/{first['id']}").status_code == 204
    assert client.delete(f"/_sim/faults/{first['id']}").status_code == 404
    assert client.delete("/_sim/faults").status_code == 204
    assert say(client, "x").status_code == 200


@pytest.mark.parametrize(
    ("name", "parameters", "field"),
    [
        ("no_such", {}, "fault"),
        ("latency", {}, "latency"),
        ("latency", {"latency": "long"}, "latency"),
        ("latency", {"latency": True}, "latency"),
        ("server_error", {"colour": "red"}, "colour"),
        ("server_error", {"times": 1.5}, "times"),
        ("latency", {"latency": 1e300}, "latency"),
        ("latency", {"latency": float("nan")}, "latency"),
        ("delayed_delivery", {"seconds": float("-inf")}, "seconds"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused_by_name(
    client: FlaskClient, name: str, parameters: dict[str, Any], field: str
) -> None:
    answer = client.post(f"/_sim/faults/{name}", json=parameters)
    assert answer.status_code == 400
    assert answer.get_json(force=True)["errors"][0]["field"] == field


def test_time_is_read_moved_held_and_let_go(client: FlaskClient) -> None:
    assert client.get("/_sim/clock").json == {"now": "2026-01-01T00:00:00+00:00", "running": False}
    assert client.post("/_sim/clock", json={"advanceSeconds": 90}).json == {
        "now": "2026-01-01T00:01:30+00:00",
        "running": False,
    }
    assert client.post("/_sim/clock", json={"running": True}).json["running"] is True  # type: ignore[index]
    assert client.post("/_sim/clock", json={"running": False}).json["running"] is False  # type: ignore[index]


@pytest.mark.parametrize("body", [{"advanceSeconds": -1}, {"advanceSeconds": "1"}, {"running": 1}])
def test_time_does_not_move_for_nonsense(client: FlaskClient, body: dict[str, Any]) -> None:
    before = client.get("/_sim/clock").json
    assert client.post("/_sim/clock", json=body).status_code == 400
    assert client.get("/_sim/clock").json == before


def test_time_ends_before_the_calendar_does(client: FlaskClient) -> None:
    moves = [client.post("/_sim/clock", json={"advanceSeconds": 1e9}).status_code for _ in range(230)]
    assert set(moves) == {200, 400}
    assert client.get("/_sim/clock").json["now"] < "9001"  # type: ignore[index]


def test_a_state_as_large_as_it_has_become_is_taken_back(client: FlaskClient) -> None:
    state = {"words": [{"id": str(number), "word": "x" * 1000} for number in range(2000)]}
    assert client.put("/_sim/state", json=state).status_code == 204
    assert client.get("/_sim/state").json == state


@pytest.mark.parametrize("rows", [{"timers": [{"id": "t"}]}, {"timers": [{"id": "t", "due": "someday"}]}])
def test_a_state_that_is_none_changes_nothing(client: FlaskClient, rows: dict[str, Any]) -> None:
    say(client, "kept")
    before = client.get("/_sim/state").json
    assert client.put("/_sim/state", json=rows).status_code == 400
    assert client.get("/_sim/state").json == before


ODD_JSON = ["1.5", "[]", "null", "{", '{"a":' * 3000 + "1" + "}" * 3000, '{"a": ' + "[" * 200 + "]" * 200 + "}"]
ODD_JSON += [
    '{"words": [{"id": "\\ud800"}]}',
    '{"words": [{"id": "a", "n": NaN}]}',
    '{"words": [{"id": "a", "n": 1e400}]}',
]
CONTROLS = [("POST", "clock"), ("POST", "seed"), ("PUT", "schedule"), ("PUT", "state"), ("POST", "faults/latency")]


@pytest.mark.parametrize("body", ODD_JSON)
@pytest.mark.parametrize(("method", "route"), CONTROLS)
def test_what_is_no_json_that_can_be_kept_is_refused_and_changes_nothing(
    client: FlaskClient, method: str, route: str, body: str
) -> None:
    say(client, "kept")
    looked = [client.get(f"/_sim/{each}").json for each in ("state", "clock", "faults")]
    assert client.open(f"/_sim/{route}", method=method, data=body).status_code in {400, 404}
    assert [client.get(f"/_sim/{each}").json for each in ("state", "clock", "faults")] == looked


@pytest.mark.parametrize("asked", ["latency; latency=NaN", "latency; latency=1e400", "latency; latency=" + "[" * 3000])
def test_a_call_that_asks_for_a_fault_out_of_all_measure_is_refused(client: FlaskClient, asked: str) -> None:
    answer = client.post("/words", json={"word": "x"}, headers={"X-Sim-Fault": asked})
    assert (answer.status_code, answer.get_json(force=True)["errors"][0]["field"]) == (400, "latency")
    assert words(client) == []


def test_an_unexpected_error_is_a_problem_that_tells_nothing_of_the_inside(client: FlaskClient) -> None:
    answer = client.post("/words", json={"no": "word"})
    assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
    assert "KeyError" not in answer.text


def test_a_huge_body_is_refused(client: FlaskClient) -> None:
    assert client.post("/words", json={"word": "x" * 2_000_000}).status_code == 413
