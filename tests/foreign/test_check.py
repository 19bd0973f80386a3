"""`harness check`: a right service is found right, a wrong one wrong, and what cannot be judged is left out aloud."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from simulators.check.contract_replay import needed_interactions
from simulators.world.foreign_time import libfaketime
from simulators.world.waiting import wait_for
from tests.foreign.processes import processes_of
from tests.foreign.service import FOLDER, has_node, install_packages
from tests.rooms.source import ROOT

pytestmark = [pytest.mark.served]
needs_node = pytest.mark.skipif(not has_node(), reason="NOT TESTED: harness check of a service in Node, for want of it")
needs_libfaketime = pytest.mark.skipif(
    libfaketime() is None, reason="NOT TESTED: another process's clock, for want of libfaketime"
)
HARNESS = [sys.executable, "-m", "simulators.cli", "check"]
NODE = ["--command", f"node {FOLDER / 'server.js'}"]
NAIVE = ["--service", "simulators.naive.app:create_app"]
A_WHILE = 60
WANTED_OF_PAYMENTS = len(needed_interactions())


@pytest.fixture(scope="module", autouse=True)
def _packages() -> None:
    if has_node():
        install_packages()


def checked(*arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    return subprocess.run([*HARNESS, *arguments], cwd=ROOT, env=environ, capture_output=True, text=True, check=False)


def test_the_reference_is_judged_when_nobody_else_is_named() -> None:
    done = checked("--scenario", "ENR-01", "--scenario", "ENR-20/3", "--scenario", "course")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 of 3 kept" in done.stdout


def test_a_service_that_is_known_by_a_short_name_is_judged_by_it() -> None:
    done = checked("--service", "naive", "--scenario", "lost-webhook")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "no service at" not in done.stdout


def test_a_broken_promise_is_named_with_the_command_that_shows_it_again(tmp_path: Path) -> None:
    report = tmp_path / "report"
    done = checked(*NAIVE, "--scenario", "lost-webhook", "--scenario", "ENR-01", "--report", str(report))
    assert done.returncode == 1, done.stdout + done.stderr
    again = "harness check --service simulators.naive.app:create_app --only stories --scenario lost-webhook"
    assert f"again: {again}" in done.stdout
    found = json.loads((report / "check.json").read_text())
    broken = {each["id"]: each for each in found["cases"]}["lost-webhook"]
    assert (broken["outcome"], found["kept"]) == ("broken", False)
    assert any("POST /v1/payment_intents" in each for each in broken["exchanges"])
    page = (report / "index.html").read_text()
    assert again in page
    assert "<script" not in page
    assert "http://" not in re.sub(r'http://127\.0\.0\.1|xmlns="[^"]+"', "", page)
    assert {each.name for each in report.iterdir()} == {
        "index.html", "check.json", "junit.xml", "messages.ndjson", "badge.svg",
    }  # fmt: skip
    assert len(ET.parse(report / "junit.xml").findall(".//failure")) == 1  # noqa: S314 - our own file


@pytest.mark.node
@needs_node
@needs_libfaketime
def test_a_right_command_is_kept_and_its_time_is_found_out() -> None:
    done = checked(*NODE, "--scenario", "lost-webhook", "--scenario", "ENR-12", "--scenario", "crash")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "faked: its clock is moved with ours" in done.stdout
    assert "3 of 3 kept" in done.stdout


@pytest.mark.node
@needs_node
@needs_libfaketime
def test_a_right_command_that_decides_otherwise_where_nothing_is_agreed_is_kept() -> None:
    cases = ("ENR-39/2", "ENR-39/4", "BKS-27/1", "BKS-27/2", "PAY-14", "PAY-18", "PAY-23", "PAY-24/3")
    done = checked(*NODE, *(word for case in cases for word in ("--scenario", case)))
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(cases)} of {len(cases)} kept" in done.stdout


@pytest.mark.node
@needs_node
@needs_libfaketime
def test_a_mistake_of_a_command_is_seen_with_the_last_that_it_printed() -> None:
    done = checked(*NODE, "--env", "MISTAKE=late-money-is-kept", "--scenario", "ENR-12", "--json")
    assert done.returncode == 1, done.stdout + done.stderr
    (case,) = json.loads(done.stdout)["cases"]
    assert case["step"]
    assert "CANCEL_INTENT failed" in case["log"]


def test_the_reference_keeps_every_contract_without_a_desk() -> None:
    done = checked("--only", "contracts")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{WANTED_OF_PAYMENTS} of {WANTED_OF_PAYMENTS} kept" in done.stdout


@pytest.mark.node
@needs_node
@needs_libfaketime
def test_a_message_that_lacks_what_its_contract_needs_is_found_on_the_wire() -> None:
    examples = [
        "--scenario",
        "learning-service: CREATE_ENROLLMENT_RECORD",
        "--scenario",
        "harness: a parked saga is resumed",
    ]
    wrong = [*NODE, "--env", "MISTAKE=delivery-lacks-the-payment", "--only", "contracts", *examples]
    done = checked(*wrong)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "data.paymentId is missing" in done.stdout
    assert "--scenario 'learning-service: CREATE_ENROLLMENT_RECORD'" in done.stdout
    assert "1 of 2 kept" in done.stdout


@pytest.mark.node
@needs_node
@needs_libfaketime
@pytest.mark.parametrize(
    ("mistake", "case", "why"),
    [
        (
            "outbox-in-memory",
            "course-bought@arrived:PaymentSucceeded:1",
            "PaymentSucceeded has never reached the learning-service",
        ),
        ("deadlines-in-memory", "course-expired@answered:payment_intent.created:1", "still has not ended"),
        ("message-id-for-each-try", "course-bought@done:PaymentSucceeded:1", "2 different messages"),
        ("a-start-is-taken-twice", "course-bought@repeated:EnrollInCourseInitiated:1", "Stripe knows what for"),
        ("news-before-the-answer-is-dropped", "lost-answer", "put aside for a person as of no use"),
    ],
)
def test_what_only_a_crash_or_a_lost_answer_shows_is_found(mistake: str, case: str, why: str) -> None:
    done = checked(*NODE, "--env", f"MISTAKE={mistake}", "--only", "stories,crashes", "--scenario", case)
    assert done.returncode == 1, done.stdout + done.stderr
    assert why in " ".join(done.stdout.split())


@pytest.mark.node
@needs_node
@needs_libfaketime
def test_whoever_answers_before_storing_is_found_before_time_moves_and_its_point_can_be_played_alone() -> None:
    wrong = [*NODE, "--env", "MISTAKE=answers-before-it-is-stored", "--only", "crashes"]
    point = "course-bought@answered:payment_intent.succeeded:1"
    done = checked(*wrong, "--scenario", point)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "killed at the 1st payment_intent.succeeded, once the service has answered it" in done.stdout
    assert "answered before it was stored" in " ".join(done.stdout.split()), "whichever way the lines are folded"
    assert f"alone: --only crashes --scenario '{point}'" in done.stdout
    done = checked(*NODE, "--only", "crashes", "--scenario", point)
    assert "1 of 1 kept" in done.stdout, done.stdout + done.stderr


@pytest.mark.node
@needs_node
def test_what_would_have_to_wait_on_the_machines_time_is_left_out_by_name() -> None:
    done = checked(*NODE, "--time", "real", "--scenario", "ENR-01", "--scenario", "ENR-11")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "○ ENR-11 The student never pays: left out, since its time cannot be moved" in done.stdout
    assert "1 of 1 kept" in done.stdout


def test_a_storm_is_drawn_from_its_seed_and_its_replay_is_named() -> None:
    done = checked(*NAIVE, "--only", "storms", "--seed", "3", "--storms", "2", "--jobs", "1")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "--only storms --seed 3 --storms 1" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--command", "node x.js", "--service-url", "http://127.0.0.1:8000"], "not both"),
        (["--only", "dreams"], "there are stories, scenarios, contracts, storms, crashes"),
        (["--scenario", "ENR-99"], "--scenario ENR-99: there is no case of this name"),
        (["--only", "stories", "--scenario", "course", "--scenario", "lost-webhok"], "is lost-webhook meant?"),
        (["--only", ""], "--only '': there are stories"),
        (["--only", "crashes", "--scenario", "nothing@done:x:1"], "there is no case of this name"),
        (["--only", "crashes", "--scenario", "course-bought@what"], "there is no case of this name"),
        (["--only", "crashes", "--scenario", "course-bought@done:POST:/nowhere:1"], "that never comes"),
        (["--only", "storms", "--storms", "0"], "none are wanted (--storms 0)"),
        (["--command", ""], "--command is empty"),
        (["--command", "node 'x"], "cannot be read: No closing quotation"),
        (["--command", "x", "--env", "=5"], "'=5' is not NAME=VALUE"),
        (["--service-url", "nonsense"], "no address such as http://127.0.0.1:8000"),
        (["--scenario", "course", "--report", "/dev/null/x"], "cannot be written"),
        (["--env", "A=b"], "are for a --command"),
        (["--command", "x", "--env", "A"], "'A' is not NAME=VALUE"),
        (["--service", "no.such.module:create_app"], "no service at 'no.such.module:create_app'"),
        (["--command", "no-such-program"], "ended with exit code 127 before it was ready"),
        (
            ["--command", "printf '\\033[31mred\\001\\n'"],
            "ended with exit code 0 before it was ready. It printed:\nred\ufffd",
        ),
        (["--service-url", "http://127.0.0.1:9", "--only", "stories"], "needs the service's environment here too"),
    ],
)
def test_what_cannot_be_judged_is_said_in_a_sentence(arguments: list[str], why: str) -> None:
    done = checked(*arguments)
    assert done.returncode == 2, done.stdout + done.stderr
    assert why in done.stderr
    assert "Traceback" not in done.stderr
    assert "\x1b" not in done.stderr


def test_a_mistyped_name_is_refused_before_anything_is_played() -> None:
    done = checked(*NAIVE, "--only", "stories", "--scenario", "lost-webhook", "--scenario", "curse")
    assert done.returncode == 2, done.stdout + done.stderr
    assert "lost-webhook" not in done.stdout
    assert "is course meant?" in done.stderr


def test_a_check_in_process_that_is_killed_leaves_nothing_in_shared_memory(tmp_path: Path) -> None:
    arguments, environ = [*HARNESS, "--only", "scenarios", "--jobs", "2"], {**os.environ, "MARKER": str(tmp_path)}
    with subprocess.Popen(
        arguments, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as harness:
        left = wait_for(lambda: in_memory(processes_of(str(tmp_path))), A_WHILE)
        assert left
        os.kill(harness.pid, signal.SIGKILL)
    assert wait_for(lambda: not any(each.exists() for each in left), A_WHILE)
    assert wait_for(lambda: not processes_of(str(tmp_path)), A_WHILE)


def in_memory(processes: list[int]) -> list[Path]:
    return [folder for each in processes for folder in Path("/dev/shm").glob(f"harness-{each}-*")]


@pytest.mark.node
@needs_node
@pytest.mark.parametrize(("part", "at_once"), [("stories", 1), ("stories", 2), ("crashes", 2), ("contracts", 1)])
def test_a_check_that_is_killed_leaves_no_process_and_no_shared_memory(part: str, at_once: int, tmp_path: Path) -> None:
    arguments = [*HARNESS, *NODE, "--env", f"MARKER={tmp_path}", "--only", part, "--jobs", "2"]
    with subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as harness:
        assert wait_for(lambda: len(processes_of(str(tmp_path), of="node")) >= at_once, A_WHILE)
        services = processes_of(str(tmp_path), of="node")
        os.kill(harness.pid, signal.SIGKILL)
    assert wait_for(lambda: not processes_of(str(tmp_path)), A_WHILE)
    assert not [each for pid in services for each in Path("/dev/shm").glob(f"*faketime*_{pid}")]
