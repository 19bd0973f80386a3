"""The system's Chromium, driven by Playwright."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, expect, sync_playwright

PATIENCE_MILLISECONDS = 20_000
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """Return where the browser is, or None."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@contextmanager
def running(path: str) -> Iterator[Browser]:
    """Start the browser that is installed there, and end it."""
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=path) as browser:
        yield browser
