"""What came of a check: each case kept, broken or left out, as pytest's reports tell it."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import pytest

from simulators.judge.invariant import Invariant
from simulators.judge.invariants import INVARIANTS
from simulators.judge.verdict import Standing
from simulators.kit.json_types import Json
from simulators.world.recorder import Exchange

ERROR_NAME = re.compile(r"^(?:[\w.]+\.)?(?:AssertionError|PromiseBroken|Silent|Failed|NeverQuiet|DidNotStart): ")
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
    step: str = ""  # At which a scenario stopped; `steps` went well before it.
    steps: int = 0
    promises: list[Json] = field(default_factory=list)
    transcript: Json = field(default_factory=dict)
    began: float = 0  # In seconds since 1970, as pytest reports it.
    seconds: float = 0
    record: Json = field(default_factory=dict)  # What another plugin wrote down of it.

    @property
    def is_broken(self) -> bool:
        """Whether a promise or an expectation was not kept."""
        return self.outcome is Outcome.BROKEN

    @property
    def broken_promises(self) -> list[Json]:
        """The verdicts on promises that are broken, each with its findings."""
        return [each for each in self.promises if each.get("breaches")]

    @property
    def exchanges(self) -> list[tuple[int, Exchange]]:
        """What was said, as far as it is kept."""
        return [(number, Exchange(**each)) for number, each in self.transcript.get("exchanges", [])]

    @property
    def log(self) -> str:
        """The last that the service printed."""
        return str(self.transcript.get("log", ""))

    def to_json(self) -> Json:
        """Return it for programs; how it went only where that matters."""
        about: Json = {"part": self.part, "id": self.id, "title": self.title, "outcome": str(self.outcome)}
        about |= {"seconds": round(self.seconds, 2), "reasons": self.reasons}
        said = [str(each) for _, each in self.exchanges]
        how = {"step": self.step, "promises": self.broken_promises, "exchanges": said, "log": self.log}
        return about | (how if self.is_broken else {})


class Collector:
    """A pytest plugin that makes cases of reports, and tells each as it is over."""

    def __init__(self, tell: Callable[[Case, int, int], None]) -> None:
        self._over: dict[str, Case] = {}
        self.problems: list[str] = []  # Why pytest itself could not go on.
        self._open: dict[str, Case] = {}
        self._tell, self._ids = tell, list[str]()

    @property
    def cases(self) -> list[Case]:
        """The cases that are over, in the order in which they are written down, whoever played them."""
        places = {each: place for place, each in enumerate(self._ids)}
        return [self._over[each] for each in sorted(self._over, key=lambda each: places.get(each, 0))]

    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """Learn which cases there are, of those who play them."""
        self._ids = ids

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Learn which cases there are, where they are played here."""
        self._ids = [each.nodeid for each in session.items]

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep why something could not be collected."""
        if report.failed:
            self.problems.append(str(report.longrepr))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take what is told before, during and after a case."""
        properties: dict[str, Any] = dict(report.user_properties)
        case = self._open.setdefault(report.nodeid, Case(properties["part"], properties["id"], properties["title"]))
        case.seconds += report.duration
        case.began = case.began or report.start
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
        case.step, case.steps = properties.get("step", ""), properties.get("steps", 0)
        case.promises, case.transcript = properties.get("promises", []), properties.get("transcript", {})
        case.record = properties.get("record", {})
        broken = [f"I{each['number']} {each['name']}: " for each in case.broken_promises]
        case.reasons = [each for each in case.reasons if not each.startswith(tuple(broken))] if broken else case.reasons
        self._over[nodeid] = case
        self._tell(case, len(self._over), len(self._ids))


@dataclass(frozen=True)
class PromiseRecord:
    """How often one promise was judged in a check, and the cases that broke it."""

    invariant: Invariant
    judged: int
    broken_by: tuple[Case, ...]

    def to_json(self) -> Json:
        """Return it for programs."""
        about: Json = {"number": self.invariant.number, "name": self.invariant.name, "judged": self.judged}
        return about | {"brokenBy": [each.id for each in self.broken_by]}


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
        about |= {"promises": [each.to_json() for each in self.promises()]}
        return about | {"leftOut": self.left_out, "cases": [each.to_json() for each in self.cases]}

    def promises(self) -> list[PromiseRecord]:
        """Return how often each promise was judged, and which cases broke it."""
        return [_record(each, self.cases) for each in INVARIANTS]

    def reasons_left_out(self) -> dict[str, list[Case]]:
        """Return why cases were left out, each reason with its cases."""
        reasons: dict[str, list[Case]] = {}
        for each in self.cases:
            if each.outcome is Outcome.LEFT_OUT:
                reasons.setdefault(each.reasons[0], []).append(each)
        return reasons

    def parts(self) -> list[str]:
        """Return the parts of which something was tried, in the order in which they came."""
        return list(dict.fromkeys(each.part for each in self.cases))


def _record(invariant: Invariant, cases: list[Case]) -> PromiseRecord:
    found = [(each["standing"], case) for case in cases for each in case.promises if each["number"] == invariant.number]
    judged = [(standing, case) for standing, case in found if standing != Standing.NOT_YET]
    return PromiseRecord(invariant, len(judged), tuple(case for standing, case in judged if standing != Standing.HOLDS))


def _reasons(report: pytest.TestReport) -> list[str]:
    crash = getattr(report.longrepr, "reprcrash", None)
    text = ERROR_NAME.sub("", crash.message if crash else str(report.longrepr))
    return text.splitlines()[:MAIN_LINES]


def _why_skipped(report: pytest.TestReport) -> str:
    longrepr = report.longrepr
    text = longrepr[2] if isinstance(longrepr, tuple) else str(longrepr)
    return text.removeprefix("Skipped: ")
