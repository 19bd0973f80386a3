"""Every page, wide and narrow, light and dark: what axe-core finds wrong, whether it fits, what is too small."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import pytest
from click.testing import CliRunner
from playwright.sync_api import Page, ViewportSize

from simulators.cli import main as harness
from simulators.console.session import Session

pytestmark = pytest.mark.served
NAIVE = "simulators.naive.app:create_app"
WIDTH_OF_ALL = "document.documentElement.scrollWidth"
SMALL_TARGETS = (
    "[...document.querySelectorAll('button, input:not([type=hidden], #fold), select, summary, nav a, .button')]"
    ".filter(each => each.offsetParent && !each.closest('label'))"
    ".map(each => [each.outerHTML.slice(0, 100), each.getBoundingClientRect()])"
    ".filter(([_, box]) => box.height < 24 || box.width < 24).map(([said]) => said)"
)
LOOKS: list[tuple[int, Literal["light", "dark"]]] = [(1440, "light"), (1440, "dark"), (360, "dark"), (360, "light")]
ZOOMED_TWICE: ViewportSize = {"width": 640, "height": 450}


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
        *("/promises/", "/promises/payments.html", "/stories/webhook-twice", "/compare/webhook-twice"),
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


def wrong_with(page: Page, violations: Callable[[Page], list[Any]]) -> dict[str, list[Any]]:
    """Return what is wrong with a page that is open, in each look; a browser lays it out anew when its look changes."""
    wrong: dict[str, list[Any]] = {}
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        found = [*violations(page), *page.evaluate(SMALL_TARGETS), *too_wide(page, width)]
        wrong |= {f"{width} px, {scheme}": found} if found else {}
    page.set_viewport_size(ZOOMED_TWICE)
    found = too_wide(page, ZOOMED_TWICE["width"])
    return wrong | ({"zoomed in twice": found} if found else {})


def too_wide(page: Page, width: int) -> list[str]:
    wide = page.evaluate(WIDTH_OF_ALL)
    return [f"{wide} px wide"] if wide > width else []


def wrong_with_any(page: Page, addresses: list[str], violations: Callable[[Page], list[Any]]) -> dict[str, Any]:
    wrong = {}
    for each in addresses:
        page.goto(each)
        wrong[each] = wrong_with(page, violations)
    return {address: found for address, found in wrong.items() if found}


def test_every_page_of_the_console_is_accessible_and_fits(
    page: Page, addresses: list[str], violations: Callable[[Page], list[Any]]
) -> None:
    assert wrong_with_any(page, addresses, violations) == {}


def test_every_page_that_a_command_writes_is_accessible_and_fits(
    page: Page, files: list[str], violations: Callable[[Page], list[Any]]
) -> None:
    assert wrong_with_any(page, files, violations) == {}


def test_what_is_wrong_in_one_look_only_is_seen(page: Page, violations: Callable[[Page], list[Any]]) -> None:
    page.set_content(
        "<!doctype html><html lang=en><title>x</title><style>button { width: 50px; height: 50px }"
        "@media (max-width: 400px) { button { height: 9px } div { width: 500px }}"
        "@media (min-width: 600px) and (max-width: 700px) { div { width: 900px }}"
        "@media (prefers-color-scheme: dark) { p { color: #ddd }}</style>"
        "<main><h1>x</h1><p>pale</p><button>x</button><div>x</div></main>"
    )
    wrong = wrong_with(page, violations)
    assert set(wrong) == {"1440 px, dark", "360 px, light", "360 px, dark", "zoomed in twice"}
    assert [each[0] for each in wrong["1440 px, dark"]] == ["color-contrast"]
    assert wrong["360 px, light"][-1] == wrong["360 px, dark"][-1] != wrong["zoomed in twice"][-1]
