"""The scenarios played now with a service, and what came of them as Cucumber Messages."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from simulators.book import recording
from simulators.check.cucumber import messages
from simulators.check.parts import PARTS
from simulators.check.result import Case
from simulators.check.run import check
from simulators.check.subject import Subject

Tell = Callable[[Case, int, int], None]


def play_scenarios(
    subject: Subject,
    *,
    cases: Iterable[str] = (),
    jobs: int,
    tell: Tell,
    revision: str = "",
    plugins: Iterable[str] = (),
) -> str:
    """Play the scenarios, all or those of these ids, and return the messages; CannotBeJudged says why not."""
    plugins = (recording.__name__, *plugins)
    result = check(subject, [PARTS["scenarios"]], cases=tuple(cases), jobs=jobs, tell=tell, plugins=plugins)
    return messages(subject, result, revision)
