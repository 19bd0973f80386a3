"""Protection from browsers of what listens on loopback: no other site acts here, frames a page or keeps an answer."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.exceptions import Forbidden, MisdirectedRequest

CONTROL = "/_sim"
RESERVED = (".localhost", ".test")  # nobody can own such a name (RFC 6761), so no site can call itself so
SAFE = {"GET", "HEAD", "OPTIONS"}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # With `no-referrer` a browser names no origin for a form, not even its own.
    "Cache-Control": "no-store",
}


def protect(app: Flask) -> None:
    """Protect a simulator: its control routes, and all that needs no credentials."""

    @app.before_request
    def _refuse() -> None:
        if request.path.startswith(CONTROL) or "Authorization" not in request.headers:
            refuse_other_sites()

    @app.after_request
    def _add_headers(answer: Response) -> Response:
        own = {name.lower() for name, _ in answer.headers}
        for name, value in HEADERS.items():
            if name.lower() not in own:
                answer.headers.add(name, value)
        return answer


def refuse_other_sites() -> None:
    """Refuse a request that calls us by a foreign name (421), or that a page of another site has sent (403)."""
    refuse_foreign_names()
    if request.method != "OPTIONS" and _is_from_elsewhere():
        raise Forbidden("another site may not do this")


def refuse_foreign_names() -> None:
    """Refuse a request that calls us by a foreign name (421), as a page does whose site points its name at loopback."""
    if not _is_own_name(request.headers.get("Host", "")):
        raise MisdirectedRequest("this is answered on loopback only")


def refuse_browsers_of_other_sites() -> None:
    """The same, and (403) what a browser says to come from another site; an Origin may be part of what is passed on."""
    refuse_foreign_names()
    if request.headers.get("Sec-Fetch-Site", "none") not in {"same-origin", "none"}:
        raise Forbidden("another site may not do this")


def _is_own_name(host: str) -> bool:
    try:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
        return name == "localhost" or name.endswith(RESERVED) or ip_address(name).is_loopback
    except ValueError:
        return False


def _is_from_elsewhere() -> bool:
    """Tell by what browsers add; whoever is no browser says nothing of it. A link that is followed does no harm."""
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site", "none")
    is_link = request.method in SAFE and request.headers.get("Sec-Fetch-Mode") == "navigate"
    is_foreign = origin is not None and origin.partition("://")[2] != request.headers.get("Host")
    return is_foreign or not (is_link or site in {"same-origin", "none"})
