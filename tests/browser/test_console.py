"""The console as people use it: by pointer and by keys, wide and narrow, light and dark, with and without script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from simulators.console.session import Stage
from simulators.stories import STORIES
from tests.browser.chromium import Chromium, Page

pytestmark = pytest.mark.served
WIDTH_OF_ALL = "document.documentElement.scrollWidth"
AWAKE = " && document.querySelector('#live')?.hidden === false"
"""The page's script has begun: only then are there keys."""
SMALL_TARGETS = (
    "[...document.querySelectorAll('button, input:not([type=hidden]), select, summary, nav a, .button')]"
    ".filter(each => each.offsetParent && !each.closest('label'))"
    ".map(each => [each.outerHTML.slice(0, 100), each.getBoundingClientRect()])"
    ".filter(([_, box]) => box.height < 24 || box.width < 24).map(([said]) => said)"
)


@pytest.fixture(scope="module")
def addresses(served: tuple[Stage, str]) -> list[str]:
    """Every kind of page, with something on it."""
    stage, _ = served
    student = stage.world.student("reader")
    saga_id = student.enroll("algebra")
    student.client_secret(saga_id)
    stage.world.settle()
    intent = stage.world.stripe.intents(saga_id)[0]["id"]
    (event, *_) = [each["about"] for each in stage.deliveries() if each.get("sagaId") == saga_id and each.get("about")]
    pages = [
        "/",
        "/stories",
        "/school",
        "/inbox",
        "/dead-letters",
        "/webhooks",
        "/faults",
        "/stripe",
        "/stripe/requests",
        "/help",
        "/clock",
    ]
    pages += [f"/sagas/{saga_id}", f"/pay/{saga_id}", f"/stripe/{intent}", f"/webhooks/{event}"]
    return [*pages, "/stories/webhook-twice", "/compare/webhook-twice", "/runs/lost-webhook/7/naive"]


@pytest.mark.parametrize("name", [story.name for story in STORIES])
def test_each_story_is_played_by_its_button_and_ends_in_what_it_proves(page: Page, url: str, name: str) -> None:
    story = next(each for each in STORIES if each.name == name)
    page.open(f"{url}/stories")
    page.click(f"#{name} form button")
    page.until(f"location.pathname === '/stories/{name}'")
    page.sees(story.proven)
    page.sees("18 of 18 promises hold")
    page.until("document.querySelectorAll('.promises .holds').length === 18")
    page.until("!!document.querySelector('.node.current') && document.querySelectorAll('.edge.taken').length > 2")


def test_the_naive_service_is_seen_to_fail_on_the_same_seed(page: Page, url: str) -> None:
    page.open(f"{url}/stories")
    page.click("#webhook-twice a.button")
    page.sees("The naive service")
    verdicts = page.js("[...document.querySelectorAll('.two .proven b')].map(each => each.innerText)")
    assert verdicts == ["✓ Proven.", "✗ Broken."]
    page.sees("✗ violated")
    page.sees("harness stories webhook-twice --seed 7 --service naive")
    page.until("[...document.querySelectorAll('.again button')].every(each => each.offsetParent !== null)")


def test_a_course_is_bought_by_hand_and_the_bank_asks(page: Page, url: str) -> None:
    page.open(f"{url}/school?as=nora")
    page.click("button[title^='Enroll in Biology']")
    page.sees("Ready to pay")
    page.click("input[value='pm_card_visa_chargeDeclinedInsufficientFunds']")
    page.click(".card-form button")
    page.sees("insufficient funds")
    page.click("input[value='pm_card_authenticationRequired']")
    page.click(".card-form button")
    page.sees("Your bank wants to ask you something")
    page.click("a.button.first")
    page.sees("is it you who pays?")
    page.click("button[value='complete']")
    page.sees("It is yours")
    page.click("a[href^='/inbox']")
    page.sees("confirmed")


def test_a_webhook_is_lost_found_and_all_is_calm_again(page: Page, url: str) -> None:
    page.open(f"{url}/faults")
    page.click(".quick form button")
    page.sees("Broken on purpose")
    page.open(f"{url}/school?as=olga")
    page.click("button[title^='Enroll in French']")
    page.sees("Ready to pay")
    page.click(".card-form button")
    page.sees("Stripe has your money, and the school has not heard of it yet")
    page.click("form[action='/clock/jump'] + form button")  # a quarter of an hour
    page.sees("It is yours")
    page.open(f"{url}/webhooks")
    page.click("button[formaction='/faults/stripe/lost_delivery']")
    page.sees("lost delivery")
    page.click("form[action='/calm'] button")
    page.sees("Nothing is broken on purpose")


def test_all_can_be_done_by_keyboard(page: Page, stage: Stage, url: str) -> None:
    stage.world.student("keys").enroll("java")
    page.open(f"{url}/help")
    page.press("g", "s")
    page.until("location.pathname === '/'" + AWAKE)
    page.press("/")
    page.until("document.activeElement.id === 'search'")
    page.press(*"keys", "Enter")
    page.until("location.search.includes('q=keys') && document.querySelectorAll('tbody tr').length === 1" + AWAKE)
    page.press("j", "Enter")
    page.until("location.pathname.startsWith('/sagas/')" + AWAKE)
    page.sees("keys buys a course")
    page.press("j", "j", "Enter")
    page.until("document.querySelectorAll('.step[open]').length === 1")
    before = stage.world.clock.now()
    page.press(".")
    page.sees("passed, to the next thing that was due")
    assert stage.world.clock.now() > before
    page.press("g", "w")
    page.until("location.pathname === '/webhooks'" + AWAKE)
    page.press("?")
    page.until("location.pathname === '/help'" + AWAKE)
    page.press("Tab", "Enter")
    page.until("document.activeElement.id === 'main'")


def test_who_speaks_to_the_machine_can_switch_the_keys_off(page: Page, url: str) -> None:
    page.open(f"{url}/help")
    page.until("true" + AWAKE)
    page.click("#keys-on")
    page.press("g", "w")
    page.open(f"{url}/help")
    page.until("true" + AWAKE)
    page.press("g", "w")
    assert page.js("location.pathname") == "/help"
    page.click("#keys-on")
    page.press("g", "w")
    page.until("location.pathname === '/webhooks'")


def test_the_list_lives_and_nothing_moves_under_the_pointer(page: Page, stage: Stage, url: str) -> None:
    first = stage.world.student("first").enroll("java")
    page.open(url)
    page.until(f"document.querySelector('tbody tr').dataset.row === '{first}'")
    page.point("tbody tr")
    stage.world.student("second").enroll("java")
    page.sees("newer, shown when the pointer has left the list")
    assert page.js("document.querySelector('tbody tr').dataset.row") == first
    page.point("h1")
    stage.world.student("third").enroll("java")
    page.until("document.querySelector('tbody tr td:nth-child(3)').innerText === 'third'")
    assert not page.js("!!document.querySelector('.newer')")
    page.click("#live")
    stage.world.student("fourth").enroll("java")
    page.open(url)
    page.sees("fourth")


def test_the_page_is_paused_until_it_is_live_again(page: Page, stage: Stage, url: str) -> None:
    page.open(url)
    page.click("#live")
    page.until("document.querySelector('#live').innerText === 'paused'")
    stage.world.student("unseen").enroll("java")
    stage.world.settle()
    assert "unseen" not in page.text()
    page.click("#live")
    page.sees("unseen")


def test_the_contracts_are_accessible_too(browser: Chromium, url: str, judged: Callable[[Page], list[Any]]) -> None:
    page = browser.page()
    page.open(f"{url}/contracts")
    page.sees("CREATE_ENROLLMENT_RECORD")
    assert judged(page) == []


def test_every_page_is_accessible_and_fits_every_screen(
    browser: Chromium, url: str, addresses: list[str], judged: Callable[[Page], list[Any]]
) -> None:
    page = browser.page()
    for path in addresses:
        page.open(url + path)
        assert judged(page) == [], path
        assert page.js(SMALL_TARGETS) == [], path
        page.resize(360, 800)
        assert page.js(WIDTH_OF_ALL) <= 360, path
        page.resize(1280, 900, zoom=2)
        assert page.js(WIDTH_OF_ALL) <= 640, path
        page.resize(1440, 900)
    assert page.troubles() == []
    page.close()


def test_in_the_dark_and_on_a_small_screen_it_is_as_accessible(
    browser: Chromium, url: str, addresses: list[str], judged: Callable[[Page], list[Any]]
) -> None:
    page = browser.page(dark=True, width=360)
    for path in [each for each in addresses if each.startswith(("/sagas", "/compare", "/webhooks", "/pay"))]:
        page.open(url + path)
        assert judged(page) == [], path
    page.close()


def test_without_script_all_can_be_read_and_pressed(browser: Chromium, url: str) -> None:
    page = browser.page(scripts=False)
    page.open(f"{url}/stories")
    assert page.js("document.querySelector('#live').hidden")
    page.click("#course form button")
    page.sees("Money became exactly what was bought")
    page.close()
