"""The scenarios played now with one of our services, and what came of them as Cucumber Messages."""

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
    factory: str, *, cases: Iterable[str] = (), jobs: int, tell: Tell, instances: int = 1, revision: str = ""
) -> str:
    """Play the scenarios, all or those of these ids, and return the messages; CannotBeJudged says why not."""
    subject = Subject(factory, instances=instances)
    result = check(
        subject, [PARTS["scenarios"]], cases=tuple(cases), jobs=jobs, tell=tell, plugins=(recording.__name__,)
    )
    return messages(subject, result, revision)
