"""A sample of the lies is told in every run; `make strength` tells all of them."""

from __future__ import annotations

import json

import pytest

from tests.contracts.mutations.mutants import PACTS, Tried, caught, tried, truth
from tests.contracts.mutations.mutations import additions, lies
from tests.contracts.mutations.report import unexplained, written
from tests.contracts.mutations.score import stamp
from tests.contracts.mutations.unneeded_fields import unneeded
from tests.contracts.providers.providers import PROVIDERS

RENEW = "this was measured on other contracts or answers; measure again: make strength"
SAMPLE = 12  # Of each contract; together with all that is no lie.


def sample(told: list[Tried]) -> list[Tried]:
    """A few from all over, the same in every run."""
    return told[:: max(1, len(told) // SAMPLE)]


@pytest.mark.parametrize("contract", PROVIDERS)
def test_lies_are_caught_and_additions_tolerated(contract: str) -> None:
    path = PACTS / contract
    kept, told = sample(tried(path, truth)) + sample(tried(path, additions)), sample(tried(path, lies))
    verdicts = caught(path, [*kept, *told])
    assert [str(each) for each, wrongly in zip(kept, verdicts, strict=False) if wrongly] == []
    believed = [str(each) for each, seen in zip(told, verdicts[len(kept) :], strict=True) if not seen]
    assert unexplained(believed) == []


def test_what_is_measured_was_measured_on_these_contracts() -> None:
    assert stamp() in written(PACTS / "README.md"), RENEW


def test_whatever_is_told_is_needed_by_somebody_or_known_to_be_needed_by_nobody() -> None:
    told = [f"- {each}" for each in unneeded()]
    assert [each for each in written(PACTS / "README.md").splitlines() if each.startswith("- ")] == told, RENEW


def test_a_lie_that_a_loose_contract_believes_is_seen() -> None:
    contract, lie = PACTS / "tutor-matching-service-payment-service.json", "data.tutorId without a letter"
    [told] = [each for each in tried(contract, lies) if str(each) == f"RELEASE_TUTOR_SLOT: {lie}"]
    loose = json.loads(json.dumps(told.interaction), object_hook=_without_patterns)
    assert caught(contract, [told, told._replace(interaction=loose)]) == [True, False]


def _without_patterns(part: dict[str, object]) -> dict[str, object]:
    return part | {"matchers": [{"match": "type"}]} if "matchers" in part else part
