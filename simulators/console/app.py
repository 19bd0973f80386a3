"""The console, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from flask import Flask, Response, abort, jsonify, render_template, request
from werkzeug.exceptions import HTTPException

from simulators.clients.http_client import Refused
from simulators.console import (
    clock,
    contracts,
    dead_letters,
    faults,
    feed,
    filters,
    guide,
    pay,
    runs,
    sagas,
    school,
    stories,
    stripe,
    webhooks,
)
from simulators.console.responses import stage, wants_json
from simulators.world.scheduler import NeverQuiet

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from simulators.console.session import Stage

ROOMS = (sagas, dead_letters, stories, runs, school, pay, webhooks, faults, stripe, contracts, clock, feed, guide)
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
NAMED = {404: "There is nothing at this address.", 405: "This address is for a button, not for reading."}


def create_app(on: Stage) -> Flask:
    """Return the pages of this stage."""
    app = Flask(__name__)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.json.sort_keys = False  # type: ignore[attr-defined] # Flask's own provider has it
    app.extensions["stage"] = on
    filters.teach(app)
    app.before_request(_only_ourselves)
    app.after_request(_guarded)
    app.context_processor(_around)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(Refused, _said_no)
    app.register_error_handler(requests.RequestException, _away)
    for kind in (NeverQuiet, AssertionError):
        app.register_error_handler(kind, _not_so)
    for room in ROOMS:
        app.register_blueprint(room.routes)
    return app


def _only_ourselves() -> None:
    """Let no other site act here through somebody's browser, by whatever name it calls us."""
    origin = request.headers.get("Origin")
    if urlsplit(request.host_url).hostname not in LOOPBACK:
        abort(421, "These pages answer on loopback only.")
    if request.method == "POST" and origin is not None and urlsplit(origin).netloc != request.host:
        abort(403, "Another site may not press buttons here.")


def _guarded(answer: Response) -> Response:
    for name, value in HEADERS.items():
        if not (name == "Cache-Control" and request.endpoint == "static"):
            answer.headers.setdefault(name, value)
    return answer


def _around() -> dict[str, Any]:
    """What stands on every page: the time, what is broken on purpose, and what was last done."""
    on = stage()
    told = {"now": on.world.clock.now(), "running": on.world.clock.running, "said": on.said, "version": on.version}
    return told | {"active": on.active_faults(), "down": on.down(), "payment_service": on.service_name}


def _refused(error: HTTPException) -> ResponseReturnValue:
    code, is_explained = error.code or 500, error.description != type(error).description
    return _trouble(code, (error.description if is_explained else NAMED.get(code)) or error.name)


def _said_no(error: Refused) -> ResponseReturnValue:
    said = error.answer.get("detail") or (error.answer.get("error") or {}).get("message") or error.answer.get("title")
    return _trouble(404 if error.status == 404 else 409, str(said or error))  # noqa: PLR2004 - HTTP's own


def _away(error: requests.RequestException) -> ResponseReturnValue:
    """Tell it to whoever asks; an open page that only looks again keeps what it shows, and looks once more later."""
    if request.headers.get("X-Look"):
        return "", 204
    return _trouble(503, f"A service does not answer ({type(error).__name__}). Is it down on purpose?")


def _not_so(error: Exception) -> ResponseReturnValue:
    """Tell what was waited for in vain, which is no fault of the pages."""
    return _trouble(503, str(error).partition("\n")[0])


def _trouble(status: int, why: str) -> ResponseReturnValue:
    if wants_json():
        return jsonify(status=status, detail=why), status
    try:
        return render_template("trouble.html", status=status, why=why), status
    except requests.RequestException:
        return Response(why, status, content_type="text/plain; charset=utf-8")
