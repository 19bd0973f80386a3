"""What a check says is the same everywhere: terminal, page, JUnit, Cucumber Messages, badge."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET

import cucumber_messages
import pytest

from simulators.check.badge import BAD, GOOD, badge
from simulators.check.cucumber import messages
from simulators.check.examples import steps_of_cases
from simulators.check.junit import junit
from simulators.check.page import page
from simulators.check.report import failure, replay, summary
from simulators.check.result import CheckResult
from simulators.check.subject import Subject
from tests.unit.check.results import FOUND, SUBJECT, result

NOW = datetime(2026, 11, 30, 9, 5, tzinfo=UTC)
AGAIN = "harness check --command 'node server.js' --only scenarios --scenario ENR-20/2"
BY = "payment_intent.succeeded from stripe to payment-service, answered 200"


def envelopes() -> list[Any]:
    return [json.loads(line) for line in messages(SUBJECT, result()).splitlines()]


def of_kind(kind: str) -> list[Any]:
    return [each[kind] for each in envelopes() if kind in each]


def test_a_failure_says_where_what_is_wrong_what_must_be_by_what_and_how_to_see_it_again() -> None:
    lines = list(failure(SUBJECT, result().cases[1]))
    assert lines[0] == 'at: And "ada" has asked for "algebra"'
    assert f"I1 every payment ends once: {FOUND}" in lines
    assert any(line.startswith("  must be: Money taken became one delivery") for line in lines)
    assert f"  by: {BY}" in lines
    assert lines[-1] == f"again: {AGAIN}"


def test_looks_in_a_row_do_not_push_out_of_sight_what_else_the_service_printed() -> None:
    case = result().cases[1]
    case.transcript["log"] = "it failed\n" + "".join(f"09:00:{n:02} GET /sagas/saga_{n}f 200\n" for n in range(40))
    said = list(failure(SUBJECT, case))
    assert "  it failed" in said
    assert "  09:00:39 GET /sagas/saga_39f 200 (40 alike)" in said


def test_a_storm_and_a_factory_are_played_again_by_their_seed() -> None:
    storm = result().cases[3]
    assert replay(Subject(), storm) == "harness check --only storms --seed 7 --storms 1"
    assert replay(Subject(seed=3), result().cases[0]).endswith("--scenario ENR-01 --seed 3")


def test_what_was_left_out_is_named_with_its_reason_and_not_counted() -> None:
    lines = list(summary(result()))
    assert "contracts      left out: no desk is named" in lines
    assert "  ○ crash A crash in the middle: left out, since nobody here can kill it" in lines
    assert lines[-1] == "1 of 3 kept in 4 s, 1 left out and not counted"


def test_a_promise_counts_where_it_was_judged_and_no_more() -> None:
    judged = {
        each.invariant.number: (each.judged, [case.id for case in each.broken_by]) for each in result().promises()
    }
    assert judged[1] == (3, ["ENR-20/2"])
    assert judged[2] == (3, [])
    assert judged[18] == (0, [])


def test_the_page_needs_nothing_from_outside_and_hides_nothing() -> None:
    text = page(SUBJECT, result(), "v1.2-3-gabc", NOW)
    for each in (FOUND, BY, AGAIN.replace("'", "&#39;"), "nobody here can kill it", "no desk is named", "v1.2-3-gabc"):
        assert each in text
    assert "<script" not in text
    assert re.findall(r"(?:src|href)=\"(?!#)", text) == []
    assert "it &lt;failed&gt;" in text
    assert 'class="step news cause"' in text
    assert len(re.findall(r"id=\"([^\"]+)\"", text)) == len(set(re.findall(r"id=\"([^\"]+)\"", text)))
    assert "(2 of 30 exchanges)" in text


def test_every_link_of_the_page_leads_somewhere_whatever_a_case_is_called() -> None:
    found = result()
    found.cases[1].id = "learning-service: CREATE, <again> & again"
    text = page(SUBJECT, found, "", NOW)
    targets, ids = set(re.findall(r'href="#([^"]+)"', text)), set(re.findall(r'id="([^"]+)"', text))
    assert targets - ids == set()
    assert not [each for each in ids if re.search(r"[\s<>&]", each)]


def test_the_page_shows_at_which_step_a_scenario_stopped() -> None:
    text = page(SUBJECT, result(), "", NOW)
    (stopped,) = set(re.findall(r"class=\"stopped\"><span>✗</span>(.+?)</li>", text))
    assert stopped == "&#34;ada&#34; has asked for &#34;algebra&#34;"


def test_junit_has_a_suite_for_each_part_and_the_words_of_the_terminal() -> None:
    root = ET.fromstring(junit(SUBJECT, result()))  # noqa: S314 - our own
    counts = {each.get("name"): (each.get("tests"), each.get("failures"), each.get("skipped")) for each in root}
    assert counts == {
        "scenarios": ("2", "1", "0"), "stories": ("1", "0", "1"), "storms": ("1", "1", "0"),
        "contracts": ("1", "0", "1"),
    }  # fmt: skip
    failed = root.findall(".//failure")
    assert failed[0].get("message") == f"I1 every payment ends once: {FOUND}"
    assert AGAIN in (failed[0].text or "")


def test_all_messages_are_cucumbers_own() -> None:
    sent = [cucumber_messages.message_converter.from_dict(each, cucumber_messages.Envelope) for each in envelopes()]
    again = [cucumber_messages.message_converter.to_dict(each) for each in sent]
    assert [next(iter(each)) for each in again] == [next(iter(each)) for each in envelopes()]
    assert all(len(each) == 1 for each in envelopes())


def test_messages_tell_how_each_step_of_a_scenario_came_out() -> None:
    (case,) = [each for each in of_kind("pickle") if "Stripe is in trouble" in each["name"]]
    (played,) = [each for each in of_kind("testCase") if each["pickleId"] == case["id"]]
    (began,) = [each for each in of_kind("testCaseStarted") if each["testCaseId"] == played["id"]]
    ended = [each for each in of_kind("testStepFinished") if each["testCaseStartedId"] == began["id"]]
    outcomes = [each["testStepResult"]["status"] for each in ended]
    assert outcomes == ["PASSED", "PASSED", "FAILED", *["SKIPPED"] * (len(case["steps"]) - 3), "SKIPPED"]
    assert AGAIN in ended[2]["testStepResult"]["message"]


def test_stories_and_storms_are_scenarios_to_cucumber_too_and_every_reference_leads_somewhere() -> None:
    names = [each["name"] for each in of_kind("pickle")]
    assert {"crash: A crash in the middle", "seed-7: 6 purchases"} <= set(names)
    ids = Counter(each["id"] for kind in ("pickle", "testCase", "testCaseStarted", "hook") for each in of_kind(kind))
    assert max(ids.values()) == 1
    assert {each["pickleId"] for each in of_kind("testCase")} <= ids.keys()
    assert of_kind("testRunFinished")[0]["success"] is False


def test_every_row_of_an_outline_has_its_steps() -> None:
    steps = steps_of_cases()
    assert steps["ENR-20/1"] != steps["ENR-20/2"]
    assert "ENR-20" not in steps


@pytest.mark.parametrize(
    ("cases", "colour", "words"),
    [
        (slice(4), BAD, "16 of 17 promises held · 0 of 1 storms weathered · v1.2 · 2026-11-30"),
        (slice(1), GOOD, "17 of 17 promises held · v1.2 · 2026-11-30"),
        (slice(3, 4), BAD, "17 of 17 promises held, 1 case broken · 0 of 1 storms weathered · v1.2 · 2026-11-30"),
    ],
)
def test_the_badge_says_promises_storms_revision_and_day(cases: slice, colour: str, words: str) -> None:
    svg = badge(CheckResult("x", "ours", result().cases[cases], {}), "v1.2", NOW)
    assert "".join(ET.fromstring(svg).itertext()).count(words) == 2  # noqa: S314 - our own
    assert colour in svg
