"""What a check says: to a person in a terminal, and as a page that needs neither a network nor a script."""

from collections.abc import Iterator
from pathlib import Path
from shlex import quote

from jinja2 import Environment, PackageLoader, StrictUndefined

from simulators.check.parts import PARTS
from simulators.check.result import Case, CheckResult, Outcome
from simulators.check.subject import Subject

LOG_LINES = 8
PAGE, JSON_FILE, JUNIT_FILE = "index.html", "check.json", "junit.xml"


def replay(subject: Subject, case: Case) -> str:
    """Return the command that plays just this case again."""
    which = (
        f"--seed {case.id.removeprefix('seed-')} --storms 1"
        if case.part == "storms"
        else f"--scenario {quote(case.id)}"
    )
    return f"harness check{subject.options} --only {case.part} {which}"


def failure(subject: Subject, case: Case) -> list[str]:
    """Return what a person needs to know of a broken case: where, which promise, the log's tail, the replay command."""
    lines = [f"at: {case.step}"] if case.step else []
    lines += case.reasons
    if log := case.log.splitlines()[-LOG_LINES:]:
        lines += ["the last that the service printed:", *(f"  {line}" for line in log)]
    return [*lines, f"again: {replay(subject, case)}"]


def summary(result: CheckResult) -> Iterator[str]:
    """Yield a line for each part, one for each that was left out, and what it comes to."""
    for part in result.parts():
        counts = result.counts(part)
        yield f"{part:<10} " + " · ".join(
            f"{counts[each]:>3} {each}" for each in Outcome if counts[each] or each == "kept"
        )
    for name, why in result.left_out.items():
        yield f"{name:<10}     left out: {why}"
    for case in result.cases:
        if case.outcome is Outcome.LEFT_OUT:
            yield f"  ○ {case.id} {case.title}: left out, since {case.reasons[0]}"
    total = result.counts()
    judged = total[Outcome.KEPT] + total[Outcome.BROKEN]
    yield f"{total[Outcome.KEPT]} of {judged} kept in {result.seconds:.0f} s" + (
        f", {total[Outcome.LEFT_OUT]} left out and not counted" if total[Outcome.LEFT_OUT] else ""
    )


def page(subject: Subject, result: CheckResult) -> str:
    """Return the whole report as one file of HTML."""
    templates = Environment(
        loader=PackageLoader("simulators.check"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    cases = {part: [each for each in result.cases if each.part == part] for part in result.parts()}
    about = {"result": result, "cases": cases, "parts": PARTS, "outcomes": list(Outcome)}
    return templates.get_template("check.html").render(**about, failure=failure, subject=subject)


def write(folder: Path, name: str, text: str) -> Path:
    """Put a file of the report into its folder, and return where it is."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path
