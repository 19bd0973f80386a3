"""The guide for the teams of providers: every command in it is run, from top to bottom, and its desk is a real one."""

from __future__ import annotations

import shlex

import pytest
from click.testing import CliRunner

from simulators.cli import main
from simulators.cli.contracts.pact_client import pact
from simulators.world.topology import COMMUNICATION, LEARNING, PAYMENT, TUTORS
from tests.contracts.broker.calling import ELSEWHERE, TOKEN, Served
from tests.documents.reading import blocks
from tests.node.provider import learning_service, needs_node
from tests.rooms.source import ROOT

COMMIT = "$(git rev-parse HEAD)"
GUIDE = ROOT / "pacts" / "PROVIDERS.md"


def commands() -> list[list[str]]:
    typed = [each.plain for block in blocks(GUIDE, "sh") for each in block.commands()]
    return [shlex.split(each.replace(COMMIT, f"'{COMMIT}'")) for each in typed]


class Reader:
    """Somebody who does what the guide says, line by line, with a service and a broker of their own."""

    def __init__(self, broker: Served, where: dict[str, str], commit: str) -> None:
        self._environ: dict[str, str | None] = {**ELSEWHERE, "PACT_BROKER_BASE_URL": None, "PACT_BROKER_TOKEN": None}
        self._own = {
            "https://pacts.example.com": broker.url,
            "=secret": f"={TOKEN}",
            COMMIT: commit,
            "http://127.0.0.1:8020": where["url"],
            "http://127.0.0.1:9020": where["desk"],
        }

    def does(self, command: list[str]) -> str:
        program, *words = [self._translated(word) for word in command]
        if program == "export":
            self._environ |= dict(word.split("=", 1) for word in words)
            return ""
        if program == "pact":
            outcome = pact(*words, seconds=60, environ={name: value for name, value in self._environ.items() if value})
            assert outcome.code == 0, f"{shlex.join(command)}\n{outcome.out}{outcome.err}"
            return outcome.out
        assert program == "harness"
        answer = CliRunner(env=self._environ).invoke(main, words)
        assert answer.exit_code == 0, f"{shlex.join(command)}\n{answer.output}"
        return answer.output

    def _translated(self, word: str) -> str:
        for written, own in self._own.items():
            word = word.replace(written, own)
        return word


@needs_node
@pytest.mark.node
@pytest.mark.served
def test_who_follows_the_guide_gets_to_production(broker: Served, clone: str) -> None:
    done, text = [], GUIDE.read_text()
    with learning_service() as where:
        reader = Reader(broker, where, clone)
        for command in commands():
            done.append(reader.does(command))
            if "publish" in command:
                keep_the_rest(broker, clone)
    production = broker.books.deployed["production"]
    assert [production[name] for name in (LEARNING, PAYMENT)] == [clone, clone]
    verified = [each for each in broker.books.results if each.provider == LEARNING]
    assert [(each.version, each.success) for each in verified] == [(clone, True)]
    assert len(done) == sum(map(text.count, ("\n   harness ", "\nharness ", "\n   pact ", "\nexport ")))


def keep_the_rest(broker: Served, version: str) -> None:
    """Two other teams have done the same."""
    for name in (TUTORS, COMMUNICATION):
        broker.books.verified(broker.books.pacts[PAYMENT, version, name], "7", success=True)
        broker.books.deployed["production"][name] = "7"


def test_the_desk_in_the_guide_is_the_one_that_is_tested() -> None:
    [shown] = blocks(GUIDE, "js")
    assert shown.text in (ROOT / "tests" / "node" / "learning_desk.js").read_text()
