"""A check as one page that needs neither network nor script: what broke and how, the promises, what was left out."""

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

import simulators.diagram
from simulators.check.badge import badge
from simulators.check.examples import steps_of_cases
from simulators.check.parts import PARTS
from simulators.check.report import cause, failure, headline, replay
from simulators.check.result import Case, CheckResult, Outcome
from simulators.check.subject import Subject
from simulators.diagram.sequence import Sequence, mark_cause, sequence
from simulators.diagram.times import pretty_json, time_of_day
from simulators.kit.json_types import Json
from simulators.world.recorder import Exchange

STYLES = (
    *((Path(simulators.diagram.__file__).parent / "static" / name) for name in ("colours.css", "sequence.css")),
    Path(__file__).parent / "templates" / "check.css",
)
UNLINKABLE = re.compile(r"[^\w/.-]+")
DRAWN_CASES = 25  # More diagrams than anybody looks at; the cases beyond are told in words only.


def page(subject: Subject, result: CheckResult, revision: str, now: datetime) -> str:
    """Return the whole report as one file of HTML."""
    loader = ChoiceLoader([PackageLoader("simulators.check"), PackageLoader("simulators.diagram")])
    templates = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    filters: dict[str, Any] = {"time_of_day": time_of_day, "pretty_json": pretty_json, "anchor": anchor}
    templates.filters |= filters
    broken = [each for each in result.cases if each.is_broken]
    content: dict[str, Any] = {
        "result": result,
        "broken": broken,
        "sequences": {each.id: _sequence(each) for each in broken[:DRAWN_CASES]},
        "cases": {part: [each for each in result.cases if each.part == part] for part in result.parts()},
        "steps": {each.id: _steps(each, steps) for steps in [steps_of_cases()] for each in result.cases},
        "again": {each.id: replay(subject, each) for each in broken},
        "reasons": {each.id: _reasons(subject, each) for each in broken},
        "descriptions": {name: part.description for name, part in PARTS.items()},
        "badge": Markup(badge(result, revision, now)),  # noqa: S704 - made of our own words, and escaped
        "styles": Markup("".join(each.read_text(encoding="utf-8") for each in STYLES)),  # noqa: S704 - our own files
    }
    about = {"revision": revision, "now": now, "headline": headline(result), "outcomes": list(Outcome), "cause": cause}
    return templates.get_template("check.html").render(**content, **about)


def anchor(case: Case) -> str:
    """Return the place of a case on the page: its part and its id, without what no link can hold."""
    return f"{case.part}-{UNLINKABLE.sub('-', case.id)}"


def _sequence(case: Case) -> Sequence | None:
    """Return the diagram of what was said, with the exchange marked that broke a promise; None if nothing was."""
    payloads: Mapping[int, Json] = {int(number): each for number, each in case.transcript.get("payloads", {}).items()}
    drawn = sequence(case.exchanges, payloads, case.transcript.get("lost", []))
    for each in (breach["by"] for verdict in case.broken_promises for breach in verdict["breaches"] if breach["by"]):
        mark_cause(drawn, Exchange(**each))
    return drawn if drawn.steps else None


def _steps(case: Case, steps: Mapping[str, list[str]]) -> list[tuple[str, str]]:
    """Return a scenario's steps, each with its sign: done, where it stopped, or not tried."""
    texts = steps.get(case.id, [])
    stops = case.steps if case.step or case.outcome is Outcome.LEFT_OUT else len(texts)
    return [(_sign(number, stops, case), text) for number, text in enumerate(texts)]


def _sign(number: int, stops: int, case: Case) -> str:
    return "✓" if number < stops else case.outcome.sign if number == stops else "·"


def _reasons(subject: Subject, case: Case) -> list[str]:
    """Return what is wrong in words, without what the page shows in another way."""
    bare = Case(case.part, case.id, case.title, case.outcome, case.reasons, case.step)
    return list(failure(subject, bare))[:-1]
