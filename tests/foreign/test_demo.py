"""The demo, its console and the operators' commands serve a payment-service of another team as they serve ours."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest
from click.testing import CliRunner

from simulators.check.subject import Subject
from simulators.cli import main
from simulators.console.app import create_app
from simulators.console.session import Session
from simulators.stories import play, story_named
from simulators.world.around import Around
from simulators.world.foreign_time import FAKED, REAL, libfaketime
from simulators.world.together import ANY_PORTS
from simulators.world.topology import PAYMENT, STRIPE
from tests.foreign.service import FOLDER, has_node, install_packages
from tests.rooms.source import ROOT

pytestmark = [
    pytest.mark.node,
    pytest.mark.served,
    pytest.mark.skipif(not has_node(), reason="NOT TESTED: the demo of a service in Node, for want of node 20 and npm"),
]
COMMAND = ("node", str(FOLDER / "server.js"))
TIME = FAKED if libfaketime() else REAL


@pytest.fixture(scope="module", autouse=True)
def _packages() -> None:
    install_packages()


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    own = Subject(command=COMMAND, folder=str(ROOT), time=TIME.name)
    with Session(tmp_path_factory.mktemp("demo"), ANY_PORTS, own=own) as session:
        yield session


def test_five_stories_are_played_with_a_command_in_the_place_of_the_reference() -> None:
    ports = [f"--{name}-port=0" for name in ("payment", "stripe", "learning", "tutor-matching", "communication")]
    command = [
        sys.executable,
        "-m",
        "simulators.cli",
        "demo",
        "--once",
        "--command",
        f"node {FOLDER / 'server.js'}",
        *ports,
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The payment-service is yours: node" in done.stdout
    assert "all 18 hold" in done.stdout


def test_the_console_shows_the_sagas_of_a_command_and_begins_anew_with_it(session: Session) -> None:
    pages = create_app(session).test_client()
    played = play(story_named("course"), session.world)
    assert played.ended_well, played.sentence
    assert f"payment-service: {session.first_service}" in pages.get("/").text
    assert pages.get(f"/sagas/{played.saga_id}").status_code == 200
    origin = {"Origin": "http://localhost", "Accept": "application/json"}
    assert pages.post("/clock/pause", headers=origin).status_code == 409
    assert pages.post("/reset", data={"service": "naive"}, headers=origin).status_code == 200
    assert not isinstance(session.world, Around)
    assert pages.post("/reset", headers=origin).status_code == 200
    assert isinstance(session.world, Around)
    assert session.world.is_up(PAYMENT)


def reconcile(session: Session, monkeypatch: pytest.MonkeyPatch, *more: str) -> tuple[int, str]:
    known = session.world.topology
    monkeypatch.setenv("STRIPE_API_KEY", known.credentials.stripe_key)
    monkeypatch.setenv("STRIPE_API_BASE", known.urls[STRIPE])
    monkeypatch.setenv("JWT_SECRET", known.credentials.jwt_secret)
    until = ["--until", (session.world.clock.now() + timedelta(hours=1)).isoformat()]
    answer = CliRunner().invoke(main, ["reconcile", "--service-url", known.urls[PAYMENT], *until, *more])
    return answer.exit_code, answer.output


def test_the_books_of_a_service_that_runs_are_compared_from_outside(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = session.world
    assert play(story_named("course"), world).ended_well
    code, said = reconcile(session, monkeypatch)
    assert (code, said.startswith("Nothing differs. Payments compared: ")) == (0, True), said
    metadata = {"paymentId": "p", "sagaId": "s", "paymentContext": "COURSE_ENROLLMENT", "contextId": "algebra"}
    form = {"amount": 100, "currency": "eur"} | {f"metadata[{key}]": value for key, value in metadata.items()}
    world.stripe.client.post("/v1/payment_intents", form=form)
    code, said = reconcile(session, monkeypatch, "--json")
    assert code == 1
    found, summary = map(json.loads, said.splitlines())
    assert (found["kind"], found["paymentId"], found["there"]) == (
        "UNKNOWN_HERE",
        "p",
        "requires_payment_method 1.00 EUR",
    )
    assert summary["differences"] == {"UNKNOWN_HERE": 1}


def test_what_is_missing_to_compare_from_outside_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STRIPE_API_KEY", raising=False)
    runner, options = CliRunner(), ["reconcile", "--service-url", "http://127.0.0.1:9", "--token", "x"]
    answer = runner.invoke(main, options)
    assert (answer.exit_code, "STRIPE_API_KEY" in answer.output) == (2, True)
    monkeypatch.setenv("STRIPE_API_BASE", "http://127.0.0.1:9")
    monkeypatch.setenv("STRIPE_API_KEY", "sk_live_x")
    assert "is a live key" in runner.invoke(main, options).output
    monkeypatch.setenv("STRIPE_API_KEY", "sk_test_x")
    answer = runner.invoke(main, options)
    assert (answer.exit_code, "nothing answers at 127.0.0.1:9" in answer.output) == (2, True)
    answer = runner.invoke(main, [*options, "--repair"])
    assert (answer.exit_code, "from outside nothing can be repaired" in answer.output) == (2, True)


def test_what_cannot_be_shown_is_said_in_a_sentence() -> None:
    runner = CliRunner()
    answer = runner.invoke(main, ["demo", "--command", "no-such-program", "--once"])
    assert (answer.exit_code, "ended with exit code 127" in answer.output) == (2, True)
    answer = runner.invoke(main, ["demo", "--command", "node x", "--apart"])
    assert (answer.exit_code, "--command or --apart, not both" in answer.output) == (2, True)
