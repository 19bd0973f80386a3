"""A service's paths have one home, its client: nobody else in `simulators` spells them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rooms.rooms import SIMULATORS
from tests.rooms.source import ROOT, Source, sources, within

HOMES = ("simulators.clients", "simulators.kit", "simulators.naive", *SIMULATORS)
EXCEPTIONS = {
    "simulators/console/app.py '/sagas'": "a page's own address, as the menu has it",
    "simulators/world/serving.py '/readyz'": "who asks for a health waits for nobody, whatever the service",
}
UNIQUE_PATHS = re.compile(r"/v1\b|/_sim\b")  # No page of the console is named like these.
PATHS = re.compile(
    UNIQUE_PATHS.pattern
    + r"|^([A-Z]+ )?/(sagas|payments|session-bookings|dead-letters|flows|metrics|events|commands|webhooks/stripe|readyz"
    r"|courses|enrollments|tutors|holds|sessions|notices)\b"
)


def paths(source: Source) -> Iterator[str]:
    """Say where a file spells a path of a service; prose is no path, and a page declares its own by a decorator."""
    harmless = {id(each) for node in ast.walk(source.tree) for each in _prose_and_routes(node)}
    for node in ast.walk(source.tree):
        match node:
            case ast.Constant(value=str(text)) if id(node) not in harmless and PATHS.search(text):
                yield f"{source.where} {text[:60]!r}"


def _prose_and_routes(node: ast.AST) -> list[ast.expr]:
    match node:
        case ast.Expr(value=prose):
            return [prose]
        case ast.FunctionDef(decorator_list=[ast.Call(args=arguments), *_]):
            return arguments
    return []


def test_only_clients_and_services_spell_paths() -> None:
    elsewhere = [each for each in sources(ROOT, "simulators") if not any(within(each.module, home) for home in HOMES)]
    assert [found for source in elsewhere for found in paths(source) if found not in EXCEPTIONS] == []


def test_no_page_leads_to_a_path_of_a_service() -> None:
    templates = sorted((ROOT / "simulators" / "console" / "templates").glob("*.html"))
    assert templates
    assert [each.name for each in templates if UNIQUE_PATHS.search(each.read_text())] == []


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


@pytest.mark.parametrize("planted", ['client.get("/_sim/faults")', 'FAULT = {"path": "/v1/refunds"}'])
def test_a_path_of_a_service_in_the_console_is_refused(tmp_path: Path, planted: str) -> None:
    assert list(paths(_planted(tmp_path, planted, "console"))) != []


@pytest.mark.parametrize(
    "planted",
    [
        '"""What `GET /sagas` answers."""',
        'help = "It gets events at /events."',
        'TITLES = {"events": "Events"}',
        '@routes.get("/sagas/<saga_id>")\ndef saga(saga_id): ...',
    ],
)
def test_prose_words_and_pages_are_no_paths(tmp_path: Path, planted: str) -> None:
    assert list(paths(_planted(tmp_path, planted))) == []


def _planted(root: Path, text: str, room: str = "world") -> Source:
    path = root / "simulators" / room / "planted.py"
    path.parent.mkdir(parents=True)
    path.write_text(text + "\n")
    return Source(root, path)
