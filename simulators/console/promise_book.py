"""The promises, read in the browser: the book that `harness features page` writes, as far as it needs no run."""

from flask import Blueprint, Response, abort, jsonify
from flask.typing import ResponseReturnValue

from simulators.book.chapters import chapters_in
from simulators.book.pages import INDEX, Book, chapter_page, index_page, stylesheet
from simulators.console.responses import frame, scoped_style, wants_json
from simulators.package_data import FEATURES

routes = Blueprint("promise_book", __name__)


@routes.get("/promises/")
def overview() -> ResponseReturnValue:
    """What is promised, and which faults the examples show to do no harm."""
    book = _book()
    if wants_json():
        return jsonify(
            items=[{"feature": each.name, "examples": [e.id for e in each.examples]} for each in book.chapters]
        )
    return frame("book", "Promises", index_page(book, framed=True))


@routes.get("/promises/<slug>.html")
def chapter(slug: str) -> ResponseReturnValue:
    """One feature."""
    book = _book()
    if f"{slug}.html" == INDEX:
        return overview()
    found = next((each for each in book.chapters if each.slug == slug), None) or abort(404)
    return frame("book", found.name, chapter_page(book, found, framed=True))


@routes.get("/promises/style.css")
def style() -> Response:
    """The style of these pages, and of nothing around them."""
    return scoped_style("book", stylesheet())


def _book() -> Book:
    return Book(chapters_in(FEATURES))
