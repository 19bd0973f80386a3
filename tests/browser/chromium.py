"""The system's Chromium, driven over two pipes by its own protocol: no driver, no socket, no package."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections import deque
from pathlib import Path
from typing import Any, Self

PATIENCE_SECONDS = 20
CLICKS = 10
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-extensions", "--hide-scrollbars",
    "--remote-debugging-pipe",
)  # fmt: skip
AS_3_AND_4 = (
    "import os, sys; hear, say, *command = sys.argv[1:]; "
    "os.dup2(int(hear), 3); os.dup2(int(say), 4); os.execv(command[0], command)"
)
"""Becomes the browser, once the two pipes are where it looks for them."""
KEYS = {"Enter": ("Enter", 13, "\r"), "Tab": ("Tab", 9, ""), "Escape": ("Escape", 27, "")}
FOUND = "(() => {{ const found = document.querySelector({selector}); {then} }})()"


def chromium() -> str | None:
    """Return where the browser is, or None."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Chromium:
    """One browser with one page at a time."""

    def __init__(self, path: str) -> None:
        self._profile = tempfile.mkdtemp(prefix="harness-chromium-")
        theirs, self._say = self._pipe()
        self._hear, mine = self._pipe()
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-c", AS_3_AND_4, str(theirs), str(mine)),
                *(path, *FLAGS, f"--user-data-dir={self._profile}"),
            ],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, pass_fds=(theirs, mine),
        )  # fmt: skip
        os.close(theirs)
        os.close(mine)
        self._buffer, self._count = b"", 0
        self.events: deque[Any] = deque(maxlen=5000)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._say)
        os.close(self._hear)
        shutil.rmtree(self._profile, ignore_errors=True)

    def page(self, **options: Any) -> Page:
        """Open a new page."""
        return Page(self, **options)

    def ask(self, method: str, session: str | None = None, **parameters: Any) -> Any:
        """Give one command, and return its result."""
        self._count += 1
        number = self._count
        message = {"id": number, "method": method, "params": parameters} | ({"sessionId": session} if session else {})
        os.write(self._say, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            heard = self._next(end)
            if heard.get("id") == number:
                if "error" in heard:
                    raise AssertionError(f"{method}: {heard['error']['message']}")
                return heard["result"]
            self.events.append(heard)

    def _next(self, end: float) -> Any:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._hear], [], [], max(end - time.monotonic(), 0))
            if not ready:
                raise AssertionError("the browser says nothing any more")
            self._buffer += os.read(self._hear, 1 << 20)
        message, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(message)

    @staticmethod
    def _pipe() -> tuple[int, int]:
        """Return a pipe whose ends are out of the way of those that the browser expects."""
        ends = []
        for end in os.pipe():
            ends.append(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10))
            os.close(end)
        return ends[0], ends[1]


class Page:
    """A tab, as wide as asked for, light or dark."""

    def __init__(
        self, browser: Chromium, *, width: int = 1440, height: int = 900, dark: bool = False, scripts: bool = True
    ) -> None:
        self._browser, self._scripts = browser, scripts
        target = browser.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = browser.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._target = target
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")
        self.resize(width, height)
        features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        features.append({"name": "prefers-reduced-motion", "value": "reduce"})
        self.ask("Emulation.setEmulatedMedia", features=features)
        if not scripts:
            self.ask("Emulation.setScriptExecutionDisabled", value=True)

    def ask(self, method: str, **parameters: Any) -> Any:
        """Give one command about this page."""
        return self._browser.ask(method, self._session, **parameters)

    def resize(self, width: int, height: int, zoom: float = 1) -> None:
        """Take this size, as if the person had zoomed in."""
        measures = {"width": round(width / zoom), "height": round(height / zoom), "deviceScaleFactor": zoom}
        self.ask("Emulation.setDeviceMetricsOverride", mobile=False, **measures)

    def open(self, url: str) -> None:
        """Go there, and wait until it is all there."""
        self.ask("Page.navigate", url=url)
        self.until("document.readyState === 'complete' && location.href !== 'about:blank'")

    def js(self, expression: str) -> Any:
        """Return what this comes to in the page."""
        asked = {"expression": expression, "returnByValue": True, "awaitPromise": True}
        answer = self.ask("Runtime.evaluate", **asked)
        if "exceptionDetails" in answer:
            raise AssertionError(str(answer["exceptionDetails"].get("exception", {}).get("description")))
        return answer["result"].get("value")

    def until(self, expression: str, seconds: float = PATIENCE_SECONDS) -> Any:
        """Look again and again until it is so, across pages that come and go."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if found := self.js(expression):
                    return found
            except AssertionError:
                pass  # the page is just being left
            select.select([], [], [], 0.05)
        raise AssertionError(f"not so within {seconds} s: {expression}\n{self.text()[:3000]}")

    def sees(self, text: str) -> None:
        """Wait until a person would read this on the page."""
        self.until(f"document.body.innerText.includes({json.dumps(text)})")

    def text(self) -> str:
        """Return all that can be read."""
        return str(self.js("document.body.innerText"))

    def click(self, selector: str) -> None:
        """Click in the middle of the first that fits; once more when the page grew and it was no longer there."""
        then = (
            "if (!found) return null; found.scrollIntoView({block: 'center'}); const r = found.getBoundingClientRect();"
        )
        then += (
            " window.wasHit = false; found.addEventListener('click', () => { window.wasHit = true; }, {capture: true});"
        )
        then += " return [r.x + r.width / 2, r.y + r.height / 2];"
        for _ in range(CLICKS):
            x, y = self.until(FOUND.format(selector=json.dumps(selector), then=then))
            for kind in ("mousePressed", "mouseReleased"):
                self.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
            if not self._scripts or self._was_hit():
                return
        raise AssertionError(f"{selector} cannot be hit")

    def _was_hit(self) -> bool:
        """Whether the click arrived: the page says so, or has been left because of it."""
        try:
            return bool(self.js("window.wasHit !== false"))
        except AssertionError:
            return True

    def press(self, *keys: str) -> None:
        """Press these keys, one after the other."""
        for key in keys:
            name, code, text = KEYS.get(key, (key, 0, key))
            parameters = {"key": name, "windowsVirtualKeyCode": code, "text": text}
            self.ask("Input.dispatchKeyEvent", type="keyDown", **parameters)
            self.ask("Input.dispatchKeyEvent", type="keyUp", key=name, windowsVirtualKeyCode=code)

    def point(self, selector: str) -> None:
        """Move the pointer over the first that fits."""
        then = "const r = found.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2];"
        x, y = self.js(FOUND.format(selector=json.dumps(selector), then=then))
        self.ask("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def picture(self, path: Path | str, *, whole: bool = False) -> None:
        """Keep what is seen, or all of the page, as PNG."""
        shot = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=whole, **self._clip(whole=whole))
        Path(path).write_bytes(base64.b64decode(shot["data"]))

    def troubles(self) -> list[str]:
        """Return the errors that the page's console shows."""
        self.js("1")  # what happened before this is heard by now
        found = [each for each in self._browser.events if each.get("sessionId") == self._session]
        thrown = [
            str(each["params"]["exceptionDetails"]) for each in found if each["method"] == "Runtime.exceptionThrown"
        ]
        logged = [each["params"]["entry"] for each in found if each["method"] == "Log.entryAdded"]
        return thrown + [f"{each['text']} {each.get('url', '')}" for each in logged if each["level"] == "error"]

    def requests(self) -> list[str]:
        """Return the addresses that the page asked for."""
        self.js("1")
        return [
            str(each["params"]["request"]["url"])
            for each in self._browser.events
            if each.get("sessionId") == self._session and each["method"] == "Network.requestWillBeSent"
        ]

    def close(self) -> None:
        """Close the tab."""
        self._browser.ask("Target.closeTarget", targetId=self._target)

    def _clip(self, *, whole: bool) -> dict[str, Any]:
        if not whole:
            return {}
        size = self.ask("Page.getLayoutMetrics")["cssContentSize"]
        return {"clip": {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}}
