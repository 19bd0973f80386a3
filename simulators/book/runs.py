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
    is_busy: bool = False,
) -> str:
    """Play the scenarios, all or those of these ids, and return the messages; CannotBeJudged says why not.

    A process that `is_busy` with something else, such as a demo, plays nothing itself.
    """
    plugins = (recording.__name__,)
    parts = [PARTS["scenarios"]]
    result = check(subject, parts, cases=tuple(cases), jobs=jobs, tell=tell, plugins=plugins, is_busy=is_busy)
    return messages(subject, result, revision)
