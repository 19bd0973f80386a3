"""What goes wrong is told in a sentence, with a way out, and nothing waits for it: 2 when it could not be asked."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulators.cli.contracts import pact_client
from simulators.world.serving import Port
from tests.contracts.broker.calling import NAME, PASSWORD, Served, harness
from tests.contracts.broker.states import content

ASKING = {"publish": ["--version", "1"], "verify": ["--provider", "Bar"]}
NOWHERE = {"PACT_BROKER_BASE_URL": "http://127.0.0.1:1"}


@pytest.fixture
def pacts(elsewhere: Path) -> Path:
    """A folder with a contract."""
    folder = elsewhere / "pacts"
    folder.mkdir()
    (folder / "foo-bar.json").write_text(json.dumps(content("Foo", "Bar", "a greeting")))
    return folder


@pytest.fixture
def silent() -> Iterator[str]:
    """Somebody who listens, and never says anything."""
    port = Port("silent", 0)
    yield port.url
    port.socket.close()


@pytest.mark.parametrize("verb", ASKING)
@pytest.mark.usefixtures("pacts")
def test_no_broker(verb: str) -> None:
    answer = harness(verb, *ASKING[verb], environ=NOWHERE)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "no broker answers at http://127.0.0.1:1 (ConnectionError): is --broker-url right?" in answer.stderr


@pytest.mark.parametrize("verb", ASKING)
@pytest.mark.usefixtures("pacts")
def test_a_broker_that_says_nothing_is_given_up(verb: str, silent: str) -> None:
    answer = harness(verb, *ASKING[verb], "--broker-url", silent, "--timeout", "0.2")
    assert answer.exit_code == 2
    assert f"no broker answers at {silent}" in answer.stderr


@pytest.mark.usefixtures("pacts")
def test_no_broker_is_named() -> None:
    answer = harness("publish", *ASKING["publish"])
    assert answer.exit_code == 2
    assert "Name it by --broker-url or PACT_BROKER_BASE_URL" in answer.stderr


@pytest.mark.served
@pytest.mark.usefixtures("pacts")
def test_what_answers_is_no_broker(broker: Served) -> None:
    answer = harness(
        "publish", *ASKING["publish"], broker=broker, environ={"PACT_BROKER_BASE_URL": f"{broker.url}/elsewhere"}
    )
    assert answer.exit_code == 2
    assert "is no Pact Broker (404)" in answer.stderr


@pytest.mark.served
@pytest.mark.usefixtures("pacts")
def test_name_and_password_do_as_well(broker: Served) -> None:
    known: dict[str, str | None] = {
        "PACT_BROKER_TOKEN": None,
        "PACT_BROKER_USERNAME": NAME,
        "PACT_BROKER_PASSWORD": PASSWORD,
    }
    answer = harness("publish", "--version", "1", broker=broker, environ=known)
    assert (answer.exit_code, list(broker.books.pacts)) == (0, [("Foo", "1", "Bar")])
    asked = harness("verify", "--provider", "Bar", "--list", broker=broker, environ=known)
    assert asked.exit_code == 0


@pytest.mark.served
def test_a_version_that_needs_something_else_than_before(broker: Served, pacts: Path) -> None:
    assert harness("publish", "--version", "1", broker=broker).exit_code == 0
    (pacts / "foo-bar.json").write_text(json.dumps(content("Foo", "Bar", "a farewell")))
    answer = harness("publish", "--version", "1", broker=broker)
    assert answer.exit_code == 1
    assert "Cannot change the content of the pact for Foo version 1" in answer.stderr


@pytest.mark.parametrize(
    ("files", "options", "said"),
    [
        ({}, ["--version", "1"], "there is no contract in pacts"),
        ({"x.json": "{"}, ["--version", "1"], "x.json is no contract: Expecting"),
        ({"x.json": "[]"}, ["--version", "1"], "x.json is no contract\n"),
        (
            {"x.json": '{"consumer": {"name": "Foo"}}'},
            ["--version", "1"],
            "x.json is no contract: it lacks 'interactions'",
        ),
        ({}, ["--version", "1", "--pacts", "nowhere"], "nowhere cannot be read: No such file"),
        (None, ["--version", "1", "--without", "Bar"], "nothing to publish in pacts"),
        (None, ["--version", "1", "--consumer", "Fo"], "Fo needs nothing of anybody; those who do: Foo"),
        (None, [], "git knows no commit here: name the version by --version"),
    ],
)
def test_nothing_is_published_by_mistake(
    pacts: Path, files: dict[str, str] | None, options: list[str], said: str
) -> None:
    if files is not None:
        (pacts / "foo-bar.json").unlink()
    for name, text in (files or {}).items():
        (pacts / name).write_text(text)
    answer = harness("publish", *options, environ=NOWHERE | {"GIT_CEILING_DIRECTORIES": str(pacts.parents[1])})
    assert answer.exit_code == 2
    assert said in answer.stderr


@pytest.mark.usefixtures("pacts")
def test_changes_that_are_in_no_commit_are_not_published_as_one() -> None:
    subprocess.run(["git", "init", "-q"], check=True)
    answer = harness("publish", environ=NOWHERE)
    assert answer.exit_code == 2
    assert "pacts has changes that are in no commit: commit them, or name a --version" in answer.stderr


@pytest.mark.usefixtures("pacts")
def test_a_client_that_is_missing_is_named_with_the_extra_that_brings_it(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pact_client, "get_path", lambda _: str(elsewhere))
    monkeypatch.setenv("PATH", str(elsewhere))
    answer = harness("publish", *ASKING["publish"], environ=NOWHERE)
    assert answer.exit_code == 2
    assert "pip install 'payment-flow-harness[contracts]'" in answer.stderr


@pytest.mark.served
def test_the_token_counts_whatever_somebodys_netrc_says(broker: Served, elsewhere: Path) -> None:
    netrc = elsewhere / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    answer = harness("verify", "--provider", "Bar", "--list", broker=broker, environ={"NETRC": str(netrc)})
    assert "the broker has no contract by which to verify Bar" in answer.stderr
