"""`harness explore` as it is typed: what it says, keeps, and ends with."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from simulators.check.subject import Subject
from simulators.cli import main
from simulators.explore.playing import play_spec
from simulators.explore.spec import StormSpec
from tests.rooms.source import ROOT

HARNESS = [sys.executable, "-m", "simulators.cli"]
SMALL = ["--purchases", "1", "--faults", "1", "--jobs", "1"]


def explore(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["explore", *arguments])


def test_every_promise_holds_with_the_reference_and_what_was_seen_becomes_a_page(tmp_path: Path) -> None:
    page = tmp_path / "coverage.html"
    ended = explore("--seeds", "0-3", *SMALL, "--coverage", str(page))
    assert (ended.exit_code, ended.stdout.splitlines()[-1]) == (0, "✓ every promise held"), ended.output
    assert "4 storms" in ended.stdout
    text = page.read_text()
    assert "a hole: it was never seen" in text
    assert "paid while being cancelled" in text
    assert "AWAITING_PAYMENT" in text


def test_a_failing_storm_is_made_small_kept_played_again_and_becomes_a_test(tmp_path: Path) -> None:
    runs, test = tmp_path / "runs", tmp_path / "test_storm.py"
    ended = explore(
        "--seeds", "0-9", "--service", "naive", "--purchases", "2", "--faults", "2", "--jobs", "1", "--no-steer",
        "--save", str(runs), "--write-test", str(test),
    )  # fmt: skip
    assert ended.exit_code == 1, ended.output
    (kept,) = runs.iterdir()
    assert f"again: harness replay {kept}" in ended.stdout
    storm = json.loads(kept.read_text())["storm"]
    assert (len(storm["purchases"]), len(storm["faults"])) <= (2, 2)

    replayed = CliRunner().invoke(main, ["replay", str(kept)])
    assert replayed.exit_code == 0, replayed.output
    assert "the same, byte for byte" in replayed.stdout
    failed = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(test)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert failed.returncode == pytest.ExitCode.TESTS_FAILED, failed.stdout
    assert "1 failed" in failed.stdout


def test_the_same_seeds_are_the_same_storms_byte_for_byte_whoever_plays_them() -> None:
    arguments = ["--seeds", "0-5", "--json", "--purchases", "1", "--faults", "2"]
    alone, together = (
        subprocess.run([*HARNESS, "explore", *arguments, "--jobs", jobs], cwd=ROOT, capture_output=True, check=False)
        for jobs in ("1", "2")
    )
    assert alone.returncode == together.returncode == 0, together.stderr
    assert alone.stdout == together.stdout
    assert len({json.loads(line)["trace"] for line in alone.stdout.splitlines()[:-1]}) == 6


def test_one_storm_is_told_in_full() -> None:
    ended = explore("--storm", "1/1x1/way=cancels")
    assert ended.exit_code == 0, ended.output
    assert "and cancels, for" in ended.stdout
    assert "goes wrong: " in ended.stdout


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        (["--seeds", "9-0"], "no range of seeds"),
        (["--for", "soon"], "no span of time"),
        (["--storm", "7"], "no storm"),
        (["--seeds", "0-1", "--for", "1s"], "one of --seeds, --for, --storm and --interleavings"),
        (["--service", "nobody:create_app"], "nobody:create_app"),
        (["--env", "A=B"], "--env and --env-file are for a --command"),
    ],
)
def test_wrong_usage_is_told(arguments: list[str], wrong: str) -> None:
    ended = explore(*arguments)
    assert ended.exit_code == 2
    assert wrong in ended.output


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_ends_it(jobs: str) -> None:
    command = [*HARNESS, "explore", "--for", "1h", "--jobs", jobs, "--json", "--purchases", "1", "--faults", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout
        assert json.loads(running.stdout.readline())["broken"] == []
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "Traceback" not in said


def test_who_died_is_started_again() -> None:
    """Otherwise a storm with a crash would be one long outage."""
    specs = [StormSpec.parse(f"{seed}/1x1/way=pays+thing=sure+fault=caller_crash@payment-service") for seed in range(4)]
    results = [play_spec(each, Subject()) for each in specs]
    assert [each.broken for each in results] == [()] * 4
    assert sum(each.strikes.get("caller_crash", 0) for each in results) > 0
