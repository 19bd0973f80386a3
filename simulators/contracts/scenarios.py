"""The scenarios as text, and which interactions each of them plays: told by their runs, never kept by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

Link = tuple[str, str, str]
"""Consumer, provider and description: the name of an interaction."""
PLAYED = "played.jsonl"
ID = re.compile(r"@([A-Z]{3}-\d\d)\b")
TITLE = re.compile(r"(Feature|Rule|Background|Scenario)(?: Outline)?: ?(.*)")


@dataclass(frozen=True)
class Scenario:
    """One promise, with the steps that tell it."""

    id: str
    feature: str
    rule: str
    name: str
    steps: tuple[str, ...]


def scenarios_in(directory: Path) -> tuple[Scenario, ...]:
    """Read all features of a directory; a scenario without an id cannot be linked to, and is left out."""
    return tuple(each for path in sorted(directory.glob("*.feature")) for each in _scenarios(path.read_text()))


def _scenarios(text: str) -> Iterator[Scenario]:
    feature = rule = ""
    for tag, kind, name, steps in _blocks(text):
        if kind == "Feature":
            feature = name
        elif kind == "Rule":
            rule = name
        elif kind == "Scenario" and tag:
            yield Scenario(tag, feature, rule, name, steps)


def _blocks(text: str) -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """Yield each titled part of a feature with the id above it and the lines below."""
    tag, title, lines = "", ("", "", ""), list[str]()
    for line in map(str.strip, text.splitlines()):
        if line.startswith("@"):
            tag = found[1] if (found := ID.search(line)) else tag
        elif begun := TITLE.fullmatch(line):
            yield *title, tuple(lines)
            tag, title, lines = "", (tag, begun[1], begun[2]), []
        elif line and not line.startswith("#"):
            lines.append(line)
    yield *title, tuple(lines)


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
