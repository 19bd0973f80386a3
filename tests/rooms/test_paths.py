"""A service's paths have one home, its client: nobody else in `simulators` spells them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rooms.rooms import SIMULATORS
from tests.rooms.source import ROOT, Source, sources, within

HOMES = (
    *("simulators.clients", "simulators.kit", "simulators.naive"),
    *SIMULATORS,
)
# Files that may still spell paths, with the reason.
EXCEPTIONS = {"simulators.console": "its own addresses are alike; it is being moved to the clients"}
PATHS = re.compile(
    r"/v1/|/_sim\b"
    r"|^([A-Z]+ )?/(sagas|payments|session-bookings|dead-letters|flows|metrics|events|commands|webhooks/stripe|readyz"
    r"|courses|enrollments|tutors|holds|sessions|notices)\b"
)


def paths(source: Source) -> Iterator[str]:
    """Say where a file spells a path of a service; what it says in prose is no path."""
    prose = {id(node.value) for node in ast.walk(source.tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(source.tree):
        match node:
            case ast.Constant(value=str(text)) if id(node) not in prose and PATHS.search(text):
                yield f"{source.where}:{node.lineno} {text[:60]!r}"


def test_only_clients_and_services_spell_paths() -> None:
    elsewhere = [each for each in sources(ROOT, "simulators") if not _within(each, (*HOMES, *EXCEPTIONS))]
    assert "\n".join(found for source in elsewhere for found in paths(source)) == ""


@pytest.mark.parametrize(
    "planted",
    [
        'client.get("/sagas")',
        'client.get(f"/sagas/{saga_id}")',
        'URL = base + "/_sim/faults"',
        'url = f"{base}/v1/refunds"',
        'FAULT = {"path": "/v1/payment_intents/*/cancel"}',
        'ASKED = "POST /commands"',
        'client.items("/tutors")',
    ],
)
def test_a_path_elsewhere_is_refused(tmp_path: Path, planted: str) -> None:
    assert list(paths(_planted(tmp_path, planted))) != []


@pytest.mark.parametrize(
    "planted",
    ['"""What `GET /sagas` answers."""', 'help = "It gets events at /events."', 'TITLES = {"events": "Events"}'],
)
def test_prose_and_words_are_no_paths(tmp_path: Path, planted: str) -> None:
    assert list(paths(_planted(tmp_path, planted))) == []


def _within(source: Source, rooms: tuple[str, ...]) -> bool:
    return any(within(source.module, room) for room in rooms)


def _planted(root: Path, text: str) -> Source:
    path = root / "simulators" / "world" / "planted.py"
    path.parent.mkdir(parents=True)
    path.write_text(text + "\n")
    return Source(root, path)
