"""The command starts at once: what one verb needs keeps no other waiting."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from simulators.cli import PLACES, main

HEAVY = {"alembic", "flask", "gherkin", "jinja2", "pytest", "requests", "sqlalchemy", "stripe", "transitions"}
LOADED = "import sys; from simulators.cli import main; main({!r}, standalone_mode=False); print(*sys.modules)"


@pytest.mark.parametrize("words", [["--version"], ["env"]])
def test_what_needs_nothing_loads_nothing(words: list[str]) -> None:
    code = LOADED.format(words)
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert HEAVY & set(answer.stdout.splitlines()[-1].split()) == set()


@pytest.mark.parametrize("verb", PLACES)
def test_a_verb_is_called_as_it_is_named(verb: str) -> None:
    context = main.make_context("harness", ["--help"], resilient_parsing=True)
    command = main.get_command(context, verb)
    assert command
    assert command.name == verb


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["storis"], "Did you mean 'stories'?"),
        (["stories", "--sav"], "Did you mean '--save'?"),
        (["stories", "lost-webhok"], "did you mean 'lost-webhook'?"),
        (["simulate", "stirpe"], "did you mean 'stripe'?"),
        (["contracts", "verify", "--provider", "learning", "--list"], "did you mean 'learning-service'?"),
    ],
    ids=lambda each: each if isinstance(each, str) else None,
)
def test_what_is_misspelt_is_guessed(words: list[str], meant: str) -> None:
    answer = CliRunner().invoke(main, words)
    assert answer.exit_code == 2
    assert meant in answer.output


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("harness sto", "stories"), ("harness stories lost-w", "lost-webhook"), ("harness stories --se", "--seed")],
)
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_what_is_begun(shell: str, typed: str, offered: str) -> None:
    words = {
        "COMP_WORDS": typed,
        "COMP_CWORD": str(len(typed.split()) - 1 if shell != "fish" else typed.rsplit(maxsplit=1)[-1]),
    }
    environ = os.environ | words | {"_HARNESS_COMPLETE": f"{shell}_complete"}
    command = [sys.executable, "-c", "from simulators.cli import main; main(prog_name='harness')"]
    answer = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    assert offered in answer.stdout
