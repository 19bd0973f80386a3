"""The pages of the book: an overview with the matrix, one for each feature, and one for each scenario that was played.

They are HTML without a script or a network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from simulators.book.chapters import MODELLED, PROMISED, Chapter, Example
from simulators.book.matrix import MatrixRow, columns, matrix
from simulators.book.playing import Playing
from simulators.book.scenario_run import RunOutcome, ScenarioRun

INDEX = "index.html"
LONGEST = 100  # steps of a diagram that are shown
PlayButton = Callable[[str, str], str]
"""Returns the button that plays a scenario or a feature, of this name, with this label."""


@dataclass(frozen=True)
class Book:
    """The chapters, and what came of their examples: each time they were played, and with the naive service.

    The runs of the first playing are shown, and of the others whether they held.
    """

    chapters: tuple[Chapter, ...]
    playings: tuple[Playing, ...] = ()
    naive: Playing | None = None

    @property
    def runs(self) -> Mapping[str, ScenarioRun]:
        """The runs that are shown, by their ids."""
        return self.playings[0].runs if self.playings else {}

    def missing(self) -> list[str]:
        """Return the runs that were not played each time, or broke something, and features that have changed since."""
        return [each for playing in self.playings for each in self._missing_in(playing)]

    def _missing_in(self, playing: Playing) -> Iterator[str]:
        for chapter in self.chapters:
            if playing.texts.get(chapter.uri, chapter.text) != chapter.text:
                yield f"{chapter.uri}: has changed since it was played, {self.label(playing)}"
        for each in (each for chapter in self.chapters for example in chapter.examples for each in example.run_ids):
            run = playing.runs.get(each)
            if run is None:
                yield f"{each}: was not played, {self.label(playing)}"
            elif run.outcome is RunOutcome.BROKEN:
                yield f"{each}: {run.reason}, {self.label(playing)}"

    def label(self, playing: Playing) -> str:
        """Return what tells a playing from the others: its world, and the service if there are several."""
        one = len({each.service for each in self.playings}) == 1
        return playing.world if one else f"{playing.service}, {playing.world}"

    def outcomes(self, example: Example) -> dict[str, RunOutcome]:
        """Return for each time a scenario was played how all its rows came out together."""
        return {
            self.label(playing): _worst(
                [playing.runs[each].outcome for each in example.run_ids if each in playing.runs]
            )
            for playing in self.playings
            if any(each in playing.runs for each in example.run_ids)
        }

    def outcome(self, example: Example) -> RunOutcome | None:
        """Return how a scenario came out, all times together; None if it was never played."""
        found = list(self.outcomes(example).values())
        return _worst(found) if found else None

    def outcome_of(self, row: MatrixRow) -> RunOutcome:
        """Return whether the examples of a fault held, as far as they were played."""
        ids = {each for _, each in row.examples}
        found = {self.outcome(each) for chapter in self.chapters for each in chapter.examples if each.id in ids}
        return next((each for each in (RunOutcome.BROKEN, RunOutcome.HELD) if each in found), RunOutcome.LEFT_OUT)

    def runs_of(self, example: Example) -> dict[str, ScenarioRun]:
        """Return the runs of a scenario that are shown, a row each."""
        return {each: self.runs[each] for each in example.run_ids if each in self.runs}

    def reasons(self, example: Example) -> list[str]:
        """Return why it did not hold, or was left out: each reason once."""
        runs = [playing.runs[each] for playing in self.playings for each in example.run_ids if each in playing.runs]
        return list(dict.fromkeys(run.reason for run in runs if run.reason))

    def naive_reasons(self, example: Example) -> list[str]:
        """Return what the naive service breaks in it, each once; nothing, if it keeps it all."""
        runs = (self.naive.runs.get(each) for each in example.run_ids) if self.naive else ()
        return list(dict.fromkeys(run.reason for run in runs if run and run.outcome is RunOutcome.BROKEN))

    def pages(self) -> Iterator[tuple[str, str]]:
        """Yield the names and the texts of all pages, the overview last."""
        for chapter in self.chapters:
            yield f"{chapter.slug}.html", chapter_page(self, chapter)
            for example in chapter.examples:
                if self.runs_of(example):
                    yield f"{example.id}.html", scenario_page(self, chapter, example)
        yield INDEX, index_page(self)


def _worst(outcomes: list[RunOutcome]) -> RunOutcome:
    return max(outcomes, key=[RunOutcome.HELD, RunOutcome.LEFT_OUT, RunOutcome.BROKEN].index)


def index_page(book: Book, *, framed: bool = False, play: PlayButton | None = None) -> str:
    """Return the overview: whole, or `framed`, as the part that another page puts its own frame around.

    With `play`, features have buttons.
    """
    return _render("index.html", framed=framed, book=book, rows=matrix(book.chapters), columns=columns(), play=play)


def chapter_page(book: Book, chapter: Chapter, *, framed: bool = False, play: PlayButton | None = None) -> str:
    """Return the page of one feature, whole or framed; with `play`, its scenarios have buttons."""
    return _render("chapter.html", framed=framed, book=book, chapter=chapter, play=play)


def scenario_page(book: Book, chapter: Chapter, example: Example, *, framed: bool = False) -> str:
    """Return the page of what was said in one scenario, a diagram for each of its rows, whole or framed."""
    return _render("scenario.html", framed=framed, book=book, chapter=chapter, example=example)


def stylesheet() -> str:
    """Return the style of the pages, for whoever puts a frame around them."""
    return _templates().get_template("book.css").render()


def _render(template: str, *, framed: bool, **content: object) -> str:
    layout = "fragment.html" if framed else "layout.html"
    return _templates().get_template(template).render(layout=layout, **content)


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=PackageLoader("simulators.book"),
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined,
    )  # fmt: skip
    templates.globals |= {"faults": MODELLED, "promises": PROMISED, "longest": LONGEST}
    templates.filters |= {"short": _short}
    return templates


def _short(name: str) -> str:
    return name.removesuffix("-service")
