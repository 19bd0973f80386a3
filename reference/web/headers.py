"""The headers of every answer: it is for who asked, for now, and nothing to be shown in a page."""

from __future__ import annotations

from flask import Response

PROTECTION = {
    "Cache-Control": "no-store",  # Client secrets and other people's purchases belong into no cache.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def protect(answer: Response) -> Response:
    """Add what tells browsers and caches to keep an answer to themselves."""
    answer.headers.update(PROTECTION)
    return answer
