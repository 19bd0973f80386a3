"""One browser and one console for all; where there is no browser, that is said aloud."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from simulators.console.serving import console
from simulators.console.session import Session
from simulators.world.together import ANY_PORTS
from tests.browser.chromium import PATIENCE_MILLISECONDS, chromium, running

HERE = Path(__file__).parent
MISSING = "NOT TESTED: the console in a browser, for want of chromium (apt-get install chromium)"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if (path := chromium()) is None:
        pytest.skip(MISSING)
    with running(path) as browser:
        yield browser


@pytest.fixture(scope="module")
def served(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Session, str]]:
    """The console on ports of its own, its stories told without a pause."""
    with console(tmp_path_factory.mktemp("console"), ANY_PORTS, 0) as (session, url):
        session.pace_seconds = 0
        yield session, url


@pytest.fixture
def session(served: tuple[Session, str]) -> Iterator[Session]:
    yield served[0]
    served[0].world.clear_faults()
    served[0].world.clock.resume()


@pytest.fixture
def url(served: tuple[Session, str], session: Session) -> str:
    return served[1]


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, url: str) -> Iterator[OpenPage]:
    """Open pages as this person has them; afterwards nothing went wrong in them, and nothing left this machine."""
    troubles: list[str] = []
    requested: list[str] = []
    contexts = []

    def open_page(width: int = 1440, **options: Any) -> Page:
        size: Any = {"width": width, "height": 900}
        context = browser.new_context(viewport=size, reduced_motion="reduce", base_url=url, **options)
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        contexts.append(context)
        context.on("console", lambda line: troubles.append(line.text) if line.type == "error" else None)
        context.on("weberror", lambda error: troubles.append(str(error.error)))
        context.on("request", lambda request: requested.append(request.url))
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []
    assert [each for each in requested if not each.startswith(("http://127.0.0.1:", "data:", "about:", "file:"))] == []


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A page as most people have it."""
    return open_page()


@pytest.fixture(scope="session")
def axe() -> str:
    """The script that judges accessibility."""
    if not shutil.which("npm"):
        pytest.skip("NOT TESTED: the console's accessibility, for want of npm")
    npm = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    subprocess.run(npm, cwd=HERE, check=True, capture_output=True, timeout=120)
    return (HERE / "node_modules" / "axe-core" / "axe.min.js").read_text()


@pytest.fixture
def violations(axe: str) -> Callable[[Page], list[Any]]:
    """Return what axe-core finds wrong with a page."""

    def violations(page: Page) -> list[Any]:
        if not page.evaluate("'axe' in window"):
            page.evaluate(axe)
        nodes = "each.nodes.map(node => node.html.slice(0, 200))"
        found: list[Any] = page.evaluate(
            "async () => (await axe.run(document, {resultTypes: ['violations']}))"
            f".violations.map(each => [each.id, {nodes}])"
        )
        return found

    return violations
