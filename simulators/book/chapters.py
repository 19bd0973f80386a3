"""The features as they are written: why, each rule, and its examples with the faults that happen to them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from gherkin import Parser
from gherkin.errors import ParserError

from simulators.judge.fault_model import FAULTS
from simulators.judge.invariants import INVARIANTS
from simulators.kit.json_types import Json

ID, FAULT = re.compile(r"@([A-Z]{3}-\d\d)"), re.compile(r"@F(\d+)")
MODELLED = {each.number: each for each in FAULTS}
PROMISED = {each.number: each for each in INVARIANTS}


@dataclass(frozen=True)
class Example:
    """One scenario: its steps as text, its rows if it is an outline, and the numbers of what goes wrong in it."""

    id: str
    name: str
    steps: tuple[str, ...]
    rows: tuple[str, ...]
    faults: tuple[int, ...]

    @property
    def run_ids(self) -> tuple[str, ...]:
        """The ids of its runs: its own, or one for each row."""
        return tuple(f"{self.id}/{number}" for number, _ in enumerate(self.rows, 1)) or (self.id,)

    @property
    def promises(self) -> tuple[int, ...]:
        """The numbers of the invariants by which one sees that its faults did no harm."""
        return tuple(sorted({number for fault in self.faults for number in MODELLED[fault].invariants}))


@dataclass(frozen=True)
class FeatureRule:
    """A sentence that always holds, and the examples of it."""

    name: str
    description: str
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class Chapter:
    """A feature; `text` is all of it as it is written."""

    slug: str
    name: str
    why: str
    text: str
    background: tuple[str, ...]
    rules: tuple[FeatureRule, ...]

    @property
    def uri(self) -> str:
        """What Cucumber Messages call the file."""
        return f"features/{self.slug}.feature"

    @cached_property
    def examples(self) -> tuple[Example, ...]:
        """All of its examples."""
        return tuple(example for rule in self.rules for example in rule.examples)


def chapters_in(directory: Path) -> tuple[Chapter, ...]:
    """Read all features of a directory; ValueError names one that cannot be read, or has an example without an id."""
    found = tuple(_chapter(path) for path in sorted(directory.glob("*.feature")))
    if not found:
        raise ValueError(f"there are no features in {directory}")
    return found


def _chapter(path: Path) -> Chapter:
    try:
        text = path.read_text(encoding="utf-8")
        document: Any = Parser().parse(text)
        feature = document["feature"]
        rules = tuple(_rule(child["rule"]) for child in feature["children"] if "rule" in child)
    except (ParserError, KeyError, TypeError) as wrong:
        raise ValueError(f"{path} is no feature whose examples stand in rules and have ids: {wrong}") from wrong
    background = next((child["background"]["steps"] for child in feature["children"] if "background" in child), ())
    return Chapter(path.stem, feature["name"], _text(feature), text, tuple(_lines(background)), rules)


def _rule(rule: Json) -> FeatureRule:
    examples = tuple(_example(child["scenario"]) for child in rule["children"] if "scenario" in child)
    return FeatureRule(rule["name"], _text(rule), examples)


def _example(scenario: Json) -> Example:
    tags = " ".join(tag["name"] for tag in scenario["tags"])
    if not (named := ID.search(tags)):
        raise KeyError(scenario["name"])
    rows = [row for table in scenario["examples"] for row in table["tableBody"]]
    faults = tuple(int(number) for number in FAULT.findall(tags))
    return Example(named[1], scenario["name"], tuple(_lines(scenario["steps"])), tuple(map(_cells, rows)), faults)


def _lines(steps: Iterable[Json]) -> Iterator[str]:
    for step in steps:
        yield step["keyword"] + step["text"]
        yield from (f"| {_cells(row)} |" for row in step.get("dataTable", {}).get("rows", ()))


def _cells(row: Json) -> str:
    return " · ".join(cell["value"] for cell in row["cells"])


def _text(part: Json) -> str:
    return " ".join(part["description"].split())
