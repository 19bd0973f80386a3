"""Runs a check: pytest collects the cases, its workers play them, and what came of them is told case by case."""

import os
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from difflib import get_close_matches
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from simulators.check.examples import steps_of_cases
from simulators.check.parts import SUITE, CheckPart
from simulators.check.plugin import case_of
from simulators.check.report import summary
from simulators.check.result import Case, CheckResult, Collector
from simulators.check.subject import CannotBeJudged, Subject
from simulators.kit.seams import Clock
from simulators.stories import STORIES

STORMS, NO_STORMS = "storms", "none are wanted (--storms 0)"
UNKNOWN_CASE = "there is no case of this name in what was to be judged"


def check(  # noqa: PLR0913 - each has a default
    subject: Subject,
    parts: Sequence[CheckPart],
    *,
    cases: Sequence[str] = (),
    storms: int = 0,
    jobs: int = 1,
    tell: Callable[[Case, int, int], None] = lambda *_: None,
    plugins: Sequence[str] = (),
    is_busy: bool = False,
) -> CheckResult:
    """Put the parts to the service, only these cases if any are named; CannotBeJudged says why it could not be done.

    A process that `is_busy` with something else plays nothing itself: what it logs meanwhile would be judged, too.
    """
    obstacles = {part.name: obstacle for part in parts if (obstacle := part.obstacle(subject))}
    obstacles |= {part.name: NO_STORMS for part in parts if part.name == STORMS and not storms and not cases}
    files = [str(part.file) for part in parts if part.name not in obstacles]
    wanted = [*files, f"--storms={storms}", *(f"--case={each}" for each in cases)]
    if cases and files:
        ids = _case_ids(subject, wanted)
        _must_be_known(cases, ids)
        jobs = min(jobs, len([each for each in ids if {each, each.partition("/")[0]} & {*cases}]))
    collector, clock = Collector(tell), Clock()
    start = clock.now()
    if files:
        kept_out = ("no:capture",) if is_busy else ()  # What else is written meanwhile is not pytest's.
        loaded = (word for each in (*plugins, *kept_out) for word in ("-p", each))
        with TemporaryDirectory() as folder:
            workers = 0 if subject.url or (jobs == 1 and not is_busy) else jobs  # A worker takes long to start.
            problem = _run(subject, [*wanted, *loaded], workers, Path(folder), collector)
            collector.problems += [problem] if problem and not collector.problems else []
    if collector.problems:
        raise CannotBeJudged("\n".join(collector.problems))
    seconds = (clock.now() - start).total_seconds()
    result = CheckResult(subject.name, subject.time_description, collector.cases, obstacles, seconds)
    if not result.is_judged:
        raise CannotBeJudged("\n".join(["nothing was judged:", *summary(result)]))
    return result


def _must_be_known(names: Sequence[str], ids: AbstractSet[str]) -> None:
    """Raise CannotBeJudged for a name that no case has: whoever mistypes it would believe that it was judged."""
    outlines = {each.partition("/")[0] for each in ids}
    for name in names:
        if name not in ids | outlines:
            near = get_close_matches(name, [*(each.name for each in STORIES), *steps_of_cases(), *ids], 1)
            raise CannotBeJudged(f"--scenario {name}: {UNKNOWN_CASE}" + (f"; is {near[0]} meant?" if near else ""))


class _CaseIds:
    """The ids of all cases that pytest finds."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        self.found |= {case_of(item)["id"] for item in items}


def _case_ids(subject: Subject, wanted: list[str]) -> set[str]:
    ids = _CaseIds()
    pytest.main([*wanted, "--collect-only", "-n0", *_options(subject)], plugins=[ids])
    return ids.found


def _run(
    subject: Subject,
    wanted: list[str],
    workers: int,
    folder: Path,
    collector: Collector,
) -> str:
    """Let pytest do it in so many processes, or here if none; returns why it could not, or nothing."""
    spread = [f"--basetemp={folder / 'worlds'}", "-n", str(workers), "--dist", "worksteal"]
    code = pytest.main([*wanted, *spread, *_options(subject)], plugins=[collector])
    if code == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    is_over = code in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED)
    return "" if is_over else f"pytest ended with {pytest.ExitCode(code).name}"


def _options(subject: Subject) -> list[str]:
    """Return what pytest is told each time: our plugin, nothing of the caller's own, and who is judged."""
    return [
        "-p", "simulators.check.plugin", "-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:pact",
        "-p", "no:payment_flow_harness", "-c", os.devnull, f"--rootdir={SUITE}", "--import-mode=importlib",
        f"--subject={subject.to_json()}", f"--first-seed={subject.seed}",
    ]  # fmt: skip
