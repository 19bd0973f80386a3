"""Each wrong service is caught from outside, by the scenarios and invariants that are there for its kind of mistake."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.rooms.source import ROOT
from tests.simulated.conftest import STALE
from tests.wrong_services.mistakes import MISTAKES, Mistake

FILES = {"ENR": "test_enroll_in_course.py", "BKS": "test_book_session.py", "PAY": "test_payments.py"}
FILES |= {"rotation": "test_rotation.py"}
OPTIONS = [
    *("-q", "--no-header", "--no-summary", "-p", "no:cacheprovider", "-p", "no:xdist", "--world", "inside"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # The outer run has imported the plugin's package.
    *("--tb=native", "-p", "no:unraisableexception"),  # Nobody reads tracebacks; the outer run sees what is unraisable.
]


class Findings:
    """A plugin of an inner run: it runs these scenarios only, and collects by scenario what went wrong in each."""

    def __init__(self, names: set[str]) -> None:
        self._names = names
        self.ran: set[str] = set()
        self.failures: dict[str, str] = {}

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        items[:] = [each for each in items if _name(each) in self._names]
        self.ran |= {_name(each) for each in items}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: Any, call: Any) -> Any:
        found = [each for each in _texts(call.excinfo.value) if STALE not in each] if call.excinfo else []
        if found:
            self.failures[_name(item)] = "\n".join([self.failures.get(_name(item), ""), *found])
        return (yield)


def _texts(error: BaseException) -> list[str]:
    """Return what it says; of several that came at once, each."""
    if isinstance(error, BaseExceptionGroup):
        return [text for each in error.exceptions for text in _texts(each)]
    return [str(error)]


def _name(item: Any) -> str:
    scenario = item.get_closest_marker("scenario")
    return str(scenario.args[0]) if scenario else str(item.path.stem).removeprefix("test_")


def findings(*names: str) -> Findings:
    """Run these scenarios against the service as it is patched now."""
    found = Findings(set(names))
    files = sorted({str(ROOT / "tests" / "simulated" / FILES[name.partition("-")[0]]) for name in names})
    pytest.main([*OPTIONS, *files], plugins=[found])
    return found


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_a_wrong_service_is_caught(mistake: Mistake, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [each for each in mistake.seen_by if each.partition("-")[0] in FILES]
    mistake.apply(monkeypatch)
    found = findings(*names)

    assert {*found.failures} == found.ran == {*names}
    broken = {*re.findall(r"\bI\d+(?= )", " ".join(found.failures.values()))}
    assert {each for each in mistake.seen_by if re.fullmatch(r"I\d+", each)} <= broken
