"""The command starts at once: what one verb needs keeps no other waiting."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from simulators.cli import PLACES, completion, main
from simulators.cli.contracts.options import providers
from simulators.cli.explore import explore
from simulators.explore.spec import StormSpec

HEAVY = {"alembic", "flask", "gherkin", "jinja2", "pytest", "requests", "sqlalchemy", "stripe", "transitions"}
LOADED = "import sys; from simulators.cli import main; main({!r}, standalone_mode=False); print(*sys.modules)"


@pytest.mark.parametrize("words", [["--version"], ["env"]])
def test_what_needs_nothing_loads_nothing(words: list[str]) -> None:
    code = LOADED.format(words)
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert HEAVY & set(answer.stdout.splitlines()[-1].split()) == set()


INTERRUPTED_WHILE_IT_IS_LOADED = """
import os, signal
from simulators.cli import main
from simulators.cli.verbs import Verbs

class Losing(Verbs):
    def __getitem__(self, name):
        try:
            os.kill(os.getpid(), signal.SIGINT)
            sum(range(9))
        except KeyboardInterrupt:
            pass
        return super().__getitem__(name)

main.commands = Losing({"env": "simulators.cli.env:env"})
main(["env"])
"""


def test_a_signal_that_is_lost_while_a_verb_is_loaded_ends_the_command_too() -> None:
    code = INTERRUPTED_WHILE_IT_IS_LOADED
    ended = subprocess.run([sys.executable, "-c", code], check=False, timeout=60, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")


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
    [
        ("harness sto", "stories"),
        ("harness stories lost-w", "lost-webhook"),
        ("harness stories --se", "--seed"),
        ("harness stories --service na", "naive"),
        ("harness check --scenario ENR-1", "ENR-15"),
        ("harness check --scenario lost-", "lost-webhook"),
        ("harness check --only stories,cra", "stories,crashes"),
        ("harness features page --scenario BKS-0", "BKS-01"),
        ("harness simulate stripe tut", "tutor-matching"),
        ("harness explore --storm 7/3x3/fault", "7/3x3/fault=lost_delivery@stripe"),
        ("harness explore --storm 7/3x3/thing", "7/3x3/thing=fickle"),
        ("harness contracts verify --provider lea", "learning-service"),
        ("harness contracts publish --without st", "stripe"),
    ],
)
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_what_is_begun(shell: str, typed: str, offered: str) -> None:
    words = {
        "COMP_WORDS": typed,
        "COMP_CWORD": str(len(typed.split()) - 1 if shell != "fish" else typed.rsplit(maxsplit=1)[-1]),
    }
    environ = words | {"_HARNESS_COMPLETE": f"{shell}_complete"}
    answer = CliRunner(env=environ).invoke(main, prog_name="harness")
    assert answer.exit_code == 0
    assert offered in answer.stdout


@pytest.mark.parametrize(
    ("begun", "offered"),
    [
        ("7/3x3/way=cancels+fault=rate", ["7/3x3/way=cancels+fault=rate_limited@stripe"]),
        ("7/3x3/kind", ["7/3x3/kind=course", "7/3x3/kind=session"]),
        ("7/3x3", []),
        ("seven", []),
        ("", []),
    ],
)
def test_a_storm_is_completed_wish_by_wish(begun: str, offered: list[str]) -> None:
    context = click.Context(explore)
    found = [each.value for each in completion.storms(context, explore.params[0], begun)]
    assert set(offered) <= set(found)
    assert bool(found) == bool(offered)
    for each in found:
        StormSpec.parse(each)


def test_no_provider_is_offered_where_there_is_no_contract(tmp_path: Path) -> None:
    context = click.Context(explore)
    context.params["pacts"] = tmp_path
    assert providers(context) == {}
    context.params.clear()
    assert providers(context)["learning-service"].startswith("needed by ")
