"""A sample of the mutants is tried in every run; `make strength` tries all of them."""

from __future__ import annotations

import json

import pytest

from tests.contracts.mutations.mutants import PACTS, Mutant, are_caught, mutants, unchanged
from tests.contracts.mutations.mutations import additions, mutations
from tests.contracts.mutations.report import measured_section, unexplained
from tests.contracts.mutations.score import stamp
from tests.contracts.mutations.unneeded_fields import unneeded_fields
from tests.contracts.providers.providers import PROVIDERS

RENEW = "this was measured on other contracts or answers; measure again: make strength"
SAMPLE = 12  # Of each contract; together with all that is no mutation.


def sample(every: list[Mutant]) -> list[Mutant]:
    """A few from all over, the same in every run."""
    return every[:: max(1, len(every) // SAMPLE)]


@pytest.mark.parametrize("contract", PROVIDERS)
def test_mutations_are_caught_and_additions_tolerated(contract: str) -> None:
    path = PACTS / contract
    kept, wrong = sample(mutants(path, unchanged)) + sample(mutants(path, additions)), sample(mutants(path, mutations))
    caught = are_caught(path, [*kept, *wrong])
    assert [str(each) for each, wrongly in zip(kept, caught, strict=False) if wrongly] == []
    believed = [str(each) for each, seen in zip(wrong, caught[len(kept) :], strict=True) if not seen]
    assert unexplained(believed) == []


def test_what_is_measured_was_measured_on_these_contracts() -> None:
    assert stamp() in measured_section(PACTS / "README.md"), RENEW


def test_whatever_is_said_is_needed_by_somebody_or_known_to_be_needed_by_nobody() -> None:
    said = [f"- {each}" for each in unneeded_fields()]
    assert [each for each in measured_section(PACTS / "README.md").splitlines() if each.startswith("- ")] == said, RENEW


def test_a_mutant_that_a_loose_contract_lets_pass_is_seen() -> None:
    contract, what = PACTS / "tutor-matching-service-payment-service.json", "data.tutorId without a letter"
    [mutant] = [each for each in mutants(contract, mutations) if str(each) == f"RELEASE_TUTOR_SLOT: {what}"]
    loose = json.loads(json.dumps(mutant.interaction), object_hook=_without_patterns)
    assert are_caught(contract, [mutant, mutant._replace(interaction=loose)]) == [True, False]


def _without_patterns(part: dict[str, object]) -> dict[str, object]:
    return part | {"matchers": [{"match": "type"}]} if "matchers" in part else part
