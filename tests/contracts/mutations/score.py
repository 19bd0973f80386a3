"""The mutation score: how many lies of a provider each contract catches. `python -m tests.contracts.mutations.score`."""

from __future__ import annotations

import json
import logging
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path

from tests.contracts.mutations.mutants import PACTS, caught, tried, truth
from tests.contracts.mutations.mutations import additions, lies
from tests.contracts.mutations.report import Measured, unexplained, write
from tests.contracts.mutations.unneeded_fields import unneeded

LEAST = 0.95


def measured(contract: Path) -> Measured:
    """Try everything on one contract."""
    all_lies, more = tried(contract, lies), tried(contract, additions)
    kept = tried(contract, truth) + more
    verdicts = caught(contract, [*kept, *all_lies])
    wrongly = [str(each) for each, is_caught in zip(kept, verdicts, strict=False) if is_caught]
    survivors = [str(each) for each, is_caught in zip(all_lies, verdicts[len(kept) :], strict=True) if not is_caught]
    written = json.loads(contract.read_text())
    parties = (written["consumer"]["name"], written["provider"]["name"])
    return Measured(*parties, len(written["interactions"]), len(all_lies), len(more), survivors, wrongly)


def stamp() -> str:
    """Return what tells these contracts, and all that can be tried on them, from any others."""
    known = sha256()
    for contract in sorted(PACTS.glob("*.json")):
        known.update(contract.read_bytes())
        known.update("\n".join(map(str, tried(contract, lies) + tried(contract, additions))).encode())
    return known.hexdigest()[:16]


def _quietly(contract: Path) -> Measured:
    """Pact prints thousands of failures past Python, which are all as they should be."""
    os.environ["PACT_DO_NOT_TRACK"] = "true"
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    logging.disable()
    return measured(contract)


def main() -> None:
    """Measure all contracts, write what was found, and fail if a contract is weak or too strict."""
    logging.disable()
    contracts = sorted(PACTS.glob("*.json"))
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as processes:
        found = list(processes.map(_quietly, contracts))
    write(PACTS / "README.md", found, unneeded(), stamp())
    complaints = [f"{each.pair} breaks by {wrong}" for each in found for wrong in each.wrongly]
    complaints += [f"{each.pair} does not catch {lie}" for each in found for lie in unexplained(each.survivors)]
    complaints += [f"{each.pair} catches too little" for each in found if each.share < LEAST]
    sys.exit("\n".join(complaints) or 0)


if __name__ == "__main__":
    main()
