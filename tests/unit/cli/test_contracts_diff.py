"""`harness contracts diff` as people and programs call it: against git, against a broker."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner, Result
from responses import RequestsMock, matchers

from simulators.cli import main
from tests.unit.contracts.written import Json, body, call, file, matched

BROKER = "http://broker.test/at"
INTEGER, NUMBER = (
    call("a query for the price", body=body({"price": 4900}), matchingRules={"body": matched(price={"match": kind})})
    for kind in ("integer", "number")
)
NOBODY = {f"PACT_BROKER_{name}": "" for name in ("BASE_URL", "TOKEN", "USERNAME", "PASSWORD")}


def diff(place: Path, *arguments: str, **environ: str) -> Result:
    return CliRunner(env=NOBODY | environ).invoke(main, ["contracts", "diff", "--pacts", str(place), *arguments])


def git(place: Path, *words: str) -> None:
    ada = ["-c", "user.name=ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *ada, *words], cwd=place, check=True, capture_output=True)


def write(place: Path, *interactions: Json) -> None:
    (place / "ada-ben.json").write_text(json.dumps(file(*interactions)))


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two commits: one before there were contracts (`empty`), one with a contract."""
    root = tmp_path_factory.mktemp("repository")
    git(root, "init", "-q")
    git(root, "commit", "-q", "--allow-empty", "-m", "nothing yet")
    git(root, "tag", "empty")
    place = root / "pacts"
    (place / "old").mkdir(parents=True)
    (place / "old" / "notes.json").write_text("no contract")
    (place / "README.md").write_text("no contract either")
    write(place, INTEGER)
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "a contract")
    return place


@pytest.fixture
def contracts(repository: Path) -> Path:
    write(repository, INTEGER)
    return repository


@pytest.fixture
def broker() -> Iterator[RequestsMock]:
    with RequestsMock() as mock:
        yield mock


def test_what_is_committed_is_the_same(contracts: Path) -> None:
    answer = diff(contracts)
    assert (answer.exit_code, answer.output) == (0, "The contracts are those of git revision HEAD.\n")


def test_what_differs_from_the_last_commit_is_listed(contracts: Path) -> None:
    write(contracts, NUMBER, call("a query for nothing"))
    answer = diff(contracts)
    assert (answer.exit_code, answer.output.splitlines()) == (
        1,
        [
            "Compared with git revision HEAD:",
            "",
            "ada needs of ben",
            "  + added      a query for nothing",
            "  < loosened   a query for the price",
            "      answer price was any whole number, now any number",
            "",
            "1 added  1 loosened",
        ],
    )


def test_programs_get_the_same(contracts: Path) -> None:
    write(contracts, NUMBER)
    answer = diff(contracts, "--json")
    found = json.loads(answer.output)
    assert (answer.exit_code, found["against"], found["counts"]) == (1, "git revision HEAD", {"loosened": 1})
    (change,) = found["changes"]
    assert (change["interaction"], change["details"][0]["field"]) == ("a query for the price", "price")


def test_before_there_were_contracts_all_are_new(contracts: Path) -> None:
    answer = diff(contracts, "--against", "empty")
    assert (answer.exit_code, answer.output.splitlines()[-1]) == (1, "1 added")


def test_one_contract_can_be_looked_at_alone(contracts: Path) -> None:
    (contracts / "more.json").write_text(json.dumps(file(NUMBER, consumer="eve")))
    answers = [diff(contracts / name).output for name in ("ada-ben.json", "more.json")]
    (contracts / "more.json").unlink()
    assert [answer.splitlines()[-1] for answer in answers] == [
        "The contracts are those of git revision HEAD.",
        "1 added",
    ]


@pytest.mark.parametrize("revision", ["nonsense", "--upload-pack=x", ""])
def test_an_unknown_revision_is_wrong_usage(contracts: Path, revision: str) -> None:
    answer = diff(contracts, f"--against={revision}", PACT_BROKER_BASE_URL="")
    assert answer.exit_code == (2 if revision else 0)
    assert ("git finds no revision" in answer.output) == bool(revision)


def test_places_that_git_does_not_know_are_wrong_usage(tmp_path: Path) -> None:
    write(tmp_path, INTEGER)
    assert "git finds no revision" in diff(tmp_path).output
    nowhere = diff(tmp_path / "nowhere")
    assert (nowhere.exit_code, "--pacts" in nowhere.output) == (2, True)


def test_without_git_it_says_so(contracts: Path) -> None:
    answer = diff(contracts, PATH="")
    assert (answer.exit_code, "git cannot be run" in answer.output) == (2, True)


def published(broker: RequestsMock, *interactions: Json, **like: object) -> None:
    named = {"_embedded": {"consumer": {"name": "ada"}, "provider": {"name": "ben"}}}
    others = {"_embedded": {"consumer": {"name": "ada"}, "provider": {"name": "somebody else's"}}}
    broker.get(f"{BROKER}/pacts/latest", json={"pacts": [others, named]}, **like)
    broker.get(f"{BROKER}/pacts/provider/ben/consumer/ada/latest", json=file(*interactions), **like)


def test_the_last_published_contracts_are_compared_with(contracts: Path, broker: RequestsMock) -> None:
    published(broker, NUMBER)
    answer = diff(contracts, "--broker-url", BROKER + "/")
    assert answer.exit_code == 1
    assert answer.output.startswith(f"Compared with {BROKER}")
    assert "answer price was any number, now any whole number" in answer.output


def test_what_is_not_published_is_not_missed_there(contracts: Path, broker: RequestsMock) -> None:
    bank = contracts / "ada-stripe.json"
    bank.write_text(json.dumps(file(INTEGER, provider="stripe")))
    published(broker, INTEGER)
    options: list[list[str]] = [["--broker-url", BROKER], [], ["--broker-url", BROKER, "--without", "nobody"]]
    answers = [diff(contracts, *given) for given in options]
    bank.unlink()
    assert [answer.exit_code for answer in answers] == [0, 1, 1]


@pytest.mark.parametrize(
    ("known_by", "shown"),
    [
        ({"PACT_BROKER_TOKEN": "secret"}, "Bearer secret"),
        ({"PACT_BROKER_USERNAME": "ada", "PACT_BROKER_PASSWORD": "pass"}, "Basic YWRhOnBhc3M="),
    ],
)
def test_the_broker_is_found_and_asked_as_the_environment_says(
    contracts: Path, broker: RequestsMock, known_by: dict[str, str], shown: str
) -> None:
    published(broker, INTEGER, match=[matchers.header_matcher({"Authorization": shown})])
    answer = diff(contracts, PACT_BROKER_BASE_URL=BROKER, **known_by)
    assert (answer.exit_code, answer.output) == (0, f"The contracts are those of {BROKER}.\n")


def test_a_revision_that_is_named_comes_before_the_environments_broker(contracts: Path) -> None:
    assert diff(contracts, "--against", "HEAD", PACT_BROKER_BASE_URL=BROKER).exit_code == 0


def test_two_things_to_compare_with_are_one_too_many(contracts: Path) -> None:
    answer = diff(contracts, "--against", "HEAD", "--broker-url", BROKER)
    assert (answer.exit_code, "give one of them" in answer.output) == (2, True)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"status": 401}, "PACT_BROKER_TOKEN"),
        ({"status": 403}, "another token"),
        ({"status": 404}, "PACT_BROKER_BASE_URL"),
        ({"status": 500}, "500"),
        ({"body": "<html>"}, "does not answer as a Pact Broker does"),
        ({"json": []}, "does not answer as a Pact Broker does"),
        ({"json": {"pacts": [{}]}}, "does not answer as a Pact Broker does"),
        ({"body": requests.ConnectTimeout()}, "not in time"),
        ({"body": requests.ConnectionError()}, "no broker answers"),
    ],
)
def test_a_broker_in_trouble_is_reported_with_a_way_out(
    contracts: Path, broker: RequestsMock, how: dict[str, object], said: str
) -> None:
    broker.get(f"{BROKER}/pacts/latest", **how)
    answer = diff(contracts, "--broker-url", BROKER, "--broker-token", "secret")
    assert (answer.exit_code, said in answer.output) == (2, True)
    assert "secret" not in answer.output
