"""Runs a check: pytest collects the cases, its workers play them, and what came of them is told case by case."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from simulators.check.parts import SUITE, CheckPart
from simulators.check.report import summary
from simulators.check.result import Case, CheckResult, Collector
from simulators.check.subject import CannotBeJudged, Subject
from simulators.kit.seams import Clock


def check(
    subject: Subject,
    parts: Sequence[CheckPart],
    *,
    cases: Sequence[str] = (),
    storms: int = 0,
    jobs: int = 1,
    tell: Callable[[Case, int, int], None] = lambda *_: None,
    plugins: Sequence[str] = (),
) -> CheckResult:
    """Put the parts to the service, only these cases if any are named; CannotBeJudged says why it could not be done."""
    obstacles = {part.name: obstacle for part in parts if (obstacle := part.obstacle(subject))}
    files = [str(part.file) for part in parts if part.name not in obstacles]
    collector, clock = Collector(tell), Clock()
    start = clock.now()
    chosen = [*(f"--case={each}" for each in cases), *(word for each in plugins for word in ("-p", each))]
    if files:
        with TemporaryDirectory() as folder:
            problem = _run(subject, [*files, f"--storms={storms}", *chosen], jobs, Path(folder), collector)
            collector.problems += [problem] if problem and not collector.problems else []
    if collector.problems:
        raise CannotBeJudged("\n".join(collector.problems))
    seconds = (clock.now() - start).total_seconds()
    result = CheckResult(subject.name, subject.time_description, collector.cases, obstacles, seconds)
    if not result.is_judged:
        raise CannotBeJudged("\n".join(["nothing was judged:", *summary(result)]))
    return result


def _run(
    subject: Subject,
    wanted: list[str],
    jobs: int,
    folder: Path,
    collector: Collector,
) -> str:
    """Let pytest do it; returns why it could not, or nothing."""
    workers = 1 if subject.url else jobs
    arguments = [
        *wanted,
        "-p", "simulators.check.plugin", "-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:pact",
        "-p", "no:payment_flow_harness",
        "-c", os.devnull, f"--rootdir={SUITE}", "--import-mode=importlib", f"--basetemp={folder / 'worlds'}",
        "-n", str(workers), "--dist", "worksteal", f"--subject={subject.to_json()}", f"--first-seed={subject.seed}",
    ]  # fmt: skip
    code = pytest.main(arguments, plugins=[collector])
    if code == pytest.ExitCode.NO_TESTS_COLLECTED:
        return "there is no case of this name"
    is_over = code in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
    return "" if is_over else f"pytest ended with {pytest.ExitCode(code).name}"
