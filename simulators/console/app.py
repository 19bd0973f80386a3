"""The console, put together."""

from functools import partial
from http import HTTPStatus
from typing import Any

import requests
from flask import Blueprint, Flask, Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from simulators.clients.http_client import Refused
from simulators.console import (
    clock,
    contracts,
    coverage,
    dead_letters,
    faults,
    feed,
    filters,
    guide,
    hand_made,
    inbox,
    openapi,
    pay,
    promise_book,
    reset,
    runs,
    sagas,
    school,
    stories,
    stripe,
    webhooks,
)
from simulators.console.responses import session, wants_json
from simulators.console.saga_data import thing_bought
from simulators.console.session import Session
from simulators.kit.http import protection
from simulators.world.apart import CannotMoveTime
from simulators.world.foreign_world import CannotTakeDown
from simulators.world.process import DidNotStart
from simulators.world.scheduler import NeverQuiet

PAGES = (
    sagas,
    reset,
    dead_letters,
    stories,
    hand_made,
    runs,
    school,
    inbox,
    pay,
    webhooks,
    faults,
    stripe,
    contracts,
    promise_book,
    clock,
    feed,
    guide,
    coverage,
    openapi,
)
DIAGRAM = Blueprint(
    "diagram", "simulators.diagram", static_folder="static", static_url_path="/diagram", template_folder="templates"
)
MATRIX = Blueprint("matrix", "simulators.explore", template_folder="templates")
MENU = {
    "/": "Sagas", "/stories": "Stories", "/promises/": "Promises", "/school": "School", "/inbox": "Inbox",
    "/webhooks": "Webhooks", "/faults": "Faults", "/stripe": "Stripe", "/contracts/": "Contracts", "/help": "Help",
}  # fmt: skip
WHAT_A_SAGA_IS = (
    "A saga is one purchase, carried out by several services step by step: each step is stored before the next begins, "
    "and what cannot be finished is undone."
)
POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
HEADERS = protection.HEADERS | {"Content-Security-Policy": POLICY, "Referrer-Policy": "same-origin"}
EXPLANATIONS = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address is for a button, not for reading.",
}


def create_app(shown: Session) -> Flask:
    """Return the pages that show this session."""
    app = Flask(__name__)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.json.sort_keys = False  # type: ignore[attr-defined] # Flask's own provider has it
    app.extensions["session"] = shown
    filters.register(app)
    app.before_request(protection.refuse_other_sites)
    app.after_request(_add_headers)
    app.context_processor(_common_content)
    app.register_error_handler(HTTPException, _explain_error)
    app.register_error_handler(Refused, _explain_refusal)
    app.register_error_handler(requests.RequestException, _explain_silence)
    for kind in (NeverQuiet, AssertionError, CannotMoveTime, CannotTakeDown, DidNotStart):
        app.register_error_handler(kind, _explain_vain_wait)
    app.register_blueprint(DIAGRAM)
    app.register_blueprint(MATRIX)
    for module in PAGES:
        app.register_blueprint(module.routes)
    return app


def _add_headers(answer: Response) -> Response:
    for name, value in HEADERS.items():
        if not (name == "Cache-Control" and (request.endpoint or "").endswith("static")):
            answer.headers.setdefault(name, value)
    return answer


def _common_content() -> dict[str, Any]:
    """What stands on every page: the time, what is broken on purpose, and what was last done."""
    clock = session().world.clock
    return {
        "menu": MENU.items(),
        "thing_bought": partial(thing_bought, session()),
        "what_a_saga_is": WHAT_A_SAGA_IS,
        "current_page": _current_page(),
        "now": clock.now(),
        "is_running": clock.running,
        "speed": clock.speed,
        "last_act": session().last_act,
        "active_faults": session().active_faults(),
        "down": session().down(),
        "payment_service": session().service_name,
        "first_service": session().first_service,
    }


def _current_page() -> str | None:
    """Return the page of the menu to which this address belongs; None when it belongs to none."""
    first = "/" + request.path.split("/")[1]
    return "/" if first == "/sagas" else next((each for each in (first, f"{first}/") if each in MENU), None)


def _explain_error(error: HTTPException) -> ResponseReturnValue:
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    is_explained = error.description != type(error).description
    return _trouble(status, (error.description if is_explained else EXPLANATIONS.get(status)) or error.name)


def _explain_refusal(error: Refused) -> ResponseReturnValue:
    answer = error.answer
    why = answer.get("detail") or (answer.get("error") or {}).get("message") or answer.get("title") or error
    is_missing = error.status == HTTPStatus.NOT_FOUND
    return _trouble(HTTPStatus.NOT_FOUND if is_missing else HTTPStatus.CONFLICT, str(why))


def _explain_silence(error: requests.RequestException) -> ResponseReturnValue:
    """Tell it to whoever asks; an open page that only looks again keeps what it shows, and looks once more later."""
    if request.headers.get("X-Look"):
        return "", HTTPStatus.NO_CONTENT
    return _trouble(
        HTTPStatus.SERVICE_UNAVAILABLE, f"A service does not answer ({type(error).__name__}). Is it down on purpose?"
    )


def _explain_vain_wait(error: Exception) -> ResponseReturnValue:
    """Tell what was waited for in vain, which is no fault of the pages."""
    return _trouble(HTTPStatus.SERVICE_UNAVAILABLE, str(error).partition("\n")[0])


def _trouble(status: HTTPStatus, why: str) -> ResponseReturnValue:
    if wants_json():
        return jsonify(status=status, detail=why), status
    try:
        return render_template("trouble.html", status=status, why=why), status
    except requests.RequestException:
        return Response(why, status, content_type="text/plain; charset=utf-8")
