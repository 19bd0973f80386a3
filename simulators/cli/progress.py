"""How far a long command is, for whoever watches."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import click

from simulators.diagram.times import span
from simulators.kit.seams import Clock

CLEAR_LINE = "\r\033[2K"
IN_A_LOG = timedelta(minutes=1)
ENOUGH_TO_GUESS = 3  # So many cases say something about the others.


@contextmanager
def progress(length: int) -> Iterator[tuple[Callable[[], None], Callable[[], None]]]:
    """Show a bar aside, to a person only; yield how to move it on, and how to make room for a row in its place."""
    is_seen, steps = sys.stderr.isatty(), max(length // 200, 1)
    shown: Any = {"label": "comparing", "file": sys.stderr, "hidden": not is_seen, "update_min_steps": steps}
    with click.progressbar(length=length, **shown) as bar:
        yield lambda: bar.update(1), lambda: click.echo(CLEAR_LINE if is_seen else "", nl=False, err=True)


class ProgressLine:
    """One line aside: at a terminal it is written over again and again, in a log it comes once a minute."""

    def __init__(self, *, is_quiet: bool, clock: Clock | None = None) -> None:
        self._is_seen, self._clock = sys.stderr.isatty() and not is_quiet, clock or Clock()
        self._is_quiet = is_quiet
        self._began = self._last = self._clock.now()

    def show(self, part: str, number: int, total: int, what: str) -> None:
        """Say which part is at work, how much is done of how much, how long it may still take, and what was last."""
        text = " · ".join(filter(None, [f"{part} {number} of {total}", self.time_left(number, total), what]))
        if self._is_seen:
            click.echo(text[: shutil.get_terminal_size().columns - 1], nl=False, err=True)
        elif not self._is_quiet and self._clock.now() - self._last >= IN_A_LOG:
            self._last = self._clock.now()
            click.echo(text, err=True)

    def clear(self) -> None:
        """Make room for a line that stays."""
        click.echo(CLEAR_LINE if self._is_seen else "", nl=False, err=True)

    def time_left(self, number: int, total: int) -> str:
        """Return how long it may still take, if it goes on like this; empty when it is over or too early to say."""
        if not ENOUGH_TO_GUESS <= number < total:
            return ""
        passed: timedelta = self._clock.now() - self._began
        return f"about {span(passed / number * (total - number))} left"
