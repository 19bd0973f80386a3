"""Every fault of the model happens to some scenario or test, or cannot happen and says why; the README shows where."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from simulators.judge.fault_model import FAULTS, ModelledFault
from simulators.judge.invariants import INVARIANTS
from tests.wrong_services.mistakes import MISTAKES, Mistake

ROOT = Path(__file__).parents[3]
README = ROOT / "simulators" / "judge" / "README.md"
MARK = "<!-- below, all is written by: pytest tests/unit/judge/test_fault_model.py --write-tables -->\n"
TAG, MARKER = re.compile(r"@F(\d+)\b"), re.compile(r"pytest\.mark\.fault\(([\d, ]+)\)")
Met = Mapping[int, list[str]]
MISTAKES_HEAD = (
    "\n## Which mistakes are seen, and by what\n\nThe reference with one mistake each, from"
    " [`tests/wrong_services`](../../tests/wrong_services/mistakes.py): all that sees it is outside of it.\n\n"
    "| kind | wrong service | seen by |\n| --- | --- | --- |\n"
)
PLACES = {"rotation": "[test_rotation](../../tests/simulated/test_rotation.py)"}


@cache
def met() -> Met:
    """Return where each fault is met, by its number."""
    found: dict[int, list[str]] = defaultdict(list)
    for number, where in [*_in_features(), *_in_tests()]:
        found[number].append(where)
    return found


def _in_features() -> Iterator[tuple[int, str]]:
    """Yield each tag F1 with the name of its scenario, which is a tag such as ENR-01 on the same line."""
    for path in sorted((ROOT / "features").glob("*.feature")):
        for line in path.read_text().splitlines():
            for number in TAG.findall(line):
                yield int(number), line.split()[0].removeprefix("@")


def _in_tests() -> Iterator[tuple[int, str]]:
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        tests = (each for each in ast.walk(ast.parse(path.read_text())) if isinstance(each, ast.FunctionDef))
        for name, mark in ((test.name, ast.unparse(each)) for test in tests for each in test.decorator_list):
            if numbers := MARKER.fullmatch(mark):
                where = f"[{name}](../../{path.relative_to(ROOT)})"
                yield from ((int(number), where) for number in numbers[1].split(", "))


def tables(met: Met) -> str:
    promises = "".join(f"| I{each.number} | {each.name} | {_line(each.promise)} |\n" for each in INVARIANTS)
    rows = "".join(_row(each, met.get(each.number, [])) for each in FAULTS)
    return (
        "\n## What must hold\n\n| | name | promise |\n| --- | --- | --- |\n" + promises
        + "\n## What goes wrong, and where\n\n| | fault | met in | seen by |\n| --- | --- | --- | --- |\n" + rows
        + MISTAKES_HEAD + "".join(_mistake_row(*each) for each in MISTAKES.items())
    )  # fmt: skip


def _row(fault: ModelledFault, where: list[str]) -> str:
    seen_by = ", ".join(f"I{number}" for number in fault.invariants)
    met_in = "; ".join(sorted(where)) or fault.left_out
    return f"| F{fault.number} | **{fault.name}**: {fault.sentence} | {met_in} | {seen_by} |\n"


def _mistake_row(name: str, mistake: Mistake) -> str:
    seen_by = ", ".join(each if "-" in each or each[1:].isdigit() else PLACES[each] for each in mistake.seen_by)
    return f"| {mistake.kind} | `{name}` | {seen_by} |\n"


def _line(text: str) -> str:
    return " ".join(text.split())


def test_the_tables_say_what_is_there(request: pytest.FixtureRequest) -> None:
    above = README.read_text().partition(MARK)[0]
    if request.config.getoption("--write-tables"):
        README.write_text(above + MARK + tables(met()))
    assert README.read_text() == above + MARK + tables(met())


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"F{fault.number}")
def test_a_fault_is_met_or_cannot_happen(fault: ModelledFault) -> None:
    assert bool(met().get(fault.number)) != bool(fault.left_out)


def test_the_numbers_are_those_of_the_model() -> None:
    assert [each.number for each in FAULTS] == list(range(1, 42))
    assert [each.number for each in INVARIANTS] == list(range(1, 19))
    assert set(met()) <= {each.number for each in FAULTS}
    assert {number for each in FAULTS for number in each.invariants} <= {each.number for each in INVARIANTS}
