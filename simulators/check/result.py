"""What came of a check: each case kept, broken or left out, as pytest's reports tell it."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import pytest

from simulators.kit.json_types import Json

ERROR_NAME = re.compile(r"^(?:[\w.]+\.)?(?:AssertionError|PromiseBroken|Failed): ")
MAIN_LINES = 12


class Outcome(StrEnum):
    """How a case came out; what was left out counts for nothing."""

    KEPT = "kept"
    BROKEN = "broken"
    LEFT_OUT = "left out"

    @property
    def sign(self) -> str:
        """What people see instead of the word."""
        return {"kept": "✓", "broken": "✗"}.get(self, "○")


@dataclass
class Case:
    """One case as far as it is known; `reasons` say what was broken, or why it was left out."""

    part: str
    id: str
    title: str
    outcome: Outcome = Outcome.KEPT
    reasons: list[str] = field(default_factory=list)
    step: str = ""
    exchanges: list[str] = field(default_factory=list)
    log: str = ""
    record: Json = field(default_factory=dict)
    """What a plugin beside wrote down of it."""
    seconds: float = 0

    def to_json(self) -> Json:
        """Return it for programs; how it went only where that matters."""
        about: Json = {"part": self.part, "id": self.id, "title": self.title, "outcome": str(self.outcome)}
        about |= {"seconds": round(self.seconds, 2), "reasons": self.reasons}
        return about | ({"step": self.step, "exchanges": self.exchanges, "log": self.log} if self.is_broken else {})

    @property
    def is_broken(self) -> bool:
        """Whether a promise or an expectation was not kept."""
        return self.outcome is Outcome.BROKEN


class Collector:
    """A pytest plugin that makes cases of reports, and tells each as it is over."""

    def __init__(self, tell: Callable[[Case, int, int], None]) -> None:
        self.cases: list[Case] = []
        self.problems: list[str] = []  # Why pytest itself could not go on.
        self._open: dict[str, Case] = {}
        self._tell, self._total = tell, 0

    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """Learn how many cases there are."""
        self._total = len(ids)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep why something could not be collected."""
        if report.failed:
            self.problems.append(str(report.longrepr))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take what is told before, during and after a case."""
        properties: dict[str, Any] = dict(report.user_properties)
        case = self._open.setdefault(report.nodeid, Case(properties["part"], properties["id"], properties["title"]))
        case.seconds += report.duration
        if report.failed:
            case.outcome = Outcome.BROKEN
            case.reasons += _reasons(report)
        elif report.skipped and not case.is_broken:
            case.outcome, case.reasons = Outcome.LEFT_OUT, [_why_skipped(report)]
        if report.when == "teardown":
            self._end(report.nodeid, properties)

    def pytest_testnodedown(self, node: object, error: object) -> None:  # noqa: ARG002 - xdist's own
        """Keep why a worker ended before its time."""
        if error:
            self.problems.append(str(error))

    def _end(self, nodeid: str, properties: dict[str, Any]) -> None:
        case = self._open.pop(nodeid)
        case.step, case.exchanges, case.log = (
            properties.get("step", ""),
            properties.get("exchanges", []),
            properties.get("log", ""),
        )
        case.record = properties.get("record", {})
        self.cases.append(case)
        self._tell(case, len(self.cases), self._total)


@dataclass
class CheckResult:
    """All cases of a check, and the parts that were left out as a whole, with the reason."""

    subject: str
    time: str
    cases: list[Case]
    left_out: dict[str, str]
    seconds: float = 0

    @property
    def is_judged(self) -> bool:
        """Whether anything was judged at all."""
        return bool(self.counts().keys() - {Outcome.LEFT_OUT})

    @property
    def is_kept(self) -> bool:
        """Whether nothing of what was judged was broken."""
        return not self.counts()[Outcome.BROKEN]

    def counts(self, part: str | None = None) -> Counter[Outcome]:
        """Return how many cases came out how, of one part or of all."""
        return Counter(each.outcome for each in self.cases if part in (None, each.part))

    def to_json(self) -> Json:
        """Return it for programs."""
        parts = {part: {str(each): n for each, n in self.counts(part).items()} for part in self.parts()}
        about: Json = {"service": self.subject, "time": self.time, "kept": self.is_kept, "parts": parts}
        return about | {"leftOut": self.left_out, "cases": [each.to_json() for each in self.cases]}

    def parts(self) -> list[str]:
        """Return the parts of which something was tried, in the order in which they came."""
        return list(dict.fromkeys(each.part for each in self.cases))


def _reasons(report: pytest.TestReport) -> list[str]:
    crash = getattr(report.longrepr, "reprcrash", None)
    text = ERROR_NAME.sub("", crash.message if crash else str(report.longrepr))
    return text.splitlines()[:MAIN_LINES]


def _why_skipped(report: pytest.TestReport) -> str:
    longrepr = report.longrepr
    text = longrepr[2] if isinstance(longrepr, tuple) else str(longrepr)
    return text.removeprefix("Skipped: ")
