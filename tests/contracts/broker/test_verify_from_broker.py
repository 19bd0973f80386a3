"""A broker hands out the contracts, and is told how it went; what it was not told is missed."""

from __future__ import annotations

import pytest

from tests.contracts.broker import pacticipants
from tests.contracts.broker.ben import GREETING, NEWS, Ben, contract, verified
from tests.contracts.broker.calling import Served

pytestmark = pytest.mark.served


def published(broker: Served) -> None:
    broker.books.publish(broker.books.version("ada", "1"), "ben", contract(GREETING, NEWS))


def test_what_was_never_kept_breaks_nobodys_build_until_it_was(ben: Ben, broker: Served) -> None:
    published(broker)
    ben.answers["/hello"] = ("not now", 503)
    revision = ["--publish", "--branch", "main", "--version"]
    pending = verified(ben, *revision, "1", broker=broker)
    assert "PENDING  a greeting (ada)\n           expected 200 but was 503\n" in pending.output
    assert pending.output.endswith("ben: 1 kept, 0 broken, 1 pending\n")
    assert pending.exit_code == 0
    ben.begin()
    assert verified(ben, *revision, "2", broker=broker).exit_code == 0
    ben.answers["/hello"] = ("not any more", 503)
    broken = verified(ben, *revision, "3", broker=broker)
    assert broken.exit_code == 1
    assert "BROKEN   a greeting (ada)" in broken.output
    assert [(each.version, each.success) for each in broker.books.results] == [("1", False), ("2", True), ("3", False)]


@pytest.mark.parametrize("success", [True, False])
def test_a_broker_hands_out_the_contracts_and_gets_the_results(ben: Ben, broker: Served, *, success: bool) -> None:
    published(broker)
    ben.answers["/hello"] = "hello" if success else ("not now", 503)
    revision = ["--publish", "--version", "2", "--branch", "main", "--tag", "a"]
    kept_before = broker.books.verified(next(iter(broker.books.pacts.values())), "1", success=True)
    broker.books.version("ben", "1").branches.add("main")
    answer = verified(ben, *revision, broker=broker)
    broker.books.results.remove(kept_before)
    assert answer.exit_code == (0 if success else 1), answer.output
    assert [(each.version, each.success) for each in broker.books.results] == [("2", success)]
    version = broker.books.version("ben", "2")
    assert (version.branches, version.tags) == ({"main"}, {"a"})
    assert verified(ben, broker=broker).exit_code == answer.exit_code
    assert len(broker.books.results) == 1


def test_results_that_never_arrived_are_missed(ben: Ben, broker: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pact does not publish any when it cannot tell the broker of the branch; and passes."""
    published(broker)
    monkeypatch.delitem(pacticipants.TEMPLATES, "pb:branch-version")
    answer = verified(ben, "--publish", "--version", "2", "--branch", "main", broker=broker)
    assert answer.exit_code == 1
    assert "the broker knows of no result of 2 on main for ada" in answer.output


def test_a_broker_without_a_contract_for_it_proves_nothing(ben: Ben, broker: Served) -> None:
    answer = verified(ben, broker=broker)
    assert answer.exit_code == 1
    assert "the broker has no contract by which to verify ben" in answer.output
