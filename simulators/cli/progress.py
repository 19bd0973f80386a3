"""How far a long command is, for whoever watches."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

CLEAR_LINE = "\r\033[2K"


@contextmanager
def progress(length: int) -> Iterator[tuple[Callable[[], None], Callable[[], None]]]:
    """Show a bar aside, to a person only; yield how to move it on, and how to make room for a row in its place."""
    is_seen, steps = sys.stderr.isatty(), max(length // 200, 1)
    shown: Any = {"label": "comparing", "file": sys.stderr, "hidden": not is_seen, "update_min_steps": steps}
    with click.progressbar(length=length, **shown) as bar:
        yield lambda: bar.update(1), lambda: click.echo(CLEAR_LINE if is_seen else "", nl=False, err=True)
