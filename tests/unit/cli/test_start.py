"""The command starts at once: what one verb needs keeps no other waiting."""

from __future__ import annotations

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


def test_a_verb_that_is_misspelt_is_guessed() -> None:
    answer = CliRunner().invoke(main, ["storis"])
    assert answer.exit_code == 2
    assert "Did you mean 'stories'?" in answer.output
