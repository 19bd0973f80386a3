"""A payment-service that shares no line with the reference, in another language: the harness judges it as any other."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from simulators.cli import main
from simulators.stories import play, story_named
from simulators.stories.demo import DEMO_STORIES
from simulators.world.together import Together
from tests.contracts.expectations import JWT_SECRET
from tests.foreign.service import FOLDER, beside_a_world, beside_its_desk, has_node, install_packages
from tests.rooms.source import ROOT

pytestmark = [
    pytest.mark.node,
    pytest.mark.served,
    pytest.mark.skipif(not has_node(), reason="NOT TESTED: a payment-service in Node, for want of node 20 and npm"),
]
MISTAKES = json.loads((FOLDER / "mistakes.json").read_text())
SOURCES = sorted(FOLDER.glob("*.js"))
WANTED_OF_PAYMENTS = sum(
    len(json.loads(path.read_text())["interactions"]) for path in (ROOT / "pacts").glob("*-payment-service.json")
)
NEED_NO_TIME = (*DEMO_STORIES, "webhook-twice")


@pytest.fixture(scope="module", autouse=True)
def _packages() -> None:
    install_packages()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Together]:
    with beside_a_world(tmp_path_factory.mktemp("independent")) as world:
        yield world


@pytest.mark.parametrize("name", NEED_NO_TIME)
def test_a_right_service_in_another_language_tells_every_story_that_needs_no_time(name: str, world: Together) -> None:
    played = play(story_named(name), world)
    assert played.ended_well, played.sentence


@pytest.mark.parametrize(
    ("mistake", "story"),
    [
        ("news-told-as-often-as-heard", "webhook-twice"),
        ("a-decline-is-the-end", "declined-card"),
        ("no-refund-after-a-rejection", "course-taken-back"),
        ("metadata-without-context-id", "course"),
        ("slot-is-not-released", "slot-taken"),
    ],
)
def test_a_story_catches_the_mistake_that_it_is_about(mistake: str, story: str, tmp_path: Path) -> None:
    with beside_a_world(tmp_path, mistake) as wrong:
        assert not play(story_named(story), wrong).ended_well


def test_it_keeps_every_contract() -> None:
    with beside_its_desk(JWT_SECRET) as where:
        urls = ["--url", where["url"], "--states-url", where["desk"] + "/state"]
        urls += ["--messages-url", where["desk"] + "/message", "--pacts", str(ROOT / "pacts")]
        answer = CliRunner().invoke(main, ["contracts", "verify", "--provider", "payment-service", *urls, "--json"])
    report = json.loads(answer.stdout)
    assert (report["failed"], report["pending"]) == ({}, {})
    assert len(report["passed"]) == WANTED_OF_PAYMENTS


def test_every_mistake_that_is_listed_can_be_made_and_no_other() -> None:
    code = "".join(path.read_text() for path in SOURCES)
    named = set(re.findall(r"makes\(\"([^\"]+)\"\)", code))
    assert named == set(MISTAKES)


def test_it_shares_nothing_with_the_reference_and_none_of_its_files_is_long() -> None:
    ours = {line.strip() for path in (ROOT / "reference").rglob("*.py") for line in path.read_text().splitlines()}
    lines = [line.strip() for path in SOURCES for line in path.read_text().splitlines()]
    assert not [line for line in lines if len(line) > 20 and line in ours]
    assert max(len(path.read_text().splitlines()) for path in SOURCES) <= 250
