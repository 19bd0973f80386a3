"""From a clone to a deployment, by the documented commands, with each of Pact's two official clients."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

from simulators.cli.contracts.pact_client import Client, found
from simulators.world.topology import PAYMENT, STRIPE
from tests.contracts.broker import older_client
from tests.contracts.broker.calling import TOKEN, Served, harness
from tests.contracts.broker.states import content, needs

pytestmark = pytest.mark.served
PRODUCTION = ["--to-environment", "production"]


@pytest.fixture(params=["newer", "older"])
def client(request: pytest.FixtureRequest) -> str:
    if request.param == "newer":
        return found(None)
    try:
        return str(older_client.made())
    except (subprocess.SubprocessError, OSError) as trouble:
        said = str(getattr(trouble, "stderr", None) or trouble).splitlines()
        pytest.skip(older_client.MISSING.format(said[-1]))


def test_what_is_needed_of_stripe_would_keep_everybody_from_being_deployed(broker: Served, elsewhere: Path) -> None:
    for provider in (STRIPE, "Bar"):
        (elsewhere / f"{provider}.json").write_text(json.dumps(content("Foo", provider, "a greeting")))
    assert harness("publish", "--pacts", ".", "--version", "1", broker=broker).exit_code == 0
    assert list(broker.books.pacts) == [("Foo", "1", "Bar")]
    answer = harness("publish", "--pacts", ".", "--version", "2", "--without", "", broker=broker)
    assert (answer.exit_code, len(broker.books.pacts)) == (0, 3)


def test_the_newer_client_finds_all_that_it_looks_for_in_the_answer(broker: Served, elsewhere: Path) -> None:
    """Otherwise it only warns."""
    (elsewhere / "foo.json").write_text(json.dumps(content("Foo", "Bar", "a greeting")))
    environ = {"PACT_BROKER_BASE_URL": broker.url, "PACT_BROKER_TOKEN": TOKEN}
    said = ["--consumer-app-version", "1", "--tag", "a,b"]
    outcome = Client(None, 60).broker("publish", "foo.json", *said, environ=environ)
    assert "Pact successfully published for Foo version 1 and provider Bar" in outcome.out
    assert "Warning" not in outcome.out + outcome.err


def test_contracts_are_published_and_then_it_is_known_what_may_be_deployed(
    broker: Served, client: str, clone: str
) -> None:
    known = {"CI_JOB_URL": "https://ci.example.com/7"}
    published = harness("publish", "--client", client, "--tag", "a", "--tag", "b", broker=broker, environ=known)
    assert published.exit_code == 0, published.output
    assert f"as version {clone} on trunk tagged a, b" in published.output
    assert harness("diff", broker=broker).output == f"The contracts are those of {broker.url}.\n"
    version = broker.books.version(PAYMENT, clone)
    assert (version.branches, version.tags, version.build_url) == ({"trunk"}, {"a", "b"}, "https://ci.example.com/7")
    files = [json.loads(path.read_text()) for path in Path("pacts").glob("*.json")]
    pairs = {(each["consumer"]["name"], clone, each["provider"]["name"]): each["interactions"] for each in files}
    pairs = {key: needed for key, needed in pairs.items() if key[2] != STRIPE}  # Stripe verifies nothing.
    assert {key: pact.content["interactions"] for key, pact in broker.books.pacts.items()} == pairs

    asked = ["--pacticipant", PAYMENT, *PRODUCTION, "--client", client]
    not_yet = harness("can-i-deploy", *asked, broker=broker)
    assert not_yet.exit_code == 1
    assert "There is no verified pact" in not_yet.output
    for pact in [each for each in broker.books.pacts.values() if each.consumer == PAYMENT]:
        broker.books.verified(pact, "7", success=True)
        broker.books.deploy(broker.books.version(pact.provider, "7"), broker.books.place("production"), None)
    now = harness("can-i-deploy", *asked, broker=broker)
    assert now.output.endswith(f"{PAYMENT} {clone} may be deployed to production\n")
    assert now.exit_code == 0

    named = ["--pacticipant", PAYMENT, "--environment", "production", "--client", client]
    recorded = harness("record-deployment", *named, broker=broker)
    assert (recorded.exit_code, recorded.output) == (0, f"{PAYMENT} {clone} is in production now\n")
    there = broker.books.deployed(broker.books.place("production"), PAYMENT)
    assert [each.version.number for each in there] == [clone]


@pytest.mark.parametrize(
    ("client", "success"), [("newer", True), ("newer", False), ("newer", None), ("older", False)], indirect=["client"]
)
def test_a_program_is_told_the_same(broker: Served, client: str, *, success: bool | None) -> None:
    """With --output json the newer client ends with 0 whatever the answer is."""
    pact = needs(broker.books, "1")
    broker.books.deploy(broker.books.version("Bar", "2"), broker.books.place("production"), None)
    if success is not None:
        broker.books.verified(pact, "2", success=success)
    asked = ["--pacticipant", "Foo", "--version", "1", *PRODUCTION, "--client", client, "--json"]
    answer = harness("can-i-deploy", *asked, broker=broker)
    assert json.loads(answer.stdout)["summary"]["deployable"] is success
    assert answer.exit_code == (0 if success else 1)


def test_a_verification_that_is_missing_can_be_waited_for(broker: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    pact = needs(broker.books, "1")
    broker.books.deploy(broker.books.version("Bar", "2"), broker.books.place("production"), None)
    waited = []

    def wait_for(check: Callable[[], bool], seconds: float, *, every: float) -> None:
        waited.append((check(), seconds, every))
        broker.books.verified(pact, "2", success=True)
        assert check()

    monkeypatch.setattr(import_module("simulators.cli.contracts.can_i_deploy"), "wait_for", wait_for)
    asked = ["--pacticipant", "Foo", "--version", "1", *PRODUCTION, "--wait", "60"]
    assert harness("can-i-deploy", *asked, broker=broker).exit_code == 0
    assert waited == [(False, 60, 5)]


def test_whom_the_broker_does_not_know_is_told_how_to_be_known(broker: Served) -> None:
    asked = ["--pacticipant", "Foo", "--version", "1", *PRODUCTION]
    answer = harness("can-i-deploy", *asked, broker=broker, environ={"PACT_BROKER_TOKEN": "guessed"})
    assert answer.exit_code == 2
    assert "does not let us in (401): give --broker-token, or --broker-username and --broker-password" in answer.output
