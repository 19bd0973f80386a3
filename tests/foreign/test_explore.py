"""`harness explore` around a command: storms of another team's service, judged from outside."""

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


def explored(*arguments: str) -> Result:
    install_packages()
    return CliRunner().invoke(main, ["explore", *NODE, *arguments])


def test_storms_are_put_to_a_command_and_nothing_is_claimed_that_cannot_be_seen() -> None:
    done = explored("--seeds", "0-1", "--purchases", "2", "--jobs", "1")
    assert done.exit_code == 0, done.stdout + done.stderr
    assert done.stdout.startswith("2 storms")
    assert "never seen" not in done.stdout
    assert "too few bytes" not in done.stderr, "what a planted fault cuts off is no news"


def test_what_cannot_be_seen_of_a_command_is_refused_by_name() -> None:
    done = explored("--seeds", "0-1", "--coverage", "seen.html")
    assert done.exit_code == 2, done.stdout + done.stderr
    assert "--coverage shows what was seen inside a world" in done.stderr
