"""An exploration as it is told in a terminal while it runs."""

from __future__ import annotations

import json
import logging
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from simulators.check.subject import CannotBeJudged, Subject
from simulators.check.time_finding import find_time
from simulators.cli.progress import CLEAR_LINE
from simulators.cli.usage import WrongUsage
from simulators.explore.interleavings import CASES, try_orders
from simulators.explore.page import coverage_page, summarize
from simulators.explore.playing import StormResult, play_spec
from simulators.explore.search import Plan, Search, SearchResult
from simulators.explore.shrinking import SmallStorm
from simulators.explore.spec import StormSpec
from simulators.explore.storm_run import describe, run_storm, write_test
from simulators.explore.workers import NoCluster, Workers, open_workers
from simulators.kit.seams import Clock
from simulators.stories.run import SERVICES

NOT_SEEN = "in which states it met what is seen of a --service alone: this one was judged from outside"


@dataclass(frozen=True)
class Files:
    """What is written: the page of what was seen, the small storms as runs, the first of them as a test."""

    coverage: Path | None = None
    runs: Path | None = None
    test: Path | None = None


class Exploring:
    """One exploration: of whom, what is written, and how much is told meanwhile."""

    def __init__(self, subject: Mapping[str, Any], files: Files, *, is_quiet: bool) -> None:
        for handler in logging.root.handlers:
            handler.setLevel(logging.CRITICAL)  # What a service writes down is judged, and not shown.
        try:
            self._subject = find_time(Subject(**subject))
        except CannotBeJudged as problem:
            raise WrongUsage(str(problem)) from problem
        self._files, self._is_quiet, self._clock = files, is_quiet, Clock()
        self._start, self._seen = self._clock.now(), SearchResult()

    def run(self, plan: Plan, jobs: int, cluster: str) -> bool:
        """Search, tell, and write what is asked for; returns whether every promise held."""
        if self._subject.way and self._files.coverage:
            raise WrongUsage("--coverage shows what was seen inside a world: name a --service")
        with _open(jobs, cluster) as workers:
            result = Search(self._subject, plan, workers, self._clock, self._tell).run()
        self._clear_line()
        if self._is_quiet:
            click.echo(json.dumps(result.to_json()))
        else:
            self._conclude(result)
        self._write(result)
        return not result.failures

    def run_orders(self, bound: int, jobs: int, cluster: str) -> bool:
        """Try every order of one purchase of each kind, so many at most; returns whether all ended right."""
        if self._subject.command:
            raise WrongUsage("--interleavings choose what happens next inside a world: name a --service")
        has_held = True
        with _open(jobs, cluster) as workers:
            for pending in [workers.submit(try_orders, name, self._subject, bound) for name in CASES]:
                orders = pending.result()
                has_held = has_held and orders.has_held
                for line in [json.dumps(orders.to_json())] if self._is_quiet else orders.describe():
                    click.echo(line)
        return has_held

    def run_one(self, spec: StormSpec) -> bool:
        """Play one storm, and tell all of it."""
        result = play_spec(spec, self._subject)
        if self._is_quiet:
            click.echo(json.dumps(result.to_json()))
        for line in () if self._is_quiet else (*describe(spec.brew()), *self._how_it_went(result)):
            click.echo(line)
        return not result.broken

    def _how_it_went(self, result: StormResult) -> list[str]:
        ends = ", ".join(f"{times} {name}" for name, times in result.outcomes.items())
        struck = ", ".join(f"{times} {name}" for name, times in result.strikes.items())
        problems = [f"✗ {each.partition(chr(10))[0]}" for each in result.problems]
        if result.left_out:
            problems = [f"○ left out, since {result.left_out}"]
        return [f"ended: {ends}", f"struck: {struck or 'nothing'}", *(problems or ["✓ every promise held"])]

    def _tell(self, result: StormResult) -> None:
        """Tell a broken storm as it comes, and to a person who watches how far it is."""
        self._seen.storms += 1
        self._seen.outcomes.update(result.outcomes)
        self._seen.strikes.update(result.strikes)
        if self._is_quiet:
            click.echo(json.dumps(result.to_json()))
            return
        self._clear_line()
        if result.left_out:
            click.secho(f"○ storm {result.spec} is left out, since {result.left_out}", fg="yellow")
        if result.broken:
            click.secho(f"✗ storm {result.spec} breaks {', '.join(result.broken)}", fg="red", bold=True)
        if sys.stderr.isatty():
            click.echo(self._progress(), nl=False, err=True)

    def _progress(self) -> str:
        seconds = (self._clock.now() - self._start).total_seconds()
        endings = ", ".join(f"{times} {name}" for name, times in self._seen.outcomes.most_common())
        rate = self._seen.storms / seconds if seconds else 0
        return f"{self._seen.storms} storms, {rate:.1f}/s, {self._seen.strikes.total()} faults struck; {endings}"

    def _clear_line(self) -> None:
        click.echo(CLEAR_LINE if sys.stderr.isatty() and not self._is_quiet else "", nl=False, err=True)

    def _conclude(self, result: SearchResult) -> None:
        click.echo(self._progress())
        for line in [NOT_SEEN] if self._subject.way else summarize(result.coverage):
            click.echo(line)
        for small in result.small.values():
            click.secho(f"✗ {small.problem.partition(chr(10))[0]}", fg="red", bold=True)
            for line in (f"made small in {small.tries} tries:", *describe(small.storm)):
                click.echo(f"    {line}")
        if not result.failures:
            click.secho("✓ every promise held", fg="green")

    def _write(self, result: SearchResult) -> None:
        if self._files.coverage:
            self._keep(self._files.coverage, coverage_page(result, self._subject.name))
        for small in result.small.values():
            if self._files.runs:
                self._save_run(self._files.runs, small)
        first = next(iter(result.small.values()), None)
        if self._files.test and first:
            self._keep(self._files.test, write_test(first.storm, self._subject, first.broken))
            self._say(f"again: pytest {shlex.quote(str(self._files.test))}")

    def _save_run(self, folder: Path, small: SmallStorm) -> None:
        if self._subject.command:
            raise WrongUsage("--save keeps runs of a --service; of a --command there is --write-test")
        names = {factory: name for name, factory in SERVICES.items()}
        service = names.get(self._subject.factory, self._subject.factory)
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"storm-{small.storm.seed}-{small.broken.replace(' ', '-')}.json"
        self._keep(file, run_storm(small.storm, service).text)
        named = "" if service in SERVICES else f" --service {service}"
        self._say(f"again: harness replay {shlex.quote(str(file))}{named}")

    def _keep(self, file: Path, text: str) -> None:
        try:
            file.write_text(text, encoding="utf-8")
        except OSError as problem:
            raise WrongUsage(f"{file}: {problem.strerror}") from problem

    def _say(self, line: str) -> None:
        if not self._is_quiet:
            click.echo(line)


@contextmanager
def _open(jobs: int, cluster: str) -> Iterator[Workers]:
    try:
        with open_workers(jobs, cluster) as workers:
            yield workers
    except NoCluster as problem:
        raise WrongUsage(str(problem)) from problem
