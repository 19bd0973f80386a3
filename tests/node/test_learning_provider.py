"""A provider in another language, verified by the command that the guide for its team names."""

from __future__ import annotations

import json
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from simulators.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
PACTS = HERE.parents[1] / "pacts"

pytestmark = [
    pytest.mark.node,
    pytest.mark.served,
    pytest.mark.skipif(not shutil.which("node"), reason="NOT TESTED: a provider in another language, for want of node"),
]


@contextmanager
def learning_service(*forgets: str) -> Iterator[dict[str, str]]:
    """Serve it, and yield where it is; it ends when its standard input does."""
    command = ["node", "learning_desk.js", *forgets]
    with subprocess.Popen(command, cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield json.loads(process.stdout.readline())


def verified(where: dict[str, str], *options: str) -> Result:
    urls = [
        "--url",
        where["url"],
        "--states-url",
        f"{where['desk']}/state",
        "--messages-url",
        f"{where['desk']}/message",
    ]
    verify = ["contracts", "verify", "--provider", "learning-service", "--pacts", str(PACTS)]
    return CliRunner().invoke(main, [*verify, *urls, *options])


def test_a_learning_service_in_another_language_keeps_the_contract() -> None:
    with learning_service() as where:
        answer = verified(where)
    contracts = [json.loads(path.read_text()) for path in PACTS.glob("*-learning-service.json")]
    wanted = [each["description"] for contract in contracts for each in contract["interactions"]]
    assert answer.output.count("kept     ") == len(wanted), answer.output
    assert answer.output.endswith(f"learning-service: {len(wanted)} kept, 0 broken\n")
    assert answer.exit_code == 0


def test_a_field_that_it_forgets_is_missed() -> None:
    with learning_service("isPublished") as where:
        answer = verified(where, "--json")
    assert answer.exit_code == 1
    told = json.loads(answer.stdout)
    assert set(told["failed"]) == {
        "a query for a published course (payment-service)",
        "a query for a course that is not published (payment-service)",
    }
    assert all("isPublished" in " ".join(reasons) for reasons in told["failed"].values())
