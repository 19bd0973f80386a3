"""A service is verified wherever it is; a verification that left something out, or waited in vain, is no good one."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from flask import Flask, Response, request

from simulators.cli.contracts import pact_client
from simulators.cli.contracts.provider_proxy import Addresses, provider_at
from simulators.world.serving import Port, Server
from tests.contracts.broker.ben import GREETING, NEWS, Ben, contract, verified, write_contract
from tests.contracts.broker.calling import Served, harness
from tests.contracts.expectations import Json

pytestmark = pytest.mark.served


@pytest.fixture
def pacts(elsewhere: Path) -> Path:
    return write_contract(elsewhere / "ada-ben.json", GREETING, NEWS)


def test_what_is_kept_is_listed_interaction_by_interaction(ben: Ben, pacts: Path) -> None:
    answer = verified(ben, pacts=pacts)
    assert answer.output == "kept     a greeting (ada)\nkept     news (ada)\nben: 2 kept, 0 broken\n"
    assert answer.exit_code == 0
    assert ben.asked == [
        {"action": "setup", "params": {"since": 7}, "state": "awake"},
        {"description": "news", "consumer": "ada"},
    ]


def test_what_is_broken_is_listed_with_the_reason(ben: Ben, pacts: Path) -> None:
    ben.answers |= {"/hello": ("not now", 503), "/desk/message": {"txt": "hello"}}
    answer = verified(ben, "--json", pacts=pacts)
    assert answer.exit_code == 1
    assert json.loads(answer.stdout) == {
        "provider": "ben",
        "passed": [],
        "failed": {
            "a greeting (ada)": ["expected 200 but was 503"],
            "news (ada)": ["$ Actual map is missing the following keys: text"],
        },
        "pending": {},
        "troubles": [],
    }


def test_what_a_team_has_to_offer_is_listed_before_anything_runs(pacts: Path) -> None:
    asked = ["--provider", "ben", "--pacts", str(pacts)]
    listed_text = harness("verify", *asked, "--list")
    assert (listed_text.exit_code, "awake  since=7" in listed_text.output) == (0, True)
    assert "a greeting" not in listed_text.output
    listed = json.loads(harness("verify", *asked, "--list", "--json").stdout)
    message = {
        "description": "news",
        "consumer": "ada",
        "contentType": "application/json",
        "example": {"text": "hello"},
    }
    states = [{"state": "awake", "params": [{"since": 7}]}]
    assert listed == {"provider": "ben", "consumers": ["ada"], "states": states, "messages": [message]}
    lacking = harness("verify", *asked, "--url", "http://127.0.0.1:1")
    assert lacking.exit_code == 2
    assert "cannot be verified without --states-url and --messages-url" in lacking.output
    assert "awake  since=7" in lacking.output


def test_a_state_that_cannot_be_entered_is_reported_and_not_tried_for_minutes(ben: Ben, pacts: Path) -> None:
    ben.answers["/desk/state"] = ("it sleeps", 500)
    answer = verified(ben, pacts=pacts)
    assert answer.exit_code == 1
    assert f"trouble  state 'awake': {ben.url}/desk/state answered 500 it sleeps" in answer.output
    assert len([each for each in ben.asked if "state" in each]) == 1


def test_a_message_that_fails_to_be_said_is_not_taken_for_said(ben: Ben, pacts: Path) -> None:
    ben.answers["/desk/message"] = ({"text": "hello"}, 500)
    answer = verified(ben, pacts=pacts)
    assert answer.exit_code == 1
    assert "BROKEN   news (ada)" in answer.output
    assert f"trouble  message 'news': {ben.url}/desk/message answered 500" in answer.output


@pytest.mark.parametrize(
    ("interaction", "version"),
    [
        (NEWS | {"contents": {"contentType": "application/json", "encoded": False}}, "4.0"),
        (
            NEWS | {"contents": {"content": '{"text": "hello"}', "contentType": "application/json", "encoded": "json"}},
            "4.0",
        ),
        (NEWS | {"type": "Synchronous/Messages", "request": {"contents": {}}, "response": [{"contents": {}}]}, "4.0"),
        (NEWS | {"contents": {"text": "hello"}, "metadata": {}, "providerStates": [{"name": "awake"}]}, "3.0.0"),
        (GREETING | {"providerStates": None, "provider_state": "awake"}, "1.0.0"),
    ],
    ids=["no content", "JSON as text", "an answered message", "V3", "V1"],
)
def test_contracts_as_other_libraries_write_them_are_verified(
    ben: Ben, elsewhere: Path, interaction: Json, version: str
) -> None:
    holder = "messages" if version == "3.0.0" else "interactions"
    written = contract() | {holder: [interaction], "metadata": {"pactSpecification": {"version": version}}}
    written.pop("interactions" if holder == "messages" else "messages", None)
    (elsewhere / "ada-ben.json").write_text(json.dumps(written))
    answer = verified(ben, pacts=elsewhere / "ada-ben.json")
    assert (answer.exit_code, "ben: 1 kept, 0 broken" in answer.output) == (0, True), answer.output
    ben.answers |= {"/hello": ("not now", 503), "/desk/message": ({"txt": "hello"}, 500)}
    assert verified(ben, pacts=elsewhere / "ada-ben.json").exit_code == 1


def test_a_message_of_which_nothing_is_needed_must_be_said_all_the_same(ben: Ben, elsewhere: Path) -> None:
    """Pact takes it for said, whatever the answer."""
    pacts = write_contract(elsewhere / "ada-ben.json", {"type": NEWS["type"], "description": "news"})
    assert verified(ben, pacts=pacts).exit_code == 0
    ben.answers["/desk/message"] = ("nobody says that", 404)
    answer = verified(ben, pacts=pacts)
    assert (answer.exit_code, "trouble  message 'news'" in answer.output) == (1, True)


def test_two_consumers_may_need_another_message_by_one_description(ben: Ben, elsewhere: Path) -> None:
    write_contract(elsewhere / "ada-ben.json", NEWS)
    other = NEWS | {"contents": NEWS["contents"] | {"content": {"text": "good evening"}}}
    (elsewhere / "eve-ben.json").write_text(json.dumps(contract(other) | {"consumer": {"name": "eve"}}))
    texts = {"ada": "hello", "eve": "good evening"}
    ben.answers["/desk/message"] = lambda asked: {"text": texts[asked["consumer"]]}
    answer = verified(ben, pacts=elsewhere)
    assert answer.output == "kept     news (ada)\nkept     news (eve)\nben: 2 kept, 0 broken\n"
    texts["eve"] = "hello"
    broken = verified(ben, pacts=elsewhere)
    assert (broken.exit_code, "BROKEN   news (eve)" in broken.output) == (1, True)


def test_a_service_that_is_not_there_is_not_called_broken(ben: Ben, pacts: Path) -> None:
    answer = verified(Ben("http://127.0.0.1:1"), pacts=pacts)
    assert answer.exit_code == 2
    assert "nothing answers at http://127.0.0.1:1 (ConnectionError): is it running there?" in answer.output


@pytest.mark.parametrize(
    ("interactions", "left"), [((GREETING | {"pending": True},), "a greeting"), ((), "no interaction")]
)
def test_files_that_prove_nothing(ben: Ben, elsewhere: Path, interactions: tuple[Json, ...], left: str) -> None:
    answer = verified(ben, pacts=write_contract(elsewhere / "ada-ben.json", *interactions))
    assert answer.exit_code == 1
    assert left in answer.output


def test_a_provider_of_whom_nobody_needs_anything(pacts: Path) -> None:
    answer = harness("verify", "--provider", "bem", "--pacts", str(pacts), "--list")
    assert answer.exit_code == 2
    assert "nobody needs anything of bem; they do of ben" in answer.output


@pytest.fixture
def only_client(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let Pact's client be one that does only this."""

    def does(*lines: str) -> None:
        program = elsewhere / "pact"
        program.write_text("\n".join(["#!/bin/sh", *lines]) + "\n")
        program.chmod(0o755)
        monkeypatch.setattr(pact_client, "get_path", lambda _: str(elsewhere))

    return does


REPORT = "for word; do case $word in --json=*) echo '{}' > \"${{word#--json=}}\";; esac; done"
ONE = {"interactionResults": [{"description": "news", "result": "OK"}], "errors": []}


@pytest.mark.parametrize(
    ("does", "said"),
    [
        (REPORT.format(json.dumps(ONE)), "Left out: a greeting"),
        (REPORT.format(json.dumps({"result": True})), "Left out: a greeting, news"),
        ("echo nothing to report", "Pact could not verify it:\nnothing to report"),
    ],
)
def test_what_pact_passes_without_having_looked_is_not_passed(
    ben: Ben, pacts: Path, only_client: Callable[..., None], does: str, said: str
) -> None:
    only_client(does, "exit 0")
    answer = verified(ben, pacts=pacts)
    assert answer.exit_code == 1
    assert said in answer.output


def test_a_verification_without_an_end_is_ended_with_all_that_it_started(
    ben: Ben, pacts: Path, only_client: Callable[..., None]
) -> None:
    only_client("sleep 60 & sleep 60")
    answer = verified(ben, "--timeout", "0.2", pacts=pacts)
    assert answer.exit_code == 2
    assert "not verified within 0.2 seconds" in answer.output


def test_what_comes_from_files_is_not_published(ben: Ben, broker: Served, pacts: Path) -> None:
    answer = verified(ben, "--publish", pacts=pacts, broker=broker)
    assert answer.exit_code == 2
    assert "only what came from a broker can be published" in answer.output


def test_everything_is_passed_on_as_it_is() -> None:
    def answer(path: str) -> Response:
        said = Response(gzip.compress(b"hello"), 302, headers=[("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
        said.headers.update(
            {"Content-Encoding": "gzip", "Location": "/elsewhere", "X-Asked": request.environ["REQUEST_URI"]}
        )
        said.headers["X-Headers"] = " ".join(sorted(name.lower() for name, _ in request.headers))
        return said

    app, port = Flask("there"), Port("there", 0)
    app.add_url_rule("/<path:path>", view_func=answer)
    server = Server(app, port)
    try:
        passing = provider_at(Addresses(port.url + "/base", None, None), requests.Session()).api.test_client()
        said = passing.get("/a%2Fb%20c?x=1&x=2", headers={"X-Own": "7"})
    finally:
        server.stop()
    assert (said.status_code, gzip.decompress(said.data)) == (302, b"hello")
    assert (said.headers["Location"], said.headers["X-Asked"]) == ("/elsewhere", "/base/a%2Fb%20c?x=1&x=2")
    assert said.headers.getlist("Set-Cookie") == ["a=1", "b=2"]
    assert "x-own" in said.headers["X-Headers"].split()
