"""A run is a document: the same for the same seed, without secrets, played again by anybody."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import astuple, replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from simulators.cli import main
from simulators.judge.evidence import SECRET
from simulators.stories import STORIES, story_named
from simulators.stories.run import FORMAT, Run, commands, read_run, replay, run_story
from simulators.stories.scene import Scene
from simulators.world.inside import Inside

CRASH = story_named("crash")


@pytest.fixture(scope="module")
def run() -> Run:
    return run_story(CRASH, seed=7, service="naive")


def but(run: Run, **changes: object) -> str:
    return json.dumps(run.document | changes)


def test_the_same_seed_is_the_same_document_byte_for_byte(run: Run) -> None:
    assert run_story(CRASH, seed=7, service="naive").text.encode() == run.text.encode()
    assert run_story(CRASH, seed=8, service="naive").text != run.text


def test_a_run_that_was_sent_is_the_same_when_it_is_played_again(run: Run) -> None:
    assert replay(read_run(run.text)).difference == ""


def test_a_run_tells_what_was_said_and_heard_in_order(run: Run) -> None:
    document = run.document
    assert [each["line"] for each in document["said"]][:2] == [
        "A crash in the middle",
        "jon enrolls in “Java, the island” for 19.00 EUR",
    ]
    assert 0 < [each["after"] for each in document["said"]][3] < len(document["exchanges"])
    assert [each["message"] for each in document["exchanges"]].count("payment_intent.succeeded") == 1
    assert document["clock"]["began"] < document["clock"]["ended"]
    assert len(document["invariants"]) == 18
    assert run.lines.index(f"  {document['said'][3]['line']}") == document["said"][3]["after"] + 3
    assert len(run.lines) == len(document["said"]) + len(document["exchanges"])


@pytest.fixture
def _played_already(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Save the time of playing the same again."""
    monkeypatch.setattr("simulators.stories.run.run_story", lambda *_, **__: run)


@pytest.mark.usefixtures("_played_already")
def test_what_differs_is_named_by_its_place(run: Run) -> None:
    document = json.loads(run.text)
    document["exchanges"][2]["answer"] = "599"
    assert replay(read_run(json.dumps(document))).difference == 'exchanges[2].answer: "599" became "200"'


@pytest.mark.usefixtures("_played_already")
def test_another_version_is_no_other_run(run: Run) -> None:
    assert replay(read_run(but(run, versions={"python": "2.7"}))).difference == ""


@pytest.mark.usefixtures("_played_already")
@pytest.mark.parametrize("name", ["exchanges", "said", "invariants"])
def test_what_is_missing_is_a_difference(run: Run, name: str) -> None:
    assert replay(read_run(but(run, **{name: run.document[name][:2]}))).difference.startswith(f"{name}: [")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[]", "no run"),
        ('{"format": "another"}', "its format must be"),
        (json.dumps({"format": FORMAT, "story": "crash", "seed": "7"}), "seed, service, versions, told, exchanges"),
    ],
)
def test_what_is_no_run_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_run(text)


@pytest.mark.parametrize("service", [None, "reference", "this:that"])
def test_a_document_does_not_choose_what_is_imported(run: Run, service: str | None) -> None:
    with pytest.raises(ValueError, match="of the service 'antigravity:fly', not of"):
        read_run(but(run, service="antigravity:fly"), service=service)


def test_a_service_of_ones_own_is_played_when_it_is_named(run: Run) -> None:
    own = run_story(CRASH, seed=7, service="simulators.naive.app:create_app")

    assert replay(read_run(own.text, service="simulators.naive.app:create_app")).difference == ""
    assert own.document["told"] == run.document["told"]


def test_a_story_of_another_version_is_named(run: Run) -> None:
    with pytest.raises(ValueError, match="no story 'flood'"):
        read_run(but(run, story="flood"))


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, ...]]:
    with Inside(tmp_path_factory.mktemp("world"), seed=7) as world:
        yield astuple(world.topology.credentials)


@pytest.mark.parametrize("service", ["reference", "naive"])
def test_nothing_secret_is_in_a_run(secrets: tuple[str, ...], service: str) -> None:
    text = run_story(story_named("declined-card"), seed=7, service=service).text

    assert [each for each in secrets if each in text] == []
    assert SECRET.findall(text) == []


def test_a_refusal_that_stops_a_story_is_told_without_what_was_answered() -> None:
    """What Stripe answers to a declined payment holds the intent, and the intent its client secret."""

    def decline(scene: Scene) -> None:
        scene.asks()
        scene.pays("pm_card_visa_chargeDeclined")

    document = run_story(replace(story_named("course"), act=decline)).document

    assert re.search(r"must end COMPLETED.* AWAITING_PAYMENT.*confirm → 402", document["told"]["problem"])
    assert SECRET.findall(json.dumps(document)) == []


def harness(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_a_story_is_told_in_full_kept_and_played_again(tmp_path: Path) -> None:
    file = tmp_path / "run.json"
    first = harness("stories", "crash", "--service", "naive", "--seed", "7", "--save", str(file))
    again = harness("replay", str(file))

    assert first.exit_code == 1
    for part in ("A crash in the middle", "✗ I1 ", "I18 secrets stay secret", *commands("crash", 7, "naive").values()):
        assert part in first.output
    assert (again.exit_code, again.output.split(":")[0].strip()) == (0, "✓ the same, byte for byte")

    file.write_text(
        file.read_text().replace('"COMPLETED"', '"EXPIRED"').replace('"open"', "1").replace("no answer", "200")
    )
    other = harness("replay", str(file), "--json")
    assert (other.exit_code, json.loads(other.output)["identical"]) == (1, False)


def test_all_stories_are_told_in_a_line_each(monkeypatch: pytest.MonkeyPatch) -> None:
    some = [*STORIES[:2], CRASH]
    monkeypatch.setattr("simulators.cli.stories.STORIES", some)
    first = harness("stories", "--service", "naive")

    assert first.exit_code == 1
    assert [line.split()[:2] for line in first.output.splitlines()] == [
        ["✓", "course"],
        ["✓", "session"],
        ["✗", "crash"],
    ]
    assert (
        "I1 every payment ends once: jon paid 19.00 EUR for the course java, and has nothing"
        in first.output.splitlines()[2]
    )


def test_programs_get_the_runs_a_line_each() -> None:
    first = harness("stories", "course", "session", "--json")

    assert first.exit_code == 0
    assert [Run(json.loads(line)).document["story"] for line in first.output.splitlines()] == ["course", "session"]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["stories", "lost"], "there is no story 'lost'"),
        (["stories", "crash", "course", "--save", "run.json"], "name one"),
        (["stories", "--save", "run.json"], "name one"),
        (["stories", "course", "--save", "nowhere/run.json"], "--save nowhere/run.json: No such file"),
        (["stories", "course", "--service", "nowhere:create_app"], "no service at 'nowhere:create_app'"),
        (["replay", "nowhere.json"], "nowhere.json"),
        (["replay", __file__], "this is no JSON"),
    ],
)
def test_wrong_usage_is_named_and_is_exit_code_2(arguments: list[str], named: str) -> None:
    answer = harness(*arguments)

    assert answer.exit_code == 2
    assert named in answer.output
