"""A check as it is told in a terminal while it runs; it needs the extra `check`."""

import json
import os
from pathlib import Path
from typing import Any

import click

from simulators.book import recording
from simulators.check.badge import badge
from simulators.check.cucumber import messages
from simulators.check.junit import junit
from simulators.check.page import page
from simulators.check.parts import PARTS, CheckPart
from simulators.check.report import failure, summary, write
from simulators.check.result import Case, CheckResult
from simulators.check.run import check
from simulators.check.subject import CannotBeJudged, Subject
from simulators.check.time_finding import find_time
from simulators.cli.contracts.git import revision_of
from simulators.cli.progress import ProgressLine
from simulators.cli.usage import WrongUsage
from simulators.kit.seams import Clock

COLOURS = {"kept": "green", "broken": "red", "left out": "yellow"}
JOBS_PER_CORE, MOST_JOBS = 4, 32  # a world around a command waits most of the time
PAGE, JSON_FILE, JUNIT_FILE, MESSAGES, BADGE = "index.html", "check.json", "junit.xml", "messages.ndjson", "badge.svg"


class Checking:
    """One check: whom, what of it, and how much is told meanwhile."""

    def __init__(self, subject: dict[str, Any], only: str | None, cases: tuple[str, ...], *, is_quiet: bool) -> None:
        self._subject, self._cases, self._is_quiet = Subject(**subject), cases, is_quiet
        self._parts = [_part(name) for name in (PARTS if only is None else only.split(","))]
        self._progress = ProgressLine(is_quiet=is_quiet)

    def run(self, jobs: int | None, junit_file: Path | None, report: Path | None, storms: int) -> CheckResult:
        """Judge, tell, and write what is asked for; WrongUsage says why it could not be judged."""
        _must_be_writable(*([report / PAGE] if report else []), *([junit_file] if junit_file else []))
        try:
            self._subject = find_time(self._subject, self._say)
            self._say(f"judged: {self._subject.name}", f"its time is {self._subject.time_description}")
            result = check(
                self._subject,
                self._parts,
                cases=self._cases,
                storms=storms,
                jobs=jobs or self._jobs(),
                tell=self._tell,
                plugins=(recording.__name__,) if report else (),
            )
        except CannotBeJudged as problem:
            raise WrongUsage(str(problem)) from problem
        finally:
            self._progress.clear()
        self._say(*summary(result))
        self._write(result, junit_file, report)
        return result

    def _write(self, result: CheckResult, junit_file: Path | None, report: Path | None) -> None:
        subject, xml = self._subject, junit(self._subject, result)
        if junit_file:
            write(junit_file.parent, junit_file.name, xml)
        if not report:
            return
        now, revision = Clock().now(), self._revision()
        write(report, JSON_FILE, json.dumps(result.to_json(), indent=1))
        write(report, JUNIT_FILE, xml)
        write(report, MESSAGES, messages(subject, result, revision))
        write(report, BADGE, badge(result, revision, now))
        self._say(f"the report: {write(report, PAGE, page(subject, result, revision, now))}")

    def _revision(self) -> str:
        """Return the revision of the folder in which the service is started; empty when it has none, or is not ours."""
        return "" if self._subject.url else revision_of(Path(self._subject.folder))

    def _jobs(self) -> int:
        cores = os.cpu_count() or 1
        return min(cores * JOBS_PER_CORE, MOST_JOBS) if self._subject.command else cores

    def _say(self, *lines: str) -> None:
        for line in () if self._is_quiet else lines:
            click.echo(line)

    def _tell(self, case: Case, number: int, total: int) -> None:
        """Tell a broken case as it comes, and to a person who watches how far it is."""
        self._progress.clear()
        if case.is_broken and not self._is_quiet:
            click.secho(f"{case.outcome.sign} {case.id} {case.title}", fg=COLOURS[case.outcome], bold=True)
            self._say(*(f"    {line}" for line in failure(self._subject, case)))
        self._progress.show(case.part, number, total, f"{case.id} {case.outcome}")


def _must_be_writable(*files: Path) -> None:
    """Find out before the work what cannot be written after it."""
    for file in files:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            is_new = not file.exists()
            with file.open("a"):
                pass
            if is_new:
                file.unlink()
        except OSError as problem:
            raise WrongUsage(f"{file} cannot be written: {problem.strerror}") from problem


def _part(name: str) -> CheckPart:
    try:
        return PARTS[name.strip()]
    except KeyError:
        raise WrongUsage(f"--only {name!r}: there are {', '.join(PARTS)}") from None
