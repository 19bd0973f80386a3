"""Every command works from the wheel, in an empty folder."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path
from zipfile import ZipFile

import pytest
import requests

from tests.installed.conftest import Installation
from tests.rooms.source import ROOT, tracked

PORTS = ("payment", "stripe", "learning", "tutor-matching", "communication", "pages")
ANYWHERE = [word for name in PORTS for word in (f"--{name}-port", "0")]
NOT_CARRIED = {".webp"}  # the pictures are looked at where the repository is


def test_the_wheel_carries_all_that_the_packages_hold(wheel: Path) -> None:
    inside = set(ZipFile(wheel).namelist())
    packages = [each.relative_to(ROOT) for each in tracked()]
    held = {each.as_posix() for each in packages if each.parts[0] in {"reference", "simulators"}}
    held |= {
        f"simulators/package_data/{each.as_posix()}" for each in packages if each.parts[0] in {"features", "pacts"}
    }
    assert {each for each in held - inside if not each.endswith(tuple(NOT_CARRIED))} == set()
    assert "simulators/package_data/.env.example" in inside


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--version"], "harness, version "),
        (["--help"], "simulate"),
        (["env"], "STRIPE_API_KEY="),
        (["stories"], "✓ lost-webhook"),
        (["contracts", "verify", "--provider", "learning-service", "--list"], "a published course"),
        (["contracts", "page", "--output", "page"], "page/index.html"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else "",
)
def test_a_command_works_in_an_empty_folder(installation: Installation, words: list[str], said: str) -> None:
    answer = installation.run("harness", *words)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert said in answer.stdout


def test_the_page_of_the_contracts_holds_the_scenarios(installation: Installation) -> None:
    installation.run("harness", "contracts", "page", "--output", "page")
    assert "ENR-15" in (installation.folder / "page" / "scenarios.enroll-in-a-course.html").read_text()


def test_a_service_is_judged_in_an_empty_folder(installation: Installation) -> None:
    answer = installation.run("harness", "check", "--only", "stories", "--json", "--jobs", "1")
    assert answer.returncode == 0, answer.stderr
    assert {case["outcome"] for case in json.loads(answer.stdout)["cases"]} == {"kept"}


def test_the_scenarios_are_put_to_a_service_in_an_empty_folder(installation: Installation) -> None:
    answer = installation.run("harness", "check", "--scenario", "ENR-01", "--json", "--jobs", "1")
    assert answer.returncode == 0, answer.stderr
    assert [case["id"] for case in json.loads(answer.stdout)["cases"]] == ["ENR-01"]


def test_the_book_tells_what_was_played_and_fails_for_what_was_not(installation: Installation) -> None:
    answer = installation.run("harness", "features", "page", "--output", "book", "--scenario", "ENR-15", "--jobs", "1")
    assert (answer.returncode, answer.stdout) == (1, "book/index.html\n")
    assert "ENR-14: was not played" in answer.stderr
    assert "ENR-15" not in answer.stderr
    book = {each.name: each.read_text() for each in (installation.folder / "book").iterdir()}
    assert set(book) == {"index.html", "book_session.html", "enroll_in_course.html", "payments.html", "ENR-15.html"}
    assert "What struck: lost delivery at stripe" in book["enroll_in_course.html"]


@pytest.mark.served
def test_the_demo_has_its_pages_in_an_empty_folder(installation: Installation) -> None:
    command = installation.command("harness", "demo", *ANYWHERE)
    environ = installation.environ(PYTHONUNBUFFERED="1")
    with subprocess.Popen(
        command, cwd=installation.folder, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as demo:
        assert demo.stdout
        url = next(line for line in demo.stdout if "Ctrl-C" in line).split()[1]
        for page in (
            "/",
            "/contracts/",
            "/promises/",
            "/promises/payments.html",
            "/static/console.css",
            "/static/vendor/idiomorph-0.8.0.min.js",
        ):
            assert requests.get(url.rstrip("/") + page, timeout=30).status_code == 200
        demo.send_signal(signal.SIGINT)
        _, problems = demo.communicate(timeout=60)
    assert problems == ""
    assert list(installation.folder.iterdir()) == []
