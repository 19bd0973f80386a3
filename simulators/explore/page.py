"""What a search has seen, for people: a few lines in a terminal, and a page that needs neither network nor script."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import Environment, PackageLoader, StrictUndefined

from simulators.explore.coverage import Coverage
from simulators.explore.rare_things import RARE_THINGS
from simulators.explore.search import SearchResult
from simulators.explore.sightings import TROUBLES
from simulators.explore.storm_run import describe


def summarize(coverage: Coverage) -> Iterator[str]:
    """Yield what was seen and what was not, in two lines."""
    holes, cells = len(list(coverage.holes())), len(coverage.cells)
    yield f"seen: {len(coverage.moments)} messages in a state, {cells} of {cells + holes} with what can go wrong"
    if unseen := coverage.unseen:
        yield f"never seen: {'; '.join(unseen)}"


def coverage_page(result: SearchResult, subject: str) -> str:
    """Return all that was seen as one file of HTML."""
    templates = Environment(
        loader=PackageLoader("simulators.explore"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    template = templates.get_template("coverage.html")
    return template.render(result=result, subject=subject, rare=RARE_THINGS, troubles=TROUBLES, describe=describe)
