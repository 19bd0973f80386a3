"""Telling: how a story's lines and the exchanges meanwhile reach whoever watches."""

from __future__ import annotations

from typing import Protocol

from simulators.world.recorder import Exchange


class Tell(Protocol):
    """Says a line to whoever watches; the tone is title, aside, message, trouble, quiet, good, bad or proven."""

    def __call__(self, line: str, tone: str = "quiet") -> None:
        """Say it."""
        ...


def silently(line: str, tone: str = "quiet") -> None:
    """Tell nobody."""


def tell_exchange(exchange: Exchange, tell: Tell) -> None:
    """Tell what one service said to another, and what was answered."""
    tell(str(exchange), "message" if exchange.is_accepted else "trouble")
