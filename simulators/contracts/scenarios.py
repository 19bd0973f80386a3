"""The scenarios as text, and which interactions each of them plays: recorded from their runs, never kept by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gherkin import Parser
from gherkin.errors import ParserError

from simulators.kit.json_types import Json

Link = tuple[str, str, str]  # Consumer, provider and description: the name of an interaction.
PLAYED = "played.jsonl"
ID = re.compile(r"@([A-Z]{3}-\d\d)")


@dataclass(frozen=True)
class Scenario:
    """One example of a feature, with its steps as text."""

    id: str
    feature: str
    rule: str
    name: str
    steps: tuple[str, ...]


def scenarios_in(directory: Path) -> tuple[Scenario, ...]:
    """Read all features of a directory, or raise ValueError; scenarios without an id are left out."""
    return tuple(each for path in sorted(directory.glob("*.feature")) for each in _scenarios(path))


def _scenarios(path: Path) -> Iterator[Scenario]:
    for feature, rule, scenario in _in_rules(path):
        ids = [found[1] for tag in scenario["tags"] if (found := ID.fullmatch(tag["name"]))]
        if ids:
            yield Scenario(ids[0], feature, rule, scenario["name"], tuple(_lines(scenario)))


def _in_rules(path: Path) -> Iterator[tuple[str, str, Json]]:
    """Yield each scenario with the names of its feature and its rule."""
    try:
        document: Any = Parser().parse(path.read_text(encoding="utf-8"))
    except ParserError as wrong:
        raise ValueError(f"{path} is no feature: {wrong}") from wrong
    feature = document.get("feature") or {"children": ()}
    for child in feature["children"]:
        rule = child.get("rule", {"name": "", "children": [child]})
        found = (each["scenario"] for each in rule["children"] if "scenario" in each)
        yield from ((feature["name"], rule["name"], scenario) for scenario in found)


def _lines(scenario: Json) -> Iterator[str]:
    for step in scenario["steps"]:
        yield step["keyword"] + step["text"]
        yield from map(_row, step.get("dataTable", {}).get("rows", ()))
        yield from step.get("docString", {}).get("content", "").splitlines()
    for each in scenario["examples"]:
        yield f"Examples: {each['name']}"
        yield from map(_row, [each["tableHeader"], *each["tableBody"]] if "tableHeader" in each else ())


def _row(row: Json) -> str:
    return f"| {' | '.join(cell['value'] for cell in row['cells'])} |"


def played_in(directory: Path) -> dict[Link, tuple[str, ...]]:
    """Read the runs that played each interaction: `ENR-01`, and `ENR-03/2` for a row of an outline."""
    path = directory / PLAYED
    lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    return {(each["consumer"], each["provider"], each["interaction"]): tuple(each["runs"]) for each in lines}


def played_as_text(played: Mapping[Link, tuple[str, ...]]) -> str:
    """Write what `played_in` reads."""
    names = ("consumer", "provider", "interaction")
    lines = (json.dumps(dict(zip(names, link, strict=True)) | {"runs": runs}) for link, runs in sorted(played.items()))
    return "".join(line + "\n" for line in lines)


def scenario_of(run: str) -> str:
    """Return the scenario that a run is of."""
    return run.partition("/")[0]
