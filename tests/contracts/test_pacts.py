from __future__ import annotations

import json
import subprocess
import sys
from difflib import unified_diff
from pathlib import Path
from shutil import copytree

import pytest

from simulators.world.topology import PAYMENT, STRIPE
from tests.contracts.messages import MESSAGES
from tests.contracts.providers.message_handlers import WEBHOOKS
from tests.rooms.source import ROOT

PACTS = ROOT / "pacts"
RENEW = "make contracts"


def difference(committed: Path, renewed: Path) -> str:
    """Return what differs, byte by byte, between two directories of contracts."""
    names = {path.name for place in (committed, renewed) for path in place.glob("*.json")}
    return "".join(line for name in sorted(names) for line in unified_diff(*_both(committed, renewed, name)))


def _both(committed: Path, renewed: Path, name: str) -> tuple[list[str], list[str], str, str]:
    old, new = committed / name, renewed / name
    return _lines(old), _lines(new), f"committed/{name}", f"expected/{name}"


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines(keepends=True) if path.exists() else []


def test_the_committed_contracts_are_what_the_consumers_expect(tmp_path: Path) -> None:
    """As the consumers' tests write them now, in a run of their own."""
    renew = [sys.executable, "-m", "pytest", "tests/contracts/consumers", "-p", "no:cacheprovider"]
    command = [*renew, "--pacts", str(tmp_path)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout
    assert difference(PACTS, tmp_path) == "", f"the contracts are stale; renew them: {RENEW}"


@pytest.mark.parametrize(
    ("old", "new"),
    [("RECORD is handed over", "RECORD is given"), ('"status": 202', '"status": 200'), ("}\n", "}")],
)
def test_a_stale_contract_is_seen(tmp_path: Path, old: str, new: str) -> None:
    stale = copytree(PACTS, tmp_path / "stale") / "payment-service-learning-service.json"
    text = stale.read_text()
    assert old in text
    stale.write_text(text.replace(old, new))
    assert difference(stale.parent, PACTS) != ""


def test_a_contract_that_nobody_expects_any_more_is_seen(tmp_path: Path) -> None:
    left = copytree(PACTS, tmp_path / "left")
    (left / "somebody-else.json").write_text("{}\n")
    assert difference(left, PACTS) != ""


def test_every_message_is_in_the_contract_of_its_pair() -> None:
    written = [json.loads(path.read_text()) for path in PACTS.glob("*.json")]
    heard = {
        (each["consumer"]["name"], each["provider"]["name"], interaction["description"])
        for each in written
        for interaction in each["interactions"]
        if interaction["type"] == "Asynchronous/Messages"
    }
    webhooks = {(PAYMENT, STRIPE, name) for name in WEBHOOKS}
    assert heard == {(each.receiver, each.sender, each.description) for each in MESSAGES} | webhooks
