"""How every page answers: a page for people, the same as JSON for programs; acts lead back to where one was."""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from flask import Response, abort, current_app, g, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from simulators.console.session import Session
from simulators.kit.json_types import json_or_text
from simulators.world.together import Together


def session() -> Session:
    """Return what the pages show."""
    found: Session = current_app.extensions["session"]
    return found


def world() -> Together:
    """Return the world that is shown."""
    return session().world


def wants_json() -> bool:
    """Whether a program asks."""
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def page(template: str, **content: Any) -> ResponseReturnValue:  # noqa: ANN401 - whatever the template shows
    """Show this to people, or send it to programs; what begins with an underscore is for people's eyes only."""
    if wants_json():
        return jsonify({name: value for name, value in content.items() if not name.startswith("_")})
    return render_template(template, **content)


def frame(kind: str, title: str, content: str) -> str:
    """Return a page that was made elsewhere, in the console's frame; its style is at `style.css` beside it."""
    return render_template("framed.html", kind=kind, title=title, content=Markup(content))  # noqa: S704 - our own, and escaped


def scoped_style(kind: str, style: str) -> Response:
    """Return a style that holds for what is framed as this kind, and for nothing around it."""
    return Response(f".{kind} {{\n{style}\n}}\n", content_type="text/css; charset=utf-8")


def acknowledge(line: str, where: str = "", **content: Any) -> ResponseReturnValue:  # noqa: ANN401 - for programs
    """Say what was done, and lead a person to this place, or back."""
    session().say(line)
    if wants_json():
        return jsonify(said=line, **content)
    return redirect(where or _referring_page(), HTTPStatus.SEE_OTHER)


def note_made(made: str) -> None:
    """Say that the act in hand has made what has this id, so that the act can be played again."""
    g.made = (*g.get("made", ()), made)


def field(name: str, default: str = "") -> str:
    """Return one field of what was sent with an act: a form's, or JSON's."""
    sent: Any = request.get_json(silent=True) if request.is_json else request.form
    return str(sent.get(name, default) if hasattr(sent, "get") else default).strip()


def sent_parameters() -> dict[str, Any]:
    """Return what was sent with an act, numbers as numbers; an empty field stands for the default."""
    sent = request.get_json(silent=True) if request.is_json else request.form.to_dict()
    if not isinstance(sent, dict):
        abort(HTTPStatus.BAD_REQUEST, "The parameters must be an object.")
    return {
        name: json_or_text(value) if isinstance(value, str) else value for name, value in sent.items() if value != ""
    }


def _referring_page() -> str:
    """Return the page of ours that the person came from, never anybody else's."""
    parts = urlsplit(request.referrer or "")
    if parts.netloc != request.host:
        return "/"
    return parts.path + (f"?{parts.query}" if parts.query else "")
