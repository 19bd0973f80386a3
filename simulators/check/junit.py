"""A check as JUnit XML, for whatever shows tests: each failure in the words of the terminal."""

from typing import Any
from xml.etree import ElementTree as ET

from simulators.check.report import failure
from simulators.check.result import Case, CheckResult, Outcome
from simulators.check.subject import Subject
from simulators.kit.json_types import Json

UNWRITABLE = {code: "\N{REPLACEMENT CHARACTER}" for code in range(32) if chr(code) not in "\t\n\r"}


def junit(subject: Subject, result: CheckResult) -> str:
    """Return the XML: a suite for each part, and for each part that was left out a case that says why."""
    root = ET.Element("testsuites", name=f"harness check {result.subject}", time=f"{result.seconds:.3f}")
    for part in result.parts():
        cases, counts = [each for each in result.cases if each.part == part], result.counts(part)
        about: dict[str, Any] = {"tests": str(len(cases)), "failures": str(counts[Outcome.BROKEN]), "errors": "0"}
        about |= {"skipped": str(counts[Outcome.LEFT_OUT]), "time": f"{sum(each.seconds for each in cases):.3f}"}
        suite = ET.SubElement(root, "testsuite", name=part, **about)
        for each in cases:
            _add(suite, subject, each)
    for part, why in result.left_out.items():
        suite = ET.SubElement(root, "testsuite", name=part, tests="1", failures="0", errors="0", skipped="1")
        case = ET.SubElement(suite, "testcase", classname=part, name=part)
        ET.SubElement(case, "skipped", message=why)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _add(suite: ET.Element, subject: Subject, case: Case) -> None:
    name = _text(f"{case.id} {case.title}")
    element = ET.SubElement(suite, "testcase", classname=case.part, name=name, time=f"{case.seconds:.3f}")
    if case.is_broken:
        said = [_text(each) for each in failure(subject, case)]
        ET.SubElement(element, "failure", message=_headline(case)).text = "\n".join(said)
    elif case.outcome is Outcome.LEFT_OUT:
        ET.SubElement(element, "skipped", message=_text("; ".join(case.reasons)))


def _headline(case: Case) -> str:
    promises: list[Json] = case.broken_promises
    found = [f"I{each['number']} {each['name']}: {each['breaches'][0]['found']}" for each in promises]
    return _text(next(iter([*found, *case.reasons]), case.step))


def _text(text: str) -> str:
    """Return it without what XML cannot hold."""
    return text.translate(UNWRITABLE)
