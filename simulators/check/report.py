"""What a check says to a person in a terminal: what broke, what must be, by which message, and how to see it again."""

import re
import textwrap
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from shlex import quote

from simulators.check.result import Case, CheckResult, Outcome
from simulators.check.subject import Subject
from simulators.judge.invariant import describe
from simulators.kit.json_types import Json
from simulators.world.recorder import Exchange

LOG_LINES = 8
LINE_WIDTH = 100
REASON_LINES = 8
NUMBERED = re.compile(r"\w*\d\w*")  # times, ids and counts


def replay(subject: Subject, case: Case) -> str:
    """Return the command that plays just this case again."""
    if case.part == "storms":
        return f"harness check{subject.options} --only storms --seed {case.id.removeprefix('seed-')} --storms 1"
    seed = f" --seed {subject.seed}" if subject.seed else ""
    return f"harness check{subject.options} --only {case.part} --scenario {quote(case.id)}{seed}"


def failure(subject: Subject, case: Case) -> Iterator[str]:
    """Yield what a person needs to know of a broken case, line by line; the last is the command that plays it again."""
    if case.step:
        yield f"at: {case.step}"
    for each in case.reasons[:REASON_LINES]:
        yield from _fold(each)
    for verdict in case.broken_promises:
        yield from _breach(verdict)
    if log := fold_alike(case.log.splitlines())[-LOG_LINES:]:
        yield "the last that the service printed:"
        yield from (f"  {line}" for line in log)
    yield f"again: {replay(subject, case)}"


def fold_alike(lines: list[str]) -> list[str]:
    """Return lines with one in the place of those in a row that differ in figures and ids only: a look each moment."""
    runs = [list(alike) for _, alike in groupby(lines, lambda line: NUMBERED.sub("", line))]
    return [f"{each[-1]} ({len(each)} alike)" if len(each) > 1 else each[0] for each in runs]


def _breach(verdict: Json) -> Iterator[str]:
    yield from _fold(f"I{verdict['number']} {verdict['name']}: {verdict['breaches'][0]['found']}")
    for each in verdict["breaches"][1:]:
        yield from _fold(f"and {each['found']}", "  ")
    yield from _fold(f"must be: {verdict['promise']}", "  ")
    if by := cause(verdict):
        yield from _fold(f"by: {by}", "  ")


def cause(verdict: Json) -> str:
    """Return which exchange broke a promise; empty when none is known to have."""
    known = [each["by"] for each in verdict["breaches"] if each["by"]]
    return describe(Exchange(**known[0])) if known else ""


def _fold(text: str, indent: str = "") -> list[str]:
    """Break a sentence into lines that fit; what is a table keeps its spaces."""
    if "   " in text:
        return [text]
    whole_words = textwrap.TextWrapper(
        LINE_WIDTH, indent, indent + "  ", break_long_words=False, break_on_hyphens=False
    )  # an id can be copied
    return whole_words.wrap(text) or [text]


def summary(result: CheckResult) -> Iterator[str]:
    """Yield a line for each part, one for each reason why something was left out, and what it comes to."""
    for part in result.parts():
        counts = result.counts(part)
        yield f"{part:<10} " + " · ".join(
            f"{counts[each]:>3} {each}" for each in Outcome if counts[each] or each == "kept"
        )
    for name, why in result.left_out.items():
        yield f"{name:<10}     left out: {why}"
    for why, cases in result.reasons_left_out().items():
        for case in cases:
            yield f"  ○ {case.id} {case.title}: left out, since {why}"
    yield headline(result)


def headline(result: CheckResult) -> str:
    """Return what it comes to: how much of what was judged is kept, and that the rest was not counted."""
    total = result.counts()
    judged, left_out = total[Outcome.KEPT] + total[Outcome.BROKEN], total[Outcome.LEFT_OUT]
    kept = f"{total[Outcome.KEPT]} of {judged} kept in {result.seconds:.0f} s"
    return kept + (f", {left_out} left out and not counted" if left_out else "")


def write(folder: Path, name: str, text: str) -> Path:
    """Put a file of the report into its folder, and return where it is."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path
