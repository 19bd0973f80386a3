"""A provider in another language, verified by the command that the guide for its team names."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from simulators.cli import main
from tests.node.provider import learning_service, needs_node
from tests.rooms.source import ROOT

PACTS = ROOT / "pacts"
pytestmark = [pytest.mark.node, pytest.mark.served, needs_node]


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
    shown = json.loads(answer.stdout)
    assert set(shown["failed"]) == {
        "a query for a published course (payment-service)",
        "a query for a course that is not published (payment-service)",
    }
    assert all("isPublished" in " ".join(reasons) for reasons in shown["failed"].values())
