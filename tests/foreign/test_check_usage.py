"""`harness check`, wrongly asked: what cannot be judged is said in a sentence, and nothing is played."""

from pathlib import Path

import pytest

from simulators.world.together import Together
from simulators.world.topology import PAYMENT, STRIPE
from tests.foreign.harness_check import NAIVE, checked

pytestmark = [pytest.mark.served]


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


def test_simulators_in_the_place_of_ours_are_no_fault_of_the_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Together(tmp_path) as theirs:
        for name, value in theirs.topology.environ().items():
            monkeypatch.setenv(name, value)
        done = checked("--service-url", theirs.topology.urls[PAYMENT], "--only", "stories", "--scenario", "course")
        port = theirs.topology.urls[STRIPE].rpartition(":")[2]
    assert done.returncode == 2, done.stdout + done.stderr
    assert f"left out, since port {port}, where it looks for stripe, is taken" in " ".join(done.stderr.split())
