"""A check as it is told in a terminal while it runs; it needs the extra `check`."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import click

from simulators.check.parts import PARTS, CheckPart
from simulators.check.report import JSON_FILE, JUNIT_FILE, PAGE, failure, page, summary, write
from simulators.check.result import Case, CheckResult
from simulators.check.run import check
from simulators.check.subject import CannotBeJudged, Subject
from simulators.check.time_finding import find_time
from simulators.cli.progress import CLEAR_LINE
from simulators.cli.usage import WrongUsage

COLOURS = {"kept": "green", "broken": "red", "left out": "yellow"}
JOBS_PER_CORE = 2  # a world around a command waits most of the time


class Checking:
    """One check: whom, what of it, and how much is told meanwhile."""

    def __init__(self, subject: dict[str, Any], only: str | None, cases: tuple[str, ...], *, is_quiet: bool) -> None:
        self._subject, self._cases, self._is_quiet = Subject(**subject), cases, is_quiet
        self._parts = [_part(name) for name in (only.split(",") if only else PARTS)]

    def run(self, jobs: int | None, junit: Path | None, report: Path | None, storms: int) -> CheckResult:
        """Judge, tell, and write what is asked for; WrongUsage says why it could not be judged."""
        if report:
            report.mkdir(parents=True, exist_ok=True)
            junit = junit or report / JUNIT_FILE
        try:
            self._subject = find_time(self._subject)
            self._say(f"judged: {self._subject.name}", f"its time is {self._subject.time_description}")
            result = check(
                self._subject,
                self._parts,
                cases=self._cases,
                storms=storms,
                jobs=jobs or self._jobs(),
                junit=junit,
                tell=self._tell,
            )
        except CannotBeJudged as problem:
            raise WrongUsage(str(problem)) from problem
        self._say(*summary(result))
        if report:
            write(report, JSON_FILE, json.dumps(result.to_json(), indent=1))
            self._say(f"the report: {write(report, PAGE, page(self._subject, result))}")
        return result

    def _jobs(self) -> int:
        return (os.cpu_count() or 1) * (JOBS_PER_CORE if self._subject.command else 1)

    def _say(self, *lines: str) -> None:
        for line in () if self._is_quiet else lines:
            click.echo(line)

    def _tell(self, case: Case, number: int, total: int) -> None:
        """Tell a broken case as it comes, and to a person who watches how far it is."""
        is_watched = sys.stderr.isatty() and not self._is_quiet
        click.echo(CLEAR_LINE if is_watched else "", nl=False, err=True)
        if case.is_broken and not self._is_quiet:
            click.secho(f"{case.outcome.sign} {case.id} {case.title}", fg=COLOURS[case.outcome], bold=True)
            self._say(*(f"    {line}" for line in failure(self._subject, case)))
        if is_watched:
            click.echo(f"{number} of {total}: {case.id} {case.title} {case.outcome}", nl=False, err=True)
            click.echo(CLEAR_LINE if number == total else "", nl=False, err=True)


def _part(name: str) -> CheckPart:
    try:
        return PARTS[name.strip()]
    except KeyError:
        raise WrongUsage(f"--only {name}: there are {', '.join(PARTS)}") from None
