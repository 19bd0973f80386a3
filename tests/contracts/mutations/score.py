"""The mutation score: how many wrong responses each contract catches. `python -m tests.contracts.mutations.score`."""

from __future__ import annotations

import json
import logging
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path

from tests.contracts.mutations.mutants import PACTS, are_caught, mutants, unchanged
from tests.contracts.mutations.mutations import additions, mutations
from tests.contracts.mutations.report import Score, unexplained, write
from tests.contracts.mutations.unneeded_fields import unneeded_fields

LEAST = 0.95


def measure(contract: Path) -> Score:
    """Try everything on one contract."""
    wrong, more = mutants(contract, mutations), mutants(contract, additions)
    kept = mutants(contract, unchanged) + more
    caught = are_caught(contract, [*kept, *wrong])
    wrongly = [str(each) for each, is_caught in zip(kept, caught, strict=False) if is_caught]
    survivors = [str(each) for each, is_caught in zip(wrong, caught[len(kept) :], strict=True) if not is_caught]
    written = json.loads(contract.read_text())
    parties = (written["consumer"]["name"], written["provider"]["name"])
    return Score(*parties, len(written["interactions"]), len(wrong), len(more), survivors, wrongly)


def stamp() -> str:
    """Return what tells these contracts, and all that can be tried on them, from any others."""
    known = sha256()
    for contract in sorted(PACTS.glob("*.json")):
        known.update(contract.read_bytes())
        known.update("\n".join(map(str, mutants(contract, mutations) + mutants(contract, additions))).encode())
    return known.hexdigest()[:16]


def main() -> None:
    """Measure all contracts, write what was found, and fail if a contract is weak or too strict."""
    logging.disable()
    contracts = sorted(PACTS.glob("*.json"))
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn"), initializer=logging.disable) as processes:
        found = list(processes.map(measure, contracts))
    write(PACTS / "README.md", found, unneeded_fields(), stamp())
    complaints = [f"{each.pair} breaks by {wrong}" for each in found for wrong in each.wrongly]
    complaints += [f"{each.pair} does not catch {mutant}" for each in found for mutant in unexplained(each.survivors)]
    complaints += [f"{each.pair} catches too little" for each in found if each.share < LEAST]
    sys.exit("\n".join(complaints) or 0)


if __name__ == "__main__":
    main()
