"""The scenarios as Cucumber's own parser reads them, by the ids under which a check plays them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gherkin import Compiler, Parser
from gherkin.ast_builder import AstBuilder
from gherkin.stream.id_generator import IdGenerator

from simulators.kit.json_types import Json
from simulators.package_data import FEATURES

CASE_TAG = re.compile(r"@([A-Z]{3}-\d\d)")
PLAYED = "it is played, and every promise is kept"


@dataclass(frozen=True)
class Feature:
    """One file of scenarios: its text, its tree, and what is to be played of it by the ids of the cases."""

    uri: str
    text: str
    document: Json
    pickles: Mapping[str, Json]


def read_features(ids: IdGenerator, folder: Path = FEATURES) -> Iterator[Feature]:
    """Yield all features of a folder."""
    for path in sorted(folder.glob("*.feature")):
        uri, text = f"features/{path.name}", path.read_text(encoding="utf-8")
        document, pickles = _read(uri, text, ids)
        names = case_names(document)
        yield Feature(uri, text, document, {names[each["astNodeIds"][-1]]: each for each in pickles})


def write_feature(name: str, titles: Mapping[str, str], ids: IdGenerator) -> Feature:
    """Return a feature of what has no text of its own, such as stories: a scenario of one step for each case."""
    scenarios = (f"\n  Scenario: {' '.join(title.split())}\n    * {PLAYED}\n" for title in titles.values())
    uri, text = f"{name}.feature", f"Feature: {name}\n" + "".join(scenarios)
    document, pickles = _read(uri, text, ids)
    return Feature(uri, text, document, dict(zip(titles, pickles, strict=True)))


def steps_of_cases(folder: Path = FEATURES) -> dict[str, list[str]]:
    """Return the steps of each scenario and each row of an outline, in words."""
    found = [(id_, each) for feature in read_features(IdGenerator(), folder) for id_, each in feature.pickles.items()]
    return {id_: [step["text"] for step in each["steps"]] for id_, each in found}


def _read(uri: str, text: str, ids: IdGenerator) -> tuple[Json, list[Json]]:
    document: Any = {**Parser(AstBuilder(ids)).parse(text), "uri": uri}
    pickles: Any = Compiler(ids).compile(document)
    return document, pickles


def case_names(document: Json) -> dict[str, str]:
    """Return the ids of a feature's cases by what they are made of: a scenario, or a row of an outline."""
    return dict(_names_in((document.get("feature") or {}).get("children", ())))


def _names_in(children: Iterable[Json]) -> Iterator[tuple[str, str]]:
    for child in children:
        yield from _names_in(child.get("rule", {}).get("children", ()))
        if scenario := child.get("scenario"):
            tags = (CASE_TAG.fullmatch(tag["name"]) for tag in scenario["tags"])
            name = next((found[1] for found in tags if found), scenario["name"])
            rows = [row["id"] for table in scenario["examples"] for row in table["tableBody"]]
            yield from ((row, f"{name}/{number}") for number, row in enumerate(rows, 1))
            yield scenario["id"], name
