"""The book out of Cucumber Messages: of our own check, of anybody else's, and of what is no messages at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from simulators.book.playing import read_playing
from simulators.book.scenario_run import RunOutcome
from simulators.check.cucumber import messages
from simulators.cli import main
from simulators.package_data import FEATURES
from tests.unit.check.results import FOUND, SUBJECT, result

SENT = messages(SUBJECT, result(), "v1.2")


def test_a_check_is_read_with_who_was_judged_where_and_how_each_case_came_out() -> None:
    played = read_playing(SENT)
    assert (played.service, played.world, played.revision) == ("node server.js", "as a process", "v1.2")
    assert "--command 'node server.js'" in played.options
    assert played.runs["ENR-01"].outcome is RunOutcome.HELD
    assert played.runs["ENR-20/2"].outcome is RunOutcome.BROKEN
    assert played.texts["features/payments.feature"] == (FEATURES / "payments.feature").read_text()


def test_a_record_tells_what_was_said_and_the_promise_that_broke() -> None:
    found = result()
    case = found.cases[1]
    exchanges = [each for _, each in case.transcript["exchanges"]]
    case.record = {
        "exchanges": exchanges,
        "lost": [],
        "strikes": [["stripe", "lost_delivery", 1]],
        "states": [["A", "B"]],
    }
    run = read_playing(messages(SUBJECT, found)).runs["ENR-20/2"]
    assert run.reason.startswith("I1 every payment ends once")
    assert FOUND in run.reason
    assert [each.said for each in run.diagram.steps if each.said] == [
        "POST /payment_intents",
        "payment_intent.succeeded",
    ]
    assert (run.strikes, run.states) == (("lost delivery at stripe",), ("a → b",))


def test_without_a_record_the_step_that_failed_is_the_reason() -> None:
    assert read_playing(SENT).runs["ENR-20/2"].reason.startswith("not so: ")


def test_messages_of_another_runner_have_no_record_and_are_read_all_the_same() -> None:
    others = [line for line in SENT.splitlines() if "attachment" not in json.loads(line)]
    played = read_playing("\n".join(others))
    assert (played.service, played.world) == ("somebody's service", "in a world of its own")
    assert played.runs["ENR-01"].outcome is RunOutcome.HELD


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("hello", "this is no NDJSON"),
        ("[1]", "these are no Cucumber Messages"),
        ('{"testRunFinished": {}}', "these are no Cucumber Messages"),
        (SENT.rpartition('{"testRunFinished"')[0], "testRunFinished is missing"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "messages.ndjson").write_text(text)
    words = ["features", "page", "--output", str(tmp_path / "book"), "--messages", str(tmp_path / "messages.ndjson")]
    answer = CliRunner().invoke(main, words)
    assert (answer.exit_code, problem in answer.output) == (2, True), answer.output
    assert not (tmp_path / "book").exists()


def test_a_team_has_the_book_of_its_own_service_and_nothing_is_played(tmp_path: Path) -> None:
    (tmp_path / "messages.ndjson").write_text(SENT)
    words = ["features", "page", "--output", str(tmp_path / "book"), "--messages", str(tmp_path / "messages.ndjson")]
    answer = CliRunner().invoke(main, words)
    assert answer.exit_code == 1
    assert "ENR-20/2: not so: " in answer.output
    assert "ENR-14: was not played, as a process" in answer.output
    assert "ENR-01" not in answer.output
    page = (tmp_path / "book" / "enroll_in_course.html").read_text()
    assert "node server.js at revision v1.2, as a process: 2 runs on" in page
    assert "harness check --command &#39;node server.js&#39; --scenario ENR-01" in page
    assert "naive service" not in page
