"""From one page of a list to the next and back: links that keep what else was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request


@dataclass(frozen=True)
class PageLinks:
    """Where the neighbours of a page are; None where there is none."""

    newest: str | None = None
    newer: str | None = None
    older: str | None = None


def numbered_links(number: int, pages: int) -> PageLinks:
    """Return the links of a page of which one knows how many there are."""

    def link(page: int) -> str:
        return _link(page=[str(page)] if page > 1 else [])

    is_first = number <= 1
    return PageLinks(
        None if is_first else link(1),
        None if is_first else link(min(number - 1, pages)),
        link(number + 1) if number < pages else None,
    )


def cursor_links(cursor: str | None, next_cursor: str | None) -> PageLinks:
    """Return the links of a page of a list that only goes on: the way back is remembered as `newer`."""
    newer = request.args.getlist("newer")
    here = [cursor] if cursor else []
    older = _link(cursor=[next_cursor], newer=[*newer, *here]) if next_cursor else None
    if not cursor:
        return PageLinks(older=older)
    return PageLinks(_link(cursor=[], newer=[]), _link(cursor=newer[-1:], newer=newer[:-1]), older)


def _link(**changed: Sequence[str]) -> str:
    """Return this page's address with other parameters; an empty list takes one away."""
    query = {name: values for name, values in request.args.lists() if name not in changed and any(values)}
    text = urlencode(query | changed, doseq=True)
    return f"{request.path}?{text}" if text else request.path
