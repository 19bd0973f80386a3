"""Every page, wide and narrow, light and dark: what axe-core finds wrong, whether it fits, what is too small."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner
from playwright.sync_api import Page

from simulators.cli import main as harness
from simulators.console.session import Session
from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.served
NAIVE = "simulators.naive.app:create_app"
WIDTH_OF_ALL = "document.documentElement.scrollWidth"
SMALL_TARGETS = (
    "[...document.querySelectorAll('button, input:not([type=hidden], #fold), select, summary, nav a, .button')]"
    ".filter(each => each.offsetParent && !each.closest('label'))"
    ".map(each => [each.outerHTML.slice(0, 100), each.getBoundingClientRect()])"
    ".filter(([_, box]) => box.height < 24 || box.width < 24).map(([said]) => said)"
)
LOOKS = [(1440, "light"), (1440, "dark"), (360, "light"), (360, "dark")]


@pytest.fixture(scope="module")
def addresses(served: tuple[Session, str]) -> list[str]:
    """Every kind of page of the console, with something on it."""
    session, _ = served
    student = session.world.student("reader")
    saga_id = student.enroll("algebra")
    student.client_secret(saga_id)
    session.world.plant_fault("stripe", "wrong_signature", event="payment_intent.succeeded")
    student.pay(saga_id)
    session.world.settle()
    intent = session.world.stripe.intents(saga_id)[0]["id"]
    (event, *_) = [
        each["about"] for each in session.deliveries() if each.get("sagaId") == saga_id and each.get("about")
    ]
    return [
        *("/", "/stories", "/school", "/inbox", "/dead-letters", "/webhooks", "/faults", "/stripe", "/stripe/requests"),
        *(
            "/help",
            "/clock",
            "/coverage",
            f"/sagas/{saga_id}",
            f"/pay/{saga_id}",
            f"/stripe/{intent}",
            f"/webhooks/{event}",
        ),
        *("/contracts/", "/contracts/student-app.stripe.html", "/contracts/scenarios.payments.html", "/runs/by-hand"),
        *("/promises/", "/promises/payments.html", "/coverage", "/stories/webhook-twice", "/compare/webhook-twice"),
        "/runs/lost-webhook/7/naive",
    ]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The pages that commands write: contracts, the book, the report of a check, what an exploration has seen."""
    folder = tmp_path_factory.mktemp("files")

    def write(*words: str) -> None:
        answer = CliRunner().invoke(harness, [*words, "--jobs", "1"] if "contracts" not in words else [*words])
        assert answer.exit_code in (0, 1), answer.output

    played = ("--scenario", "ENR-15", "--scenario", "PAY-02")
    write("contracts", "page", "--output", str(folder / "contracts"))
    write("features", "page", "--output", str(folder / "book"), *played)
    write("check", "--service", NAIVE, *played, "--report", str(folder / "check"))
    write("explore", "--seeds", "0-1", "--collect", "--coverage", str(folder / "coverage.html"))
    contracts = [
        folder / "contracts" / f"{name}.html" for name in ("index", "student-app.stripe", "scenarios.payments")
    ]
    book = [folder / "book" / f"{name}.html" for name in ("index", "enroll_in_course", "ENR-15")]
    return [each.as_uri() for each in (*contracts, *book, folder / "check" / "index.html", folder / "coverage.html")]


def wrong_with(page: Page, width: int, violations: Callable[[Page], list[Any]]) -> list[Any]:
    """Return what is wrong with a page that is open."""
    found: list[Any] = [*violations(page), *page.evaluate(SMALL_TARGETS)]
    wide = page.evaluate(WIDTH_OF_ALL)
    return [*found, *([f"{wide} px wide"] if wide > width else [])]


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_every_page_of_the_console_is_accessible_and_fits(
    open_page: OpenPage, addresses: list[str], violations: Callable[[Page], list[Any]], width: int, scheme: str
) -> None:
    page = open_page(color_scheme=scheme, width=width)
    wrong = {}
    for path in addresses:
        page.goto(path)
        wrong[path] = wrong_with(page, width, violations)
    assert {path: found for path, found in wrong.items() if found} == {}


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_every_page_that_a_command_writes_is_accessible_and_fits(
    open_page: OpenPage, files: list[str], violations: Callable[[Page], list[Any]], width: int, scheme: str
) -> None:
    page = open_page(color_scheme=scheme, width=width)
    wrong = {}
    for path in files:
        page.goto(path)
        wrong[path] = wrong_with(page, width, violations)
    assert {path: found for path, found in wrong.items() if found} == {}


def test_a_page_that_is_zoomed_in_twice_fits(page: Page, addresses: list[str]) -> None:
    page.set_viewport_size({"width": 640, "height": 450})
    for path in addresses:
        page.goto(path)
        assert page.evaluate(WIDTH_OF_ALL) <= 640, path
