"""`harness features`: the scenarios as the book of the product."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simulators.book.chapters import chapters_in
from simulators.book.pages import INDEX, Book
from simulators.book.playing import Playing, read_playing
from simulators.check.subject import CannotBeJudged, Subject
from simulators.cli import completion
from simulators.cli.contracts.git import own_revision
from simulators.cli.progress import CLEAR_LINE
from simulators.cli.usage import WrongUsage
from simulators.package_data import FEATURES
from simulators.stories.run import SERVICES

if TYPE_CHECKING:
    from simulators.check.result import Case

REFERENCE, NAIVE = "reference", "naive"
INSTANCES = (1, 2)  # Of the reference, each time it is played; the first time is shown.


@click.group()
def features() -> None:
    """See what is promised, as the features say it."""


@features.command(epilog="Example: harness features page --output public --messages build/check/messages.ndjson")
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), required=True, help="The folder for it.")
@click.option(
    "--messages",
    "files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Cucumber Messages of your service, from harness check --report; nothing is played then.",
)
@click.option(
    "--scenario",
    "cases",
    multiple=True,
    help="Only this one is played, such as ENR-15.  [default: all]",
    shell_complete=completion.offer(completion.cases),
)
@click.option("--jobs", type=click.IntRange(min=1), help="How many cases at once.  [default: by the machine]")
def page(output: Path, files: tuple[Path, ...], cases: tuple[str, ...], jobs: int | None) -> None:
    """Write the features as a book, with what came of each scenario: a page a feature, and faults against promises.

    All are played now with the reference, alone and as two instances, and with a service that is wrong on purpose; or
    the book is about your own service, by the messages of a check.

    Exit codes: 0 all of them were played, as they are written now, and held or were left out by name; 1 not all.
    """
    if files and (cases or jobs):
        raise WrongUsage("--messages, or what is to be played now; not both")
    book = _read_book(files) if files else _play_book(cases, jobs or os.cpu_count() or 1)
    output.mkdir(parents=True, exist_ok=True)
    for name, text in book.pages():
        (output / name).write_text(text, encoding="utf-8")
    click.echo(output / INDEX)
    for trouble in book.missing():
        click.echo(trouble, err=True)
    sys.exit(1 if book.missing() else 0)


def _read_book(files: Iterable[Path]) -> Book:
    """Return the book of what these messages tell; WrongUsage names a file that does not."""
    playings = []
    for file in files:
        try:
            playings.append(read_playing(file.read_text(encoding="utf-8")))
        except ValueError as wrong:
            raise WrongUsage(f"{file}: {wrong}") from wrong
    return Book(chapters_in(FEATURES), tuple(playings))


def _play_book(cases: tuple[str, ...], jobs: int) -> Book:
    """Play these scenarios, or all, with both services; WrongUsage says why that cannot be done."""
    try:
        from simulators.book.runs import play_scenarios  # noqa: PLC0415 - what it needs comes with the extra
    except ImportError as missing:
        raise WrongUsage(f"it needs {missing.name}: pip install 'payment-flow-harness[check]'") from missing
    revision = own_revision()

    def play(service: str, instances: int = 1) -> Playing:
        tell = _tell(service if instances == 1 else f"{service}, {instances} instances")
        subject = Subject(SERVICES[service], instances=instances)
        return read_playing(play_scenarios(subject, cases=cases, jobs=jobs, tell=tell, revision=revision))

    try:
        return Book(chapters_in(FEATURES), tuple(play(REFERENCE, each) for each in INSTANCES), play(NAIVE))
    except CannotBeJudged as problem:
        raise WrongUsage(str(problem)) from problem


def _tell(service: str) -> Callable[[Case, int, int], None]:
    def tell(case: Case, number: int, total: int) -> None:
        """Tell a person who watches how far it is."""
        if sys.stderr.isatty():
            end = CLEAR_LINE if number == total else ""
            click.echo(f"{CLEAR_LINE}{service}: {number} of {total}: {case.id} {case.title}{end}", nl=False, err=True)

    return tell
