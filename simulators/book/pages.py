"""The pages of the book: an overview with the matrix, and one for each feature; HTML without a script or a network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from simulators.book.chapters import MODELLED, PROMISED, Chapter, Example
from simulators.book.matrix import columns, matrix
from simulators.book.scenario_run import ScenarioRun

INDEX = "index.html"
LONGEST = 32  # steps of a diagram that are shown


@dataclass(frozen=True)
class Book:
    """The chapters, and the runs of their examples with each service: none, if nothing was played.

    `worlds` has the runs with the reference by the world they were played in; the first one is shown.
    """

    chapters: tuple[Chapter, ...]
    worlds: Mapping[str, Mapping[str, ScenarioRun]] = field(default_factory=dict)
    naive_runs: Mapping[str, ScenarioRun] = field(default_factory=dict)
    edition: str = ""

    @property
    def runs(self) -> Mapping[str, ScenarioRun]:
        """The runs with the reference that are shown."""
        return next(iter(self.worlds.values()), {})

    def missing(self) -> list[str]:
        """Return the runs that were not played in each world, or broke something, each with the reason."""
        ids = [each for chapter in self.chapters for example in chapter.examples for each in example.run_ids]
        found = [(each, world, _trouble(runs.get(each))) for world, runs in self.worlds.items() for each in ids]
        return [f"{each}: {trouble}, {world}" for each, world, trouble in found if trouble]

    def held_in(self, example: Example) -> dict[str, bool]:
        """Return for each world in which a scenario was played whether it held there, all its rows."""
        played = {name: [runs[each] for each in example.run_ids if each in runs] for name, runs in self.worlds.items()}
        return {name: all(run.is_kept for run in runs) for name, runs in played.items() if runs}

    def runs_of(self, example: Example) -> list[ScenarioRun]:
        """Return the runs of a scenario with the reference, a row each."""
        return [self.runs[each] for each in example.run_ids if each in self.runs]

    def naive_reasons(self, example: Example) -> list[str]:
        """Return what the naive service breaks in it, each once; nothing, if it keeps it all."""
        runs = (self.naive_runs.get(each) for each in example.run_ids)
        return list(dict.fromkeys(run.reason for run in runs if run and not run.is_kept))


def _trouble(run: ScenarioRun | None) -> str:
    return "was not played" if run is None else run.reason or ("" if run.is_kept else "broken")


def index_page(book: Book, *, framed: bool = False) -> str:
    """Return the overview: whole, or `framed`, as the part that another page puts its own frame around."""
    return _render("index.html", framed=framed, book=book, rows=matrix(book.chapters), columns=columns())


def chapter_page(book: Book, chapter: Chapter, *, framed: bool = False) -> str:
    """Return the page of one feature, whole or framed."""
    return _render("chapter.html", framed=framed, book=book, chapter=chapter)


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
