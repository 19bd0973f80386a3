from __future__ import annotations

from pathlib import Path

import pytest

from tests.contracts.providers.local_provider import broken_interactions
from tests.contracts.providers.providers import PROVIDERS
from tests.rooms.source import ROOT

PACTS = ROOT / "pacts"


def test_every_contract_has_its_provider() -> None:
    assert {contract.name for contract in PACTS.glob("*.json")} == set(PROVIDERS)


@pytest.mark.parametrize("contract", PROVIDERS)
def test_the_provider_keeps_the_contract(contract: str, tmp_path: Path) -> None:
    provider = PROVIDERS[contract](tmp_path)
    consumer = contract.removesuffix(f"-{provider.name}.json")
    found = broken_interactions(provider, PACTS / contract)
    assert not found, f"{consumer} needs of {provider.name}: " + "\n".join(
        f"{what}: {why}" for what, why in found.items()
    )
