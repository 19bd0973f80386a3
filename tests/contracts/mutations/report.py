"""The part of pacts/README.md that is measured: how strong each contract is, what survives and why."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

BEGIN, END = "<!-- measured by `make strength` -->", "<!-- end of what is measured -->"
HEAD = """\
| consumer | provider | interactions | lies | caught | additions tolerated |
| --- | --- | ---: | ---: | ---: | ---: |"""
EXPLAINED: dict[str, str] = {}
"""Lies that may survive, as patterns, and why nobody is hurt by them."""


@dataclass(frozen=True)
class Score:
    """What came of one contract: which lies it did not catch, and by which truths it broke."""

    consumer: str
    provider: str
    interactions: int
    mutations: int
    additions: int
    survivors: list[str]
    wrongly: list[str]

    @property
    def pair(self) -> str:
        return f"{self.consumer} of {self.provider}"

    @property
    def share(self) -> float:
        return 1 - len(self.survivors) / self.mutations

    def __str__(self) -> str:
        tolerated = self.additions - len(self.wrongly)
        numbers = f"{self.interactions} | {self.mutations} | {self.share:.1%} | {tolerated} of {self.additions} |"
        return f"| {self.consumer} | {self.provider} | {numbers}"


def unexplained(survivors: Iterable[str]) -> list[str]:
    return [each for each in survivors if not any(re.search(mutation, each) for mutation in EXPLAINED)]


def section(found: Sequence[Score], unneeded: Sequence[str], stamp: str) -> str:
    """Return what is to stand between the marks; the stamp tells what it was measured on."""
    survivors = [each for one in found for each in one.survivors]
    count = sum(each.mutations for each in found)
    lines = [HEAD, *map(str, found), "", f"{count - len(survivors)} of {count} lies are caught."]
    for mutation, why in EXPLAINED.items():
        count = sum(1 for each in survivors if re.search(mutation, each))
        lines.append(f"{count} survive: {why}")
    lines += ["", "Told by our services, although no consumer needs it:", "", *(f"- {each}" for each in unneeded)]
    return "\n".join([BEGIN, "", *lines, "", f"<!-- of {stamp} -->", END])


def measured_section(readme: Path) -> str:
    """Return what stands between the marks, the marks included."""
    [found] = re.findall(f"{re.escape(BEGIN)}.*{re.escape(END)}", readme.read_text(), re.DOTALL)
    return str(found)


def write(readme: Path, found: Sequence[Score], unneeded: Sequence[str], stamp: str) -> None:
    readme.write_text(readme.read_text().replace(measured_section(readme), section(found, unneeded, stamp)))
