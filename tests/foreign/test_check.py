"""`harness check`: a right service is found right, a wrong one wrong, and what cannot be judged is left out aloud."""

import json
import re
import shlex
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from simulators.check.contract_replay import needed_interactions
from simulators.world.foreign_time import libfaketime
from tests.foreign.harness_check import NAIVE, NODE, NODE_FAKED, checked, checked_apart
from tests.foreign.service import has_node, install_packages

pytestmark = [pytest.mark.served]
needs_node = pytest.mark.skipif(not has_node(), reason="NOT TESTED: harness check of a service in Node, for want of it")
needs_libfaketime = pytest.mark.skipif(
    libfaketime() is None, reason="NOT TESTED: another process's clock, for want of libfaketime"
)
TRIES = 8
WANTED_OF_PAYMENTS = len(needed_interactions())


@pytest.fixture(scope="module", autouse=True)
def _packages() -> None:
    if has_node():
        install_packages()


def test_the_reference_is_judged_when_nobody_else_is_named() -> None:
    done = checked_apart("--scenario", "ENR-01", "--scenario", "ENR-20/3", "--scenario", "course")
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
    done = checked(*NODE_FAKED, *(word for case in cases for word in ("--scenario", case)))
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(cases)} of {len(cases)} kept" in done.stdout


@pytest.mark.node
@needs_node
@needs_libfaketime
def test_a_mistake_of_a_command_is_seen_with_the_last_that_it_printed() -> None:
    done = checked(*NODE_FAKED, "--env", "MISTAKE=late-money-is-kept", "--scenario", "ENR-12", "--json")
    assert done.returncode == 1, done.stdout + done.stderr
    (case,) = json.loads(done.stdout)["cases"]
    assert case["step"]
    assert "CANCEL_INTENT failed" in case["log"]


def test_the_reference_keeps_every_contract_without_a_desk() -> None:
    done = checked("--only", "contracts")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{WANTED_OF_PAYMENTS} of {WANTED_OF_PAYMENTS} kept" in done.stdout


def test_a_broken_example_of_a_contract_shows_what_was_said() -> None:
    example = "communication-service: SessionConfirmed, lacking its meetingLink"
    done = checked(*NAIVE, "--only", "contracts", "--scenario", example, "--json")
    [case] = json.loads(done.stdout)["cases"]
    assert case["reasons"] == ["must be answered 400, and is answered 202"]
    assert case["exchanges"][-1].endswith(" SessionConfirmed                            202")


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
    """Some mistakes show only if what the service has begun gets far enough before it dies, so it is played again."""
    for _ in range(TRIES):
        done = checked(*NODE_FAKED, "--env", f"MISTAKE={mistake}", "--only", "stories,crashes", "--scenario", case)
        if done.returncode:
            break
    assert done.returncode == 1, done.stdout + done.stderr
    assert why in " ".join(done.stdout.split())


@pytest.mark.node
@needs_node
@needs_libfaketime
def test_whoever_answers_before_storing_is_found_before_time_moves_and_its_point_can_be_played_alone() -> None:
    wrong = [*NODE_FAKED, "--env", "MISTAKE=answers-before-it-is-stored", "--only", "crashes"]
    point = "course-bought@answered:payment_intent.succeeded:1"
    done = checked(*wrong, "--scenario", point)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "killed at the 1st payment_intent.succeeded, once the service has answered it" in done.stdout
    assert "answered before it was stored" in " ".join(done.stdout.split()), "whichever way the lines are folded"
    assert f"alone: --only crashes --scenario '{point}'" in done.stdout
    done = checked(*NODE_FAKED, "--only", "crashes", "--scenario", point)
    assert "1 of 1 kept" in done.stdout, done.stdout + done.stderr


DIES = """
const http = require('node:http');
const die = () => { console.error('In parse_ft_string(), failed to parse FAKETIME timestamp.'); process.exit(1); };
http.createServer((asked, answer) => (asked.method === 'POST' ? die() : answer.end())).listen(process.env.PORT);
"""


@pytest.mark.node
@needs_node
@needs_libfaketime
def test_who_dies_of_the_library_that_moves_its_clock_is_not_blamed() -> None:
    done = checked("--command", shlex.join(["node", "-e", DIES]), "--time", "faked", "--scenario", "course")
    assert done.returncode == 2, done.stdout + done.stderr
    assert "left out, since libfaketime could not read the clock" in " ".join(done.stderr.split())


@needs_libfaketime
def test_a_service_whose_timers_stand_still_under_a_moved_monotonic_clock_has_its_wall_clock_moved() -> None:
    serve = f"{sys.executable} -m simulators.cli serve"
    done = checked("--command", serve, "--scenario", "lost-webhook")
    assert "1 of 1 kept" in done.stdout, done.stdout + done.stderr
    assert "its time is wall" in done.stdout


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
