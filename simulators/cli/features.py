"""`harness features`: the scenarios as the book of the product."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simulators.book.chapters import chapters_in
from simulators.book.pages import INDEX, Book, chapter_page, index_page
from simulators.check.subject import CannotBeJudged
from simulators.cli import completion
from simulators.cli.contracts.git import git
from simulators.cli.progress import CLEAR_LINE
from simulators.cli.usage import WrongUsage
from simulators.kit.seams import Clock
from simulators.package_data import FEATURES
from simulators.stories.run import SERVICES

if TYPE_CHECKING:
    from simulators.book.scenario_run import ScenarioRun
    from simulators.check.result import Case

REFERENCE, NAIVE = "reference", "naive"
# The worlds in which the reference plays, by how many instances of it there are; the first one is shown.
WORLDS = {"in one process": 1, "with two instances on one database": 2}


@click.group()
def features() -> None:
    """See what is promised, as the features say it."""


@features.command(epilog="Example: harness features page --output public")
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), required=True, help="The folder for it.")
@click.option(
    "--scenario",
    "cases",
    multiple=True,
    help="Only this one is played, such as ENR-15.  [default: all]",
    shell_complete=completion.offer(completion.cases),
)
@click.option("--jobs", type=click.IntRange(min=1), help="How many cases at once.  [default: by the machine]")
def page(output: Path, cases: tuple[str, ...], jobs: int | None) -> None:
    """Play every scenario now, and write what came of it as a book: one page a feature, and faults against promises.

    Each scenario is played with the reference, alone and as two instances, and with a service that is wrong on purpose.

    Exit codes: 0 all of them were played and held, 1 not all.
    """
    book = _play_book(cases, jobs or os.cpu_count() or 1)
    output.mkdir(parents=True, exist_ok=True)
    for chapter in book.chapters:
        (output / f"{chapter.slug}.html").write_text(chapter_page(book, chapter), encoding="utf-8")
    (output / INDEX).write_text(index_page(book), encoding="utf-8")
    click.echo(output / INDEX)
    for trouble in book.missing():
        click.echo(trouble, err=True)
    sys.exit(1 if book.missing() else 0)


def _play_book(cases: tuple[str, ...], jobs: int) -> Book:
    """Play these scenarios, or all, with both services; WrongUsage says why that cannot be done."""
    try:
        from simulators.book.runs import play_scenarios  # noqa: PLC0415 - what it needs comes with the extra
    except ImportError as missing:
        raise WrongUsage(f"it needs {missing.name}: pip install 'payment-flow-harness[check]'") from missing

    def play(service: str, instances: int = 1) -> dict[str, ScenarioRun]:
        tell = _tell(service if instances == 1 else f"{service}, {instances} instances")
        return play_scenarios(SERVICES[service], cases=cases, jobs=jobs, tell=tell, instances=instances)

    try:
        worlds = {name: play(REFERENCE, instances) for name, instances in WORLDS.items()}
        return Book(chapters_in(FEATURES), worlds, play(NAIVE), _edition(sum(map(len, worlds.values()))))
    except CannotBeJudged as problem:
        raise WrongUsage(str(problem)) from problem


def _edition(count: int) -> str:
    day = Clock().now().strftime("%-d %B %Y, %H:%M UTC")
    number, revision = version("payment-flow-harness"), _revision()
    of_it = f" at revision {revision}" if revision else ""
    return f"{count} runs of the reference played on {day}, with version {number}{of_it}: each {' and '.join(WORLDS)}."


def _revision() -> str:
    """Return git's name for what was played, `-dirty` if it is in no commit; empty where git knows nothing of it."""
    if git("ls-files", "--error-unmatch", ".", at=FEATURES).code:
        return ""
    found = git("describe", "--always", "--dirty", "--abbrev=12", at=FEATURES)
    return "" if found.code else found.out.strip()


def _tell(service: str) -> Callable[[Case, int, int], None]:
    def tell(case: Case, number: int, total: int) -> None:
        """Tell a person who watches how far it is."""
        if sys.stderr.isatty():
            end = CLEAR_LINE if number == total else ""
            click.echo(f"{CLEAR_LINE}{service}: {number} of {total}: {case.id} {case.title}{end}", nl=False, err=True)

    return tell
