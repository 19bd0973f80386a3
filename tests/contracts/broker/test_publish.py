"""What we need of others is published by Pact's own client, as that of one version."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from simulators.cli.contracts.pact_client import pact
from simulators.world.topology import PAYMENT, STRIPE
from tests.contracts.broker.calling import TOKEN, Served, harness
from tests.contracts.broker.states import content

pytestmark = pytest.mark.served


def test_what_is_needed_of_stripe_would_keep_everybody_from_being_deployed(broker: Served, elsewhere: Path) -> None:
    for provider in (STRIPE, "Bar"):
        (elsewhere / f"{provider}.json").write_text(json.dumps(content("Foo", provider, "a greeting")))
    assert harness("publish", "--pacts", ".", "--version", "1", broker=broker).exit_code == 0
    assert list(broker.books.pacts) == [("Foo", "1", "Bar")]
    answer = harness("publish", "--pacts", ".", "--version", "2", "--without", "", broker=broker)
    assert (answer.exit_code, len(broker.books.pacts)) == (0, 3)


def test_the_client_finds_all_that_it_looks_for_in_the_answer(broker: Served, elsewhere: Path) -> None:
    """Otherwise it only warns."""
    (elsewhere / "foo.json").write_text(json.dumps(content("Foo", "Bar", "a greeting")))
    environ = {"PACT_BROKER_BASE_URL": broker.url, "PACT_BROKER_TOKEN": TOKEN}
    said = ["--consumer-app-version", "1", "--tag", "a,b"]
    outcome = pact("broker", "publish", "foo.json", *said, seconds=60, environ=environ)
    assert "Pact successfully published for Foo version 1 and provider Bar" in outcome.out
    assert "Warning" not in outcome.out + outcome.err


def test_all_contracts_are_published_as_those_of_one_version(broker: Served, clone: str) -> None:
    known = {"CI_JOB_URL": "https://ci.example.com/7"}
    published = harness("publish", "--tag", "a", "--tag", "b", broker=broker, environ=known)
    assert published.exit_code == 0, published.output
    assert f"as version {clone} on trunk tagged a, b" in published.output
    assert harness("diff", broker=broker).output == f"The contracts are those of {broker.url}.\n"
    version = broker.books.version(PAYMENT, clone)
    assert (version.branches, version.tags, version.build_url) == ({"trunk"}, {"a", "b"}, "https://ci.example.com/7")
    files = [json.loads(path.read_text()) for path in Path("pacts").glob("*.json")]
    pairs = {(each["consumer"]["name"], clone, each["provider"]["name"]): each["interactions"] for each in files}
    pairs = {key: needed for key, needed in pairs.items() if key[2] != STRIPE}  # Stripe verifies nothing.
    assert {key: each.content["interactions"] for key, each in broker.books.pacts.items()} == pairs


def test_only_what_one_service_needs_is_published(broker: Served, clone: str) -> None:
    answer = harness("publish", "--consumer", PAYMENT, broker=broker)
    assert answer.exit_code == 0, answer.output
    assert {(consumer, version) for consumer, version, _ in broker.books.pacts} == {(PAYMENT, clone)}
    assert f"Pact successfully published for {PAYMENT} version {clone} and provider learning-service" in answer.output


def test_whom_the_broker_does_not_know_reads_how_to_be_known(broker: Served, elsewhere: Path) -> None:
    (elsewhere / "foo.json").write_text(json.dumps(content("Foo", "Bar", "a greeting")))
    asked = ["--pacts", ".", "--version", "1"]
    answer = harness("publish", *asked, broker=broker, environ={"PACT_BROKER_TOKEN": "guessed"})
    assert answer.exit_code == 2
    assert "does not let us in (401): give --broker-token, or --broker-username and --broker-password" in answer.output
