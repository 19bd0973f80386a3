"""One playing of the scenarios by one service, read out of its Cucumber Messages; whoever sent them."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from simulators.book.scenario_run import RunOutcome, ScenarioRun
from simulators.check.examples import case_names
from simulators.console.filters import words
from simulators.diagram.sequence import sequence
from simulators.kit.json_types import Json
from simulators.world.recorder import Exchange
from simulators.world.topology import PORTS

LANES = (*PORTS, "somebody", "operator")
RECORD, SUBJECT = "record.json", "subject.json"
CASE_ID = re.compile(r"[A-Z]{3}-\d\d(/\d+)?")
OUTCOMES = {"PASSED": RunOutcome.HELD, "SKIPPED": RunOutcome.LEFT_OUT}


@dataclass(frozen=True)
class Playing:
    """Who was judged, when, at which revision and in which world; the runs by their ids, and the features' texts."""

    service: str
    options: str
    world: str
    revision: str
    version: str
    began: datetime
    ended: datetime
    texts: Mapping[str, str] = field(default_factory=dict)
    runs: Mapping[str, ScenarioRun] = field(default_factory=dict)

    @property
    def edition(self) -> str:
        """What was played, and when, as a sentence."""
        at = f" at revision {self.revision}" if self.revision else ""
        by = f" by {self.version}" if self.version else ""
        began, ended = (each.strftime("%-d %B %Y, %H:%M") for each in (self.began, self.ended))
        until = "" if began == ended else f" to {ended.removeprefix(began[:-5])}"
        runs = "1 run" if len(self.runs) == 1 else f"{len(self.runs)} runs"
        return f"{self.service}{at}, {self.world}: {runs} on {began}{until} UTC{by}."

    def followed_by(self, later: Playing) -> Playing:
        """Return both as one; a run that was played again counts as it came out then."""
        return replace(later, began=self.began, texts={**self.texts, **later.texts}, runs={**self.runs, **later.runs})


def read_playing(text: str) -> Playing:
    """Read messages as NDJSON; ValueError says why they are none, or not all of a run."""
    sent: dict[str, list[Json]] = defaultdict(list)
    try:
        for line in filter(None, text.splitlines()):
            ((kind, content),) = json.loads(line).items()
            sent[kind].append(content)
        return _playing(sent)
    except (json.JSONDecodeError, RecursionError) as problem:
        raise ValueError(f"this is no NDJSON: {problem}") from problem
    except (AttributeError, LookupError, TypeError) as problem:
        raise ValueError(f"these are no Cucumber Messages: {problem!r}") from problem


def _playing(sent: Mapping[str, list[Json]]) -> Playing:
    """Return what the messages tell, kind by kind; what the book does not show is passed over."""
    if not sent["testRunFinished"]:
        raise ValueError("these are not all Cucumber Messages of a run: testRunFinished is missing")
    product = sent["meta"][0]["implementation"]
    about: Json = next((json.loads(each["body"]) for each in sent["attachment"] if each.get("fileName") == SUBJECT), {})
    return Playing(
        service=about.get("service", "somebody's service"),
        options=about.get("options", ""),
        world=about.get("world", "in a world of its own"),
        revision=about.get("revision", ""),
        version=f"{product['name']} {product.get('version', '')}".strip(),
        began=_instant(sent["testRunStarted"][0]),
        ended=_instant(sent["testRunFinished"][0]),
        texts={each["uri"]: each["data"] for each in sent["source"]},
        runs=dict(_runs(sent)),
    )


def _runs(sent: Mapping[str, list[Json]]) -> Iterator[tuple[str, ScenarioRun]]:
    """Yield the run of each case that has an id, unlike stories and storms; of several attempts the last one."""
    names = {node: name for document in sent["gherkinDocument"] for node, name in case_names(document).items()}
    pickles = {each["id"]: each for each in sent["pickle"]}
    tests = {each["id"]: each for each in sent["testCase"]}
    results: dict[str, list[Json]] = defaultdict(list)
    for each in sent["testStepFinished"]:
        results[each["testCaseStartedId"]].append(each)
    records = {each["testCaseStartedId"]: each["body"] for each in sent["attachment"] if each.get("fileName") == RECORD}
    for started in sent["testCaseStarted"]:
        test, attempt = tests[started["testCaseId"]], started["id"]
        pickle = pickles[test["pickleId"]]
        name = names[pickle["astNodeIds"][-1]]
        if CASE_ID.fullmatch(name):
            yield name, _run(results[attempt], test, pickle, json.loads(records.get(attempt, "{}")))


def _instant(message: Json) -> datetime:
    return datetime.fromtimestamp(message["timestamp"]["seconds"], UTC)


def _run(results: list[Json], test: Json, pickle: Json, recorded: Json) -> ScenarioRun:
    record: Json = {"exchanges": [], "lost": [], "strikes": [], "states": [], "broken": []} | recorded
    outcome, stopped = _outcome(results)
    exchanges = [(number, Exchange(**each)) for number, each in enumerate(record["exchanges"])]
    return ScenarioRun(
        outcome,
        "; ".join(record["broken"]) or _reason(outcome, stopped, test, pickle),
        sequence(exchanges, {}, record["lost"], services=LANES),
        tuple(f"{name.replace('_', ' ')} at {service}" for service, name, _ in record["strikes"]),
        tuple(" → ".join(words(state) for state in each) for each in record["states"]),
    )


def _outcome(results: list[Json]) -> tuple[RunOutcome, Json]:
    """Return how a case came out, and the step at which it stopped: a failure counts for more than what was skipped."""
    found = [(OUTCOMES.get(each["testStepResult"]["status"], RunOutcome.BROKEN), each) for each in results]
    for worst in (RunOutcome.BROKEN, RunOutcome.LEFT_OUT):
        if stopped := next((each for outcome, each in found if outcome is worst), None):
            return worst, stopped
    return RunOutcome.HELD, {}


def _reason(outcome: RunOutcome, stopped: Json, test: Json, pickle: Json) -> str:
    """Return the step that was not as it says; else the first line of whatever was told; nothing, if it held."""
    if outcome is RunOutcome.HELD:
        return ""
    message = stopped["testStepResult"].get("message") or str(outcome)
    step: Json = next((each for each in test["testSteps"] if each["id"] == stopped["testStepId"]), {})
    text = next((each["text"] for each in pickle["steps"] if each["id"] == step.get("pickleStepId")), "")
    return f"not so: {text}" if text and outcome is RunOutcome.BROKEN else str(message).splitlines()[0]
