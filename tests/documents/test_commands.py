"""Every command of every document is done, in its order, and answers what the document says; or it is said why not."""

from __future__ import annotations

import re
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from simulators.judge.verdict import must_hold
from simulators.stories.demo import DEMO_STORIES
from simulators.world.inside import Inside
from simulators.world.topology import REFERENCE, SERVICES, NeighbourRow
from tests.documents.reading import Block, Command, blocks, documents, name
from tests.documents.terminal import Terminal
from tests.rooms.source import ROOT, sources
from tests.simulated.certificate.app import create_app
from tests.simulated.certificate.client import CertificateClient

NOT_DONE = {
    "make test": "is what runs this",
    "make bench": "takes minutes, and tells figures",
    "make contracts": "writes into pacts/; that they are fresh is a test of its own",
    "make explore": "takes hours",
    "harness explore --for 10m --collect --coverage build/coverage.html": "takes ten minutes",
    "harness explore --interleavings": "takes minutes; a test tries two purchases",
    "make fuzz": "takes minutes; a short form of it is a test",
    "make pictures": "writes pictures, and needs a browser",
    "make install": "makes the environment in which this runs",
    "make format": "writes into the code",
    "make help": "tells the targets of the Makefile",
    "pytest tests/simulated/test_enroll_in_course.py --service naive": "is the next in short",
    "pytest tests/unit/kit/test_readme.py --write-tables": "writes into that very document",
    "PORT=8000 MISTAKE=late-money-is-kept node payment-service/server.js": "runs until it is ended",
    'uvx --from "payment-flow-harness[check]" harness demo': "takes it from an index; tests/installed has its wheel",
    "pipx run --spec payment-flow-harness harness stories": "takes the package from an index, like the last",
    'pip install "payment-flow-harness[check]"': "takes the package from an index, like the last",
    "harness stories": "is done with the naive service; with the reference each story is a test of its own",
    'harness check --command "node server.js" --scenario course': "judges a service that is not here",
    'harness check --command "node server.js" --report build/check': "judges a service that is not here",
    'harness check --command "node server.js"': "judges a service that is not here",
    "harness check --service-url http://127.0.0.1:8000 --only stories": "is done by a test of its own, below",
    'eval "$(_HARNESS_COMPLETE=zsh_source harness)"': "is for another shell",
    "_HARNESS_COMPLETE=fish_source harness | source": "is for another shell",
    "harness contracts diff --broker-url URL": "asks a broker",
    "harness contracts diff": "asks git what was there before, and this terminal is in no repository",
    ". .venv/bin/activate": "puts the command on the path, where this terminal has it",
}
ELSEWHERE = {"pacts/PROVIDERS.md": "tests/contracts/broker/test_guide.py, with a broker and a provider"}
GUIDE = "simulators/BY_HAND.md"
ROWS, STEPS = "simulators/world/README.md", "simulators/check/README.md"
FIXTURES = "simulators/testing/README.md"  # run by tests/installed/test_plugin.py
RECIPES = "simulators/recipes/README.md"  # run by test_recipes.py
JUDGED = "harness check --service-url http://127.0.0.1:8000 --only stories"


def is_done(command: Command) -> bool:
    return command.plain not in NOT_DONE


def has_something_to_do(document: Path) -> bool:
    """Whether it says more than how to begin, as the tutorial does."""
    typed = [each for block in blocks(document, "sh") for each in block.commands() if is_done(each)]
    return {each.plain for each in typed} - {"make demo"} != set()


needs_a_terminal = pytest.mark.skipif(
    not (shutil.which("bash") and shutil.which("curl")),
    reason="what the documents say is not tried: there is no bash here, or no curl",
)
READ = [each for each in documents() if name(each) not in ELSEWHERE and has_something_to_do(each)]


@needs_a_terminal
@pytest.mark.served
@pytest.mark.parametrize("document", READ, ids=name)
def test_who_does_what_a_document_says_sees_what_it_says(document: Path, tmp_path: Path) -> None:
    typed = [(block, each) for block in blocks(document, "sh") for each in block.commands() if is_done(each)]
    answers = Terminal(tmp_path).does([each for _, each in typed])
    for (_, command), answer in zip(typed, answers, strict=True):
        assert answer.code == command.code, f"{command.where}: {command.text}\n{answer.output}"
    for block in {id(each): each for each, _ in typed}.values():
        output = "".join(answer.output for (each, _), answer in zip(typed, answers, strict=True) if each is block)
        assert is_as_shown(block, output), f"{block.where} does not answer as shown:\n{output}"


@needs_a_terminal
@pytest.mark.served
def test_a_service_of_ones_own_that_runs_is_judged_as_the_guide_says(tmp_path: Path) -> None:
    typed = [each for block in blocks(ROOT / GUIDE, "sh") for each in block.commands()]
    [judged] = [each for each in typed if each.plain == JUDGED]
    before = [each for block in blocks(ROOT / GUIDE, "sh")[:3] for each in block.commands() if is_done(each)]
    answers = Terminal(tmp_path).does([*(each for each in before if each.plain != "harness simulate"), judged])
    assert [each.code for each in answers] == [0] * len(answers), answers[-1].output
    assert "crash A crash in the middle: left out, since it was not started here" in answers[-1].output
    kept, judged_in_all = map(int, re.findall(r"^(\d+) of (\d+) kept", answers[-1].output, re.MULTILINE)[0])
    assert kept == judged_in_all >= len(DEMO_STORIES)


def is_as_shown(block: Block, output: str) -> bool:
    """Compare the answer with what is shown, in which … stands for whatever is there."""
    if not block.shown:
        return True
    shown = re.escape(block.shown.strip()).replace("…", ".*?")
    return re.search(shown, output, re.DOTALL) is not None


def test_code_that_is_shown_is_code_of_ours() -> None:
    code = "".join(source.path.read_text() for source in sources())
    elsewhere = {GUIDE, ROWS, STEPS, FIXTURES, RECIPES}
    shown = [each for document in documents() if name(document) not in elsewhere for each in blocks(document, "python")]
    assert [each.where for each in shown if each.text not in code] == []
    assert shown


def test_a_world_is_made_with_the_row_that_is_shown(tmp_path: Path) -> None:
    (block,) = blocks(ROOT / ROWS, "python")
    known = {"NeighbourRow": NeighbourRow, "CertificateClient": CertificateClient, "create_app": create_app}
    exec(block.text, known | {"Inside": Inside, "SERVICES": SERVICES, "folder": tmp_path})  # noqa: S102 - it is ours


def test_the_fixture_that_is_shown_gives_a_world_and_judges_it(tmp_path: Path) -> None:
    (block,) = blocks(ROOT / STEPS, "python")
    known: dict[str, Any] = {"Inside": Inside, "must_hold": must_hold, "timedelta": timedelta}
    text = block.text.replace("your.package:create_app", REFERENCE).replace("@pytest.fixture\n", "")
    exec(text, known)  # noqa: S102 - it is ours
    (world,) = known["world"](tmp_path)
    assert world.payment.find_saga("saga_of_nobody") is None


def test_what_is_not_done_is_in_some_document() -> None:
    typed = {each.plain for document in documents() for block in blocks(document, "sh") for each in block.commands()}
    assert set(NOT_DONE) - typed == set()


def test_commands_stand_in_blocks_that_are_read() -> None:
    languages = {block.language for document in documents() for block in blocks(document)}
    assert languages <= {"sh", "text", "json", "js", "java", "go", "php", "python", "http", "mermaid"}


@needs_a_terminal
def test_an_answer_that_is_not_as_shown_is_seen(tmp_path: Path) -> None:
    document = tmp_path / "README.md"
    document.write_text("```sh\necho one two\nfalse  # exit code 1\n```\n\n```text\none …\n```\n")
    block = Block("README.md:1", "sh", "echo one two\nfalse  # exit code 1\n", "one …\n")
    answers = Terminal(tmp_path).does(block.commands())
    assert [each.code for each in answers] == [each.code for each in block.commands()] == [0, 1]
    assert is_as_shown(block, answers[0].output)
    assert not is_as_shown(block, "two one")
