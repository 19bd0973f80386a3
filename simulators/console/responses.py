"""How every page answers: a page for people, the same as JSON for programs; acts lead back to where one was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from flask import current_app, jsonify, redirect, render_template, request

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from simulators.console.session import Stage
    from simulators.world.together import Together


def stage() -> Stage:
    """Return what the pages show."""
    return cast("Stage", current_app.extensions["stage"])


def world() -> Together:
    """Return the world on the stage."""
    return stage().world


def wants_json() -> bool:
    """Whether a program asks."""
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def page(template: str, **told: Any) -> ResponseReturnValue:  # noqa: ANN401 - whatever the template shows
    """Show this to people, or tell it to programs; what begins with an underscore is for people's eyes only."""
    if wants_json():
        return jsonify({name: value for name, value in told.items() if not name.startswith("_")})
    return render_template(template, **told)


def done(line: str, where: str = "", **told: Any) -> ResponseReturnValue:  # noqa: ANN401 - for programs
    """Say what was done, and lead a person to this place, or back."""
    stage().say(line)
    if wants_json():
        return jsonify(said=line, **told)
    return redirect(where or came_from(), 303)


def came_from() -> str:
    """Return the page of ours that the person came from, never anybody else's."""
    parts = urlsplit(request.referrer or "")
    if parts.netloc != request.host:
        return "/"
    return parts.path + (f"?{parts.query}" if parts.query else "")


def given(name: str, default: str = "") -> str:
    """Return one field of what was sent with an act: a form's, or JSON's."""
    sent: Any = request.get_json(silent=True) if request.is_json else request.form
    return str(sent.get(name, default) if hasattr(sent, "get") else default).strip()
