"""The command `harness` as a person or a program calls it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import jwt
import pytest
import requests
from click.testing import CliRunner, Result

from simulators.cli import main
from simulators.world.serving import Port
from simulators.world.together import Together
from simulators.world.waiting import wait_for

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "a secret of at least thirty-two bytes"
OPERATORS = [
    *(["sagas", verb] for verb in ("list", "show", "resume")),
    *(["contracts", verb] for verb in ("publish", "verify")),
    *(["dead-letters", verb] for verb in ("list", "retry", "resolve")),
]
CONTRACTS = [["contracts", verb] for verb in ("diff", "page")]
VERBS = ("demo", "stories", "replay", "simulate", "serve", "token", "reconcile")
ANYWHERE = ["--payment-port", "0", "--stripe-port", "0", "--learning-port", "0"]


def harness(*arguments: str, **environ: str) -> Result:
    return CliRunner(env=environ).invoke(main, arguments)


def started(*arguments: str, **environ: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "simulators.cli", *arguments],
        env=os.environ | environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.mark.parametrize("command", [[], *([verb] for verb in VERBS), *OPERATORS, *CONTRACTS])
def test_every_command_explains_itself(command: list[str]) -> None:
    answer = harness(*command, "--help")

    assert answer.exit_code == 0
    assert "Example: harness" in answer.output or "Example: env" in answer.output or not command


def test_a_token_says_who_and_what_somebody_is() -> None:
    answer = harness("token", "--sub", "ada", "--role", "student", JWT_SECRET=SECRET)

    claims = jwt.decode(answer.output.strip(), SECRET, ["HS256"], options={"require": ["exp"]})
    assert (claims["sub"], claims["role"]) == ("ada", "student")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["simulate", "stripes"], "stripes"),
        (["token", "--sub", "ada", "--role", "king"], "--role"),
        (["token", "--sub", "ada", "--role", "student"], "--jwt-secret"),
        (["demo", "--payment-port", "http"], "--payment-port"),
    ],
)
def test_wrong_usage_is_named_and_is_exit_code_2(arguments: list[str], named: str) -> None:
    answer = harness(*arguments, JWT_SECRET="")

    assert answer.exit_code == 2
    assert named in answer.output


def test_a_wrong_environment_is_reported_all_at_once() -> None:
    needed = ("STRIPE_API_KEY", "STRIPE_WEBHOOK_SECRET", "LEARNING_SERVICE_URL", "SERVICE_TOKEN", "JWT_SECRET")
    answer = harness("serve", **dict.fromkeys(needed, ""))

    assert answer.exit_code == 2
    assert all(name in answer.output for name in needed)


def test_a_port_that_is_taken_is_wrong_usage() -> None:
    taken = Port("stripe", 0)
    answer = harness("demo", "--once", "--stripe-port", taken.url.rpartition(":")[2])
    taken.socket.close()

    assert answer.exit_code == 2
    assert "--stripe-port" in answer.output


@pytest.mark.served
def test_the_demo_ends_well_without_a_terminal_and_leaves_nothing(tmp_path: Path) -> None:
    answer = harness("demo", "--once", *ANYWHERE, TMPDIR=str(tmp_path))

    assert answer.exit_code == 0, answer.output
    assert "\x1b[" not in answer.output
    assert answer.output.count("✓") > 3
    assert list(tmp_path.iterdir()) == []


@pytest.mark.served
def test_the_demo_has_pages_and_leaves_nothing(tmp_path: Path) -> None:
    nowhere = ("--tutor-matching-port", "0", "--communication-port", "0", "--pages-port", "0")
    process = started("demo", *ANYWHERE, *nowhere, TMPDIR=str(tmp_path), PYTHONUNBUFFERED="1", NO_COLOR="1")
    assert process.stdout
    lines = []
    while "Ctrl-C" not in (line := process.stdout.readline()):
        lines.append(line)
    url = line.split()[1]
    (looking,) = [each for each in lines if each.startswith("OPERATOR=")]
    bearer = {"Authorization": f"Bearer {looking.strip().partition('=')[2]}"}
    (sagas, _) = [each.split()[2] for each in lines if "$OPERATOR" in each]
    assert len(requests.get(sagas, headers=bearer, timeout=30).json()["items"]) == 5
    assert any("CREATE_ENROLLMENT_RECORD" in line for line in lines)
    assert requests.get(url, headers={"Accept": "application/json"}, timeout=30).json()["counters"] == {
        "COMPLETED": 3,
        "REFUNDED": 2,
    }
    process.send_signal(signal.SIGINT)
    _, problems = process.communicate(timeout=30)
    assert (process.returncode, problems, list(tmp_path.iterdir())) == (130, "", [])


def test_the_pages_port_that_is_taken_is_named() -> None:
    taken = Port("pages", 0)
    answer = harness("demo", "--pages-port", taken.url.rpartition(":")[2])
    taken.socket.close()

    assert answer.exit_code == 2
    assert "--pages-port" in answer.output


@pytest.mark.served
def test_the_books_of_a_running_service_are_compared(tmp_path: Path) -> None:
    with Together(tmp_path) as world:
        world.learning.create_course("algebra")
        saga_id = world.student("ada").enroll("algebra")
        world.student("ada").client_secret(saga_id)
        agreeing = harness("reconcile", **world.topology.environ())
        (intent,) = world.stripe.intents(saga_id)
        form = {"metadata[contextId]": "chess"}
        world.stripe.client.post(f"/v1/payment_intents/{intent['id']}", form=form)
        differing = harness("reconcile", "--json", **world.topology.environ())

    assert (agreeing.exit_code, agreeing.output) == (0, "Nothing differs. Payments compared: 1\n")
    assert (differing.exit_code, json.loads(differing.output.splitlines()[0])["kind"]) == (1, "CONTEXT_DIFFERS")


def test_books_are_not_compared_with_a_database_that_is_none_of_the_services(tmp_path: Path) -> None:
    urls = dict.fromkeys(("LEARNING", "TUTOR_MATCHING", "COMMUNICATION"), "http://127.0.0.1:1")
    environ = {f"{name}_SERVICE_URL": url for name, url in urls.items()}
    secrets = {"STRIPE_API_KEY": "sk_test_x", "STRIPE_WEBHOOK_SECRET": "x", "SERVICE_TOKEN": "x", "JWT_SECRET": SECRET}
    answer = harness("reconcile", DATABASE_URL=f"sqlite:///{tmp_path}/new.sqlite3", **environ, **secrets)

    assert answer.exit_code == 2
    assert "DATABASE_URL" in answer.output


@pytest.mark.served
@pytest.mark.parametrize("words", [["demo"], ["simulate"], ["check", "--only", "stories"]], ids=" ".join)
def test_ctrl_c_ends_what_has_only_begun(words: list[str], tmp_path: Path) -> None:
    process = started(*words, *(ANYWHERE if words == ["demo"] else []), TMPDIR=str(tmp_path), PYTHONVERBOSE="1")
    assert process.stderr
    assert next(line for line in process.stderr if line.startswith("import 'simulators.clients"))
    process.send_signal(signal.SIGINT)
    rest, problems = process.communicate(timeout=60)
    assert (process.returncode, rest, "Traceback" in problems, list(tmp_path.iterdir())) == (130, "", False, [])


@pytest.mark.served
@pytest.mark.parametrize(("how", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_the_simulators_serve_a_service_of_ones_own_until_asked_to_end(how: signal.Signals, code: int) -> None:
    services = ("stripe", "learning", "tutor-matching", "communication")
    anywhere = [word for name in services for word in (f"--{name}-port", "0")]
    process = started("simulate", "--json", *anywhere)
    assert process.stdout
    settings = json.loads(process.stdout.readline())
    simulators = {name: url for name, url in settings["urls"].items() if name != "payment-service"}
    assert [name.removesuffix("-service") for name in simulators] == list(services)
    assert all(requests.get(f"{url}/_sim", timeout=5).json()["name"] == name for name, url in simulators.items())
    assert {"SERVICE_TOKEN", "JWT_SECRET", "STRIPE_WEBHOOK_SECRET"} < set(settings)
    answer = requests.get(settings["urls"]["stripe"] + "/v1/payment_intents", auth=("sk_test_any", ""), timeout=5)
    assert answer.json()["data"] == []

    process.send_signal(how)
    rest, problems = process.communicate(timeout=10)
    assert (process.returncode, problems) == (code, "")
    assert json.loads(rest.splitlines()[-1])["exchange"]["answer"] == "200"


@pytest.mark.apart
def test_the_processes_of_a_demo_die_with_it(tmp_path: Path) -> None:
    demo = started("demo", "--apart", *ANYWHERE, TMPDIR=str(tmp_path))
    assert demo.stdout
    while "openapi.json" not in (line := demo.stdout.readline()):
        assert line, demo.communicate()
    url = line.split()[1]
    assert requests.get(url, timeout=5).ok

    demo.kill()
    demo.communicate()
    assert wait_for(lambda: not _answers(url), seconds=10)


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=1).ok
    except requests.RequestException:
        return False
