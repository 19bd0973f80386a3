"""One browser and one console for all; where there is no browser, that is said aloud."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from simulators.console.serving import console
from simulators.console.session import Stage
from simulators.world.together import ANY_PORTS
from tests.browser.chromium import Chromium, Page, chromium

HERE = Path(__file__).parent
MISSING = "NOT TESTED: the console in a browser, for want of chromium (apt-get install chromium)"


@pytest.fixture(scope="session")
def browser() -> Iterator[Chromium]:
    if (path := chromium()) is None:
        pytest.skip(MISSING)
    with Chromium(path) as browser:
        yield browser


@pytest.fixture(scope="session")
def served(browser: Chromium, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, str]]:
    """The console on ports of its own, its stories told without a pause."""
    with console(tmp_path_factory.mktemp("console"), ANY_PORTS, 0) as (stage, url):
        stage.pace_seconds = 0
        yield stage, url


@pytest.fixture
def stage(served: tuple[Stage, str]) -> Iterator[Stage]:
    yield served[0]
    served[0].world.clear_faults()
    served[0].world.clock.resume()


@pytest.fixture
def url(served: tuple[Stage, str], stage: Stage) -> str:
    return served[1]


@pytest.fixture
def page(browser: Chromium, url: str) -> Iterator[Page]:
    """A page as most people have it; afterwards nothing went wrong in it, and nothing left this machine."""
    page = browser.page()
    yield page
    troubles, asked = page.troubles(), page.requests()
    page.close()
    assert troubles == []
    assert [each for each in asked if not each.startswith(("http://127.0.0.1:", "data:", "about:"))] == []


@pytest.fixture(scope="session")
def axe() -> str:
    """The script that judges accessibility."""
    if not shutil.which("npm"):
        pytest.skip("NOT TESTED: the console's accessibility, for want of npm")
    npm = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    subprocess.run(npm, cwd=HERE, check=True, capture_output=True, timeout=120)
    return (HERE / "node_modules" / "axe-core" / "axe.min.js").read_text()


@pytest.fixture
def judged(axe: str) -> Callable[[Page], list[Any]]:
    """Return what axe-core finds wrong with a page."""

    def judge(page: Page) -> list[Any]:
        page.ask("Runtime.evaluate", expression=axe)
        told = "r => JSON.stringify(r.violations.map(v => [v.id, v.nodes.map(n => n.html.slice(0, 200))]))"
        found: list[Any] = json.loads(page.js(f"axe.run(document, {{resultTypes: ['violations']}}).then({told})"))
        return found

    return judge
