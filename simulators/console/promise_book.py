"""The promises, read in the browser: the book that `harness features page` writes, with what was played here."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version
from threading import Lock

from flask import Blueprint, Response, abort, current_app, get_template_attribute, jsonify
from flask.typing import ResponseReturnValue

from simulators.book.chapters import Chapter, Example, chapters_in
from simulators.book.pages import Book, PlayButton, chapter_page, index_page, scenario_page, stylesheet
from simulators.book.playing import Playing, read_playing
from simulators.check.subject import CannotBeJudged
from simulators.console.responses import acknowledge, frame, scoped_style, session, wants_json
from simulators.package_data import FEATURES

routes = Blueprint("promise_book", __name__)
NAIVE = "naive"
NEEDED = ("cucumber-messages", "pytest", "pytest-bdd", "pytest-xdist")
WITHOUT = "It needs what plays scenarios: pip install 'payment-flow-harness[check]'"
JOBS = 2  # The demo goes on meanwhile.
ONE_AT_A_TIME = Lock()  # A process has one pytest.


@routes.get("/promises/")
def overview() -> ResponseReturnValue:
    """What is promised, how what was played came out, and which faults the examples show to do no harm."""
    book = _book()
    if wants_json():
        features = [
            {"feature": each.name, "examples": [_example_json(book, e) for e in each.examples]}
            for each in book.chapters
        ]
        return jsonify(items=features, played=[each.edition for each in book.playings])
    return frame("book", "Promises", index_page(book, framed=True, play=_play_button()))


@routes.get("/promises/<name>.html")
def one(name: str) -> ResponseReturnValue:
    """One feature, or what was said in one scenario that was played."""
    book = _book()
    if name == "index":
        return overview()
    chapter, chosen = _find(book, name)
    if name == chapter.slug:
        return frame("book", chapter.name, chapter_page(book, chapter, framed=True, play=_play_button()))
    if not book.runs_of(chosen[0]):
        abort(HTTPStatus.NOT_FOUND, f"{name} was not played yet.")
    return frame("book", name, scenario_page(book, chapter, chosen[0], framed=True))


@routes.post("/promises/<name>/play")
def play(name: str) -> ResponseReturnValue:
    """Play one scenario, or all of a feature, in worlds of their own: with this payment-service and the naive one."""
    chapter, chosen = _find(_book(), name)
    if not _can_play():
        abort(HTTPStatus.CONFLICT, WITHOUT)
    ids = [each.id for each in chosen]
    with ONE_AT_A_TIME:
        for service in dict.fromkeys((session().service_name, NAIVE)):
            _play(service, name, ids)
    runs = _playings()[session().service_name].runs
    held = [each for example in chosen for each in example.run_ids if each in runs and runs[each].is_kept]
    where = "" if name == chapter.slug else f"/promises/{chapter.slug}.html#{name}"
    total = sum(len(each.run_ids) for each in chosen)
    return acknowledge(f"{name}: {len(held)} of {total} held.", where)


@routes.get("/promises/style.css")
def style() -> Response:
    """The style of these pages, and of nothing around them."""
    return scoped_style("book", stylesheet())


def _find(book: Book, name: str) -> tuple[Chapter, tuple[Example, ...]]:
    """Return a feature and those of its examples that have this name: all, or one; else it is not there."""
    named = {chapter.slug: (chapter, chapter.examples) for chapter in book.chapters}
    named |= {each.id: (chapter, (each,)) for chapter in book.chapters for each in chapter.examples}
    return named.get(name) or abort(HTTPStatus.NOT_FOUND)


def _play(service: str, name: str, ids: list[str]) -> None:
    from simulators.book.runs import play_scenarios  # noqa: PLC0415 - what it needs comes with the extra

    shown = session()
    revision = shown.revision if service == shown.first_service else ""

    def tell(_: object, number: int, total: int) -> None:
        shown.say(f"Playing {name} with the payment-service {service}: {number} of {total}")

    try:
        sent = play_scenarios(shown.subjects[service], cases=ids, jobs=JOBS, tell=tell, revision=revision, is_busy=True)
    except CannotBeJudged as problem:
        abort(HTTPStatus.CONFLICT, str(problem))
    found, before = read_playing(sent), _playings().get(service)
    _playings()[service] = before.followed_by(found) if before else found


def _book() -> Book:
    """Return the features as they were at first, with what was played of them: of any other text nothing counts."""
    chapters, found, shown = _chapters(), _playings(), session().service_name
    for name in [name for name, each in found.items() if _is_stale(each, chapters)]:
        del found[name]
    playings = (found[shown],) if shown in found else ()
    return Book(chapters, playings, found.get(NAIVE) if shown != NAIVE else None)


@cache
def _chapters() -> tuple[Chapter, ...]:
    return chapters_in(FEATURES)


def _is_stale(playing: Playing, chapters: tuple[Chapter, ...]) -> bool:
    return any(playing.texts.get(each.uri) != each.text for each in chapters)


def _playings() -> dict[str, Playing]:
    """Return what was played of the scenarios since the pages are there, by the payment-service."""
    found: dict[str, Playing] = current_app.extensions.setdefault("scenarios", {})
    return found


def _example_json(book: Book, example: Example) -> dict[str, object]:
    outcome = book.outcome(example)
    return {"id": example.id, "name": example.name, "outcome": outcome and str(outcome)}


def _can_play() -> bool:
    try:
        return all(version(each) for each in NEEDED)
    except PackageNotFoundError:
        return False


def _play_button() -> PlayButton | None:
    """Return how a button is made; None without what it needs."""
    act = get_template_attribute("_macros.html", "act")
    return (lambda name, label: act(f"/promises/{name}/play", label)) if _can_play() else None
