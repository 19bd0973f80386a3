"""`harness explore` around a command: storms of another team's service, judged from outside."""

import shlex
from collections.abc import Sequence

import pytest
from click.testing import CliRunner, Result

from simulators.cli import main
from simulators.world.foreign_time import libfaketime
from tests.foreign.harness_check import NODE
from tests.foreign.service import has_node, install_packages

pytestmark = [
    pytest.mark.served,
    pytest.mark.node,
    pytest.mark.skipif(
        not has_node(), reason="NOT TESTED: harness explore of a service in Node, for want of node and npm"
    ),
    pytest.mark.skipif(libfaketime() is None, reason="NOT TESTED: another process's clock, for want of libfaketime"),
]


def explored(*arguments: str, command: Sequence[str] = NODE) -> Result:
    install_packages()
    return CliRunner().invoke(main, ["explore", *command, *arguments])


def test_storms_are_put_to_a_command_and_nothing_is_claimed_that_cannot_be_seen() -> None:
    done = explored("--seeds", "0-1", "--purchases", "2", "--jobs", "1")
    assert done.exit_code == 0, done.stdout + done.stderr
    assert done.stdout.startswith("2 storms")
    assert "never seen" not in done.stdout
    assert "too few bytes" not in done.stderr, "what a planted fault cuts off is no news"


def test_who_dies_of_the_library_that_moves_its_clock_is_not_blamed() -> None:
    """All that it says is what the library says last."""
    says = "console.error('In parse_ft_string(), failed to parse FAKETIME timestamp.'); process.exit(1);"
    answers = f"(asked, answer) => {{ if (asked.method === 'POST') {{ {says} }} answer.end(); }}"
    dies = f"require('node:http').createServer({answers}).listen(process.env.PORT);"
    command = ("--command", shlex.join(["node", "-e", dies]))
    done = explored("--seeds", "0-0", "--purchases", "1", "--faults", "0", "--no-steer", "--jobs", "1", command=command)
    assert done.exit_code == 0, done.stdout + done.stderr
    assert "○ storm 0/1x0 is left out, since libfaketime ended the service" in done.stdout


def test_what_cannot_be_seen_of_a_command_is_refused_by_name() -> None:
    done = explored("--seeds", "0-1", "--coverage", "seen.html")
    assert done.exit_code == 2, done.stdout + done.stderr
    assert "--coverage shows what was seen inside a world" in done.stderr
