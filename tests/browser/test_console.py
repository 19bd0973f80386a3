"""The console as people use it: by pointer and by keys, wide and narrow, light and dark, with and without script."""

from __future__ import annotations

from contextlib import suppress

import pytest
from playwright.sync_api import Error, Page, expect

from simulators.console.session import Session
from simulators.stories import STORIES
from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.served
AWAKE = "document.querySelector('#live')?.hidden === false"
"""The page's script has begun: only then are there keys."""


def sees(page: Page, text: str) -> None:
    """Wait until a person would read this on the page."""
    expect(page.locator("body")).to_contain_text(text, use_inner_text=True)


def press(page: Page, *keys: str) -> None:
    """Press these keys, one after the other."""
    for key in keys:
        page.keyboard.press(key)


def until(page: Page, *conditions: str) -> None:
    """Wait until the page's script finds all of this true."""
    for _ in range(600):  # Not by wait_for_function: after a page has changed it would break the page's own policy.
        with suppress(Error):  # It leaves one page for another.
            if page.evaluate(" && ".join(conditions)):
                return
        page.wait_for_timeout(50)
    raise AssertionError(f"never true: {conditions}")


@pytest.mark.parametrize("name", [story.name for story in STORIES])
def test_each_story_is_played_by_its_button_and_ends_in_what_it_proves(page: Page, name: str) -> None:
    story = next(each for each in STORIES if each.name == name)
    page.goto("/stories")
    page.click(f"#{name} form button")
    page.wait_for_url(f"**/stories/{name}")
    sees(page, story.proven)
    sees(page, "18 of 18 promises hold")
    expect(page.locator(".promises .holds")).to_have_count(18)
    expect(page.locator(".node.current")).to_have_count(1)
    assert page.locator(".edge.taken").count() > 2


def test_the_naive_service_is_seen_to_fail_on_the_same_seed(page: Page) -> None:
    page.goto("/stories")
    page.click("#webhook-twice a.button")
    sees(page, "The naive service")
    assert page.locator(".two .proven b").all_inner_texts() == ["✓ Proven.", "✗ Broken."]
    sees(page, "✗ violated")
    sees(page, "harness stories webhook-twice --seed 7 --service naive")
    until(page, "[...document.querySelectorAll('.again button')].every(each => each.offsetParent !== null)")


def test_a_course_is_bought_by_hand_and_the_bank_asks(page: Page) -> None:
    page.goto("/school?as=nora")
    page.click("button[title^='Enroll in Biology']")
    sees(page, "Ready to pay")
    page.click("input[value='pm_card_visa_chargeDeclinedInsufficientFunds']")
    page.click(".card-form button")
    sees(page, "insufficient funds")
    page.click("input[value='pm_card_authenticationRequired']")
    page.click(".card-form button")
    sees(page, "Your bank wants to ask you something")
    page.click("a.button.first")
    sees(page, "is it you who pays?")
    page.click("button[value='complete']")
    sees(page, "It is yours")
    page.click("a[href^='/inbox']")
    sees(page, "confirmed")


def test_a_webhook_is_lost_found_and_all_is_calm_again(page: Page) -> None:
    page.goto("/faults")
    page.click(".quick form button")
    sees(page, "Active faults")
    page.goto("/school?as=olga")
    page.click("button[title^='Enroll in French']")
    sees(page, "Ready to pay")
    page.click(".card-form button")
    sees(page, "Stripe has your money, and the school has not heard of it yet")
    page.click("form[action='/clock/jump'] + form button")  # a quarter of an hour
    sees(page, "It is yours")
    page.goto("/webhooks")
    page.click("button[formaction='/faults/stripe/lost_delivery']")
    sees(page, "lost delivery")
    page.click("form[action='/calm'] button")
    sees(page, "No active faults")


def test_all_can_be_done_by_keyboard(page: Page, session: Session) -> None:
    session.world.student("keys").enroll("java")
    page.goto("/help")
    press(page, "g", "s")
    until(page, "location.pathname === '/'", AWAKE)
    press(page, "/")
    expect(page.locator("#search")).to_be_focused()
    press(page, *"keys", "Enter")
    until(page, "location.search.includes('q=keys')", AWAKE)
    expect(page.locator("tbody tr")).to_have_count(1)
    press(page, "j", "Enter")
    until(page, "location.pathname.startsWith('/sagas/')", AWAKE)
    sees(page, "keys buys a course")
    press(page, "j", "j", "Enter")
    expect(page.locator(".step[open]")).to_have_count(1)
    before = session.world.clock.now()
    press(page, ".")
    sees(page, "passed, to the next thing that was due")
    assert session.world.clock.now() > before
    press(page, "g", "w")
    until(page, "location.pathname === '/webhooks'", AWAKE)
    press(page, "?")
    until(page, "location.pathname === '/help'", AWAKE)
    press(page, "Tab", "Enter")
    expect(page.locator("#main")).to_be_focused()


def test_who_speaks_to_the_machine_can_switch_the_keys_off(page: Page) -> None:
    page.goto("/help")
    until(page, AWAKE)
    page.click("#keys-on")
    press(page, "g", "w")
    page.goto("/help")
    until(page, AWAKE)
    press(page, "g", "w")
    assert page.evaluate("location.pathname") == "/help"
    page.click("#keys-on")
    press(page, "g", "w")
    page.wait_for_url("**/webhooks")


def test_the_list_lives_and_nothing_moves_under_the_pointer(page: Page, session: Session) -> None:
    first = session.world.student("first").enroll("java")
    page.goto("/")
    row = page.locator("tbody tr").first
    expect(row).to_have_id(first)
    row.hover()
    session.world.student("second").enroll("java")
    sees(page, "newer, shown when the pointer has left the list")
    assert row.get_attribute("id") == first
    page.hover("h1")
    session.world.student("third").enroll("java")
    expect(row.locator("td:nth-child(3)")).to_have_text("third")
    assert page.locator(".newer").count() == 0
    page.click("#live")
    session.world.student("fourth").enroll("java")
    page.goto("/")
    sees(page, "fourth")


def test_what_is_open_or_chosen_stays_so_while_the_page_grows(
    page: Page, open_page: OpenPage, session: Session
) -> None:
    student = session.world.student("grower")
    saga_id = student.enroll("java")
    student.client_secret(saga_id)
    session.world.settle()
    page.goto(f"/sagas/{saga_id}")
    page.click(".steps details summary")
    phone = open_page(width=360)
    phone.goto(f"/pay/{saga_id}")
    phone.click("input[value='pm_card_createDispute']")
    student.try_card(saga_id, "pm_card_visa_chargeDeclined")
    sees(phone, "The last try was declined")
    expect(phone.locator("input:checked")).to_have_value("pm_card_createDispute")
    expect(page.locator(".steps > li", has_text="payment_intent.payment_failed")).to_have_count(1)
    assert page.locator("details.step").evaluate_all("steps => steps.map(each => each.open)").index(True) == 0
    expect(page.locator(".step[open]")).to_have_count(1)


def test_the_page_is_paused_until_it_is_live_again(page: Page, session: Session) -> None:
    page.goto("/")
    page.click("#live")
    expect(page.locator("#live")).to_have_text("paused")
    session.world.student("unseen").enroll("java")
    session.world.settle()
    assert "unseen" not in page.locator("body").inner_text()
    page.click("#live")
    sees(page, "unseen")


@pytest.mark.parametrize("with_script", [True, False])
def test_on_a_phone_the_frame_is_one_line_and_unfolds(
    open_page: OpenPage, session: Session, *, with_script: bool
) -> None:
    session.world.plant_fault("stripe", "latency", latency=1)
    page = open_page(width=360, java_script_enabled=with_script)
    page.goto("/")
    box = page.locator(".frame").bounding_box()
    assert box is not None
    assert box["height"] < 50
    for seen in (".clock b", ".simulated", ".broken-count", ".unfold"):
        expect(page.locator(seen)).to_be_visible()
    expect(page.locator(".top nav")).to_be_hidden()
    page.locator("#fold").focus()
    press(page, "Space")
    for seen in (".top nav", ".banner", ".bar .acts", ".broken"):
        expect(page.locator(seen)).to_be_visible()
    page.click(".top nav a[href='/faults']")
    page.wait_for_url("**/faults")


def test_without_script_all_can_be_read_and_pressed(open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/stories")
    expect(page.locator("#live")).to_be_hidden()
    page.click("#course form button")
    sees(page, "Money became exactly what was bought")
