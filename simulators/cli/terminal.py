"""How stories are told in a terminal."""

from __future__ import annotations

from typing import Any

import click

TONES: dict[str, dict[str, Any]] = {
    "title": {"bold": True},
    "aside": {"fg": "cyan"},
    "good": {"fg": "green"},
    "proven": {"bold": True},
    "trouble": {"fg": "yellow"},
    "bad": {"fg": "red", "bold": True},
}


def tell(line: str, tone: str = "message") -> None:
    """Say a line in its tone."""
    indent = {"title": "\n", "plain": "", "message": "    ", "trouble": "    "}.get(tone, "  ")
    click.secho(indent + line, **TONES.get(tone, {}))
