"""The pictures in the documents, taken of the running demo: `make pictures`."""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import requests
from click.testing import CliRunner
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from simulators.cli import main as harness
from simulators.console.serving import console
from simulators.world.together import ANY_PORTS
from tests.browser.chromium import chromium, running
from tests.rooms.source import ROOT

FOLDER = ROOT / "simulators" / "console" / "pictures"
WIDE, FILM = (1500, 900), (960, 680)
LOSE = 'form[action="/faults/stripe/lost_delivery"] button'
LATER = 'form[action="/clock/jump"] input[value="900"] ~ button'
SHARP, MOVING = 88, 80
"""How much of the picture is kept: of one that stands still, and of one of many."""
SMALLEST = 6
"""How hard Pillow tries to keep files small: as hard as it can."""
CAPTION = """([words, marked]) => {
  for (const each of document.querySelectorAll(".of-the-film")) each.remove();
  const add = (style, text = "") => {
    const made = document.createElement("div");
    made.className = "of-the-film";
    made.textContent = text;
    Object.assign(made.style, {position: "fixed", zIndex: 99, boxSizing: "border-box"}, style);
    document.body.append(made);
  };
  const below = {left: 0, right: 0, bottom: 0, padding: "14px 20px"};
  add({...below, background: "#1a1f36", color: "#fff", fontSize: "19px"}, words);
  if (!marked) return;
  const box = document.querySelector(marked).getBoundingClientRect(), px = (number) => `${number}px`;
  add({left: px(box.x - 6), top: px(box.y - 6), width: px(box.width + 12), height: px(box.height + 12),
       border: "4px solid #d97706", borderRadius: "10px"});
}"""
"""Lays words below the page, and a frame around what will be pressed."""
BOUNDS = """(selectors) => {
  const found = selectors.flatMap(each => [...document.querySelectorAll(each)]);
  const all = found.map(each => each.getBoundingClientRect());
  const least = (side) => Math.min(...all.map(each => each[side]));
  const most = (side) => Math.max(...all.map(each => each[side]));
  const [left, top] = [least("left"), least("top")];
  return [left + scrollX, top + scrollY, most("right") - left, most("bottom") - top];
}"""
"""Tells where the box is that holds all of these."""
MARGIN = 4


class Camera:
    """Takes pictures of pages, and keeps them in the folder."""

    def __init__(self, browser: Browser, url: str) -> None:
        self._browser, self._url = browser, url

    def page(self, path: str, size: tuple[int, int]) -> Page:
        """Open a page of the console, in the light."""
        viewport: Any = dict(zip(("width", "height"), size, strict=True))
        page = self._browser.new_page(viewport=viewport, reduced_motion="reduce", base_url=self._url)
        page.goto(path)
        return page

    def still(self, name: str, path: str, *selectors: str) -> None:
        """Keep the part of a page that holds all of these."""
        page = self.page(path, WIDE)
        left, top, width, height = page.evaluate(BOUNDS, selectors)
        size = {"width": width + 2 * MARGIN, "height": height + 2 * MARGIN}
        clip: Any = {"x": left - MARGIN, "y": top - MARGIN, **size}
        picture = Image.open(BytesIO(page.screenshot(clip=clip, full_page=True)))
        picture.save(FOLDER / f"{name}.webp", quality=SHARP, method=SMALLEST)
        page.close()


class Film:
    """What one person does, a picture for each look."""

    def __init__(self, page: Page) -> None:
        self._page, self._frames = page, list[tuple[Image.Image, int]]()

    def look(self, words: str, seconds: float, marked: str = "") -> None:
        """Look at the page for so long, and read this."""
        self._page.evaluate(CAPTION, [words, marked])
        self._frames.append((Image.open(BytesIO(self._page.screenshot())), round(seconds * 1000)))
        self._page.evaluate('document.querySelectorAll(".of-the-film").forEach(each => each.remove())')

    def press(self, words: str, selector: str, until: str) -> None:
        """Show what will be pressed, press it, and wait until the page says this."""
        self.see(selector, "center")
        self.look(words, 2.4, selector)
        self._page.click(selector)
        expect(self._page.locator("body")).to_contain_text(until, use_inner_text=True)
        self._page.evaluate("scrollTo(0, 0)")

    def see(self, selector: str, where: str = "start") -> None:
        """Have this in view, as soon as it is there."""
        self._page.locator(selector).first.evaluate("(found, block) => found.scrollIntoView({block})", where)

    def keep(self, name: str) -> None:
        """Keep it as one picture that moves."""
        (first, *others), milliseconds = zip(*self._frames, strict=True)
        file = FOLDER / f"{name}.webp"
        first.save(file, save_all=True, append_images=others, duration=milliseconds, quality=MOVING, method=SMALLEST)


def film(camera: Camera) -> None:
    """A webhook is lost, and nothing is lost with it."""
    page = camera.page("/faults", FILM)
    seen = Film(page)
    seen.press("Break something: the webhook of the next payment is lost.", LOSE, "Active faults")
    page.goto("/school?as=lea")
    seen.press("Lea buys a course.", 'button[title="Enroll in Algebra from the start"]', "Ready to pay")
    seen.press("She pays 49.00 EUR with a test card.", ".card-form button", "Payment received")
    seen.look("Stripe has the money. The webhook is lost, and the page says so.", 4)
    seen.press("Let fifteen minutes pass.", LATER, "It is yours")
    seen.look("Nothing was lost with it: the payment-service asked Stripe.", 3.5)
    page.click('.crumbs a[href^="/sagas/"]')
    seen.see("[aria-labelledby=said]")
    seen.look("Behind the scenes: crossed out is what was lost, ...", 4)
    seen.see(".sequence > :last-child", "center")
    seen.look("... and after five minutes of waiting it asked: GET /v1/payment_intents.", 5)
    seen.see("[aria-labelledby=promises]")
    seen.look("Eighteen promises, judged by what Stripe and the neighbours show: all hold.", 4)
    seen.keep("lost-webhook")


def stills(camera: Camera, url: str, folder: Path) -> None:
    """A saga, the two services beside each other, and who needs what of whom."""
    play, programs = f"{url}/stories/course-taken-back/play", {"Accept": "application/json"}
    saga_id = requests.post(play, {"pace": 0}, headers=programs, timeout=60).json()["sagaId"]
    whole = ("h1", ".why", "[aria-labelledby=said]", "[aria-labelledby=promises]")
    camera.still("saga", f"/sagas/{saga_id}", *whole)
    camera.still("naive", "/compare/lost-webhook?seed=7", "h1", ".two .sequence")
    answer = CliRunner().invoke(harness, ["contracts", "page", "--pacts", str(ROOT / "pacts"), "--output", str(folder)])
    if answer.exit_code:
        sys.exit(answer.output)
    camera.still("contracts", (folder / "index.html").as_uri(), "#network figure")


def main() -> None:
    """Take all of them."""
    path = chromium() or sys.exit("chromium is needed, and is not here")
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory() as name, console(Path(name), ANY_PORTS, 0) as (_, url), running(path) as browser:
        camera = Camera(browser, url)
        film(camera)
        stills(camera, url, Path(name) / "contracts")


if __name__ == "__main__":
    main()
