"""A check as Cucumber Messages, so that any tool that reads them can show it."""

import json
import platform
from collections.abc import Iterator
from importlib.metadata import version
from itertools import chain
from typing import Any

import cucumber_messages as cucumber
from cucumber_messages import Envelope, TestStepResultStatus
from gherkin.stream.id_generator import IdGenerator

from simulators.check.examples import Feature, read_features, write_feature
from simulators.check.report import failure
from simulators.check.result import Case, CheckResult, Outcome
from simulators.check.subject import Subject
from simulators.kit.json_types import Json

SCENARIOS = "scenarios"
RUN, STEPS, HOOK = "run", "steps", "promises"
PROMISES_HOOK = cucumber.Hook(
    id=HOOK,
    name="every promise is kept",
    source_reference=cucumber.SourceReference(uri="simulators/judge"),
    type=cucumber.HookType.after_test_case,
)
ANY_STEP = cucumber.StepDefinition(
    id=STEPS,
    pattern=cucumber.StepDefinitionPattern(".*", cucumber.StepDefinitionPatternType.regular_expression),
    source_reference=cucumber.SourceReference(uri="simulators/check/steps"),
)
SUMMARY = {Outcome.KEPT: TestStepResultStatus.passed, Outcome.BROKEN: TestStepResultStatus.failed}


def messages(subject: Subject, result: CheckResult, revision: str = "") -> str:
    """Return the check as NDJSON: one message a line; `revision` is that of the service."""
    envelopes = map(cucumber.message_converter.to_dict, _Run(subject, result, revision).envelopes())
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in envelopes)


class _Run:
    """One check on its way into messages; all ids are drawn from one generator."""

    def __init__(self, subject: Subject, result: CheckResult, revision: str) -> None:
        self._subject, self._result, self._ids = subject, result, IdGenerator()
        self._about = {"service": subject.name, "options": subject.options, "world": subject.world_description}
        self._about |= {"time": subject.time_description, "revision": revision}
        self._features = list(self._read())
        self._pickles = {id_: each for feature in self._features for id_, each in feature.pickles.items()}
        self._played = [each for each in result.cases if each.id in self._pickles]

    def envelopes(self) -> Iterator[Any]:
        """Yield all messages in the order in which Cucumber sends them; what Gherkin made is JSON already."""
        yield Envelope(meta=_meta())
        for feature in self._features:
            yield {"source": {"uri": feature.uri, "data": feature.text, "mediaType": "text/x.cucumber.gherkin+plain"}}
            yield {"gherkinDocument": {**feature.document, "comments": feature.document.get("comments", [])}}
            yield from ({"pickle": feature.pickles[each.id]} for each in self._played if each.id in feature.pickles)
        yield Envelope(hook=PROMISES_HOOK)
        yield Envelope(step_definition=ANY_STEP)
        began = min((each.began for each in self._played), default=0.0)
        yield Envelope(test_run_started=cucumber.TestRunStarted(id=RUN, timestamp=_timestamp(began)))
        yield Envelope(attachment=_attachment("subject.json", self._about, test_run_started_id=RUN))
        yield from chain.from_iterable(map(self._case, self._played))
        ended = max((each.began + each.seconds for each in self._played), default=0.0)
        done = cucumber.TestRunFinished(
            success=self._result.is_kept, timestamp=_timestamp(ended), test_run_started_id=RUN
        )
        yield Envelope(test_run_finished=done)

    def _read(self) -> Iterator[Feature]:
        parts = self._result.parts()
        if SCENARIOS in parts:
            yield from read_features(self._ids)
        for part in parts:
            if part != SCENARIOS:
                titles = {each.id: f"{each.id}: {each.title}" for each in self._result.cases if each.part == part}
                yield write_feature(part, titles, self._ids)

    def _case(self, case: Case) -> Iterator[Envelope]:
        pickle, id_, attempt = self._pickles[case.id], self._ids.get_next_id(), self._ids.get_next_id()
        steps = [
            *(self._step(each) for each in pickle["steps"]),
            cucumber.TestStep(self._ids.get_next_id(), hook_id=HOOK),
        ]
        yield Envelope(test_case=cucumber.TestCase(id_, pickle["id"], steps, test_run_started_id=RUN))
        began, ended = _timestamp(case.began), _timestamp(case.began + case.seconds)
        yield Envelope(test_case_started=cucumber.TestCaseStarted(0, attempt, id_, began))
        for step, outcome in zip(steps, self._outcomes(case, len(steps)), strict=True):
            yield Envelope(test_step_started=cucumber.TestStepStarted(attempt, step.id, began))
            if step.hook_id and case.record:
                broken = [f"I{each['number']} {each['name']}: {_sentence(each)}" for each in case.broken_promises]
                record = case.record | {"broken": broken}
                here = {"test_case_started_id": attempt, "test_step_id": step.id}
                yield Envelope(attachment=_attachment("record.json", record, **here))
            yield Envelope(test_step_finished=cucumber.TestStepFinished(attempt, step.id, outcome, ended))
        yield Envelope(test_case_finished=cucumber.TestCaseFinished(attempt, ended, will_be_retried=False))

    def _step(self, pickle_step: Json) -> cucumber.TestStep:
        id_ = self._ids.get_next_id()
        matches = [cucumber.StepMatchArgumentsList([])]
        return cucumber.TestStep(id_, None, pickle_step["id"], [STEPS], matches)

    def _outcomes(self, case: Case, count: int) -> Iterator[cucumber.TestStepResult]:
        """Yield how each step came out: the one at which it stopped has the reasons, the last is the promises."""
        stopped = case.steps if case.step or case.outcome is Outcome.LEFT_OUT else count - 1
        text = "\n".join(failure(self._subject, case) if case.is_broken else case.reasons)
        for number in range(count):
            if number < stopped:
                yield _result(TestStepResultStatus.passed)
            elif number == stopped:
                yield _result(SUMMARY.get(case.outcome, TestStepResultStatus.skipped), text, case.seconds)
            else:
                yield _result(TestStepResultStatus.skipped)


def _sentence(verdict: Json) -> str:
    return str(verdict["breaches"][0]["sentence"])


def _attachment(name: str, content: Json, **about: str) -> cucumber.Attachment:
    """Return what Cucumber's own messages have no field for: a file of JSON, of the run or of one step."""
    body, encoding = json.dumps(content, ensure_ascii=False), cucumber.AttachmentContentEncoding.identity
    return cucumber.Attachment(body, encoding, "application/json", name, **about)


def _result(status: TestStepResultStatus, text: str = "", seconds: float = 0) -> cucumber.TestStepResult:
    whole, part = divmod(seconds, 1)
    return cucumber.TestStepResult(cucumber.Duration(int(part * 1e9), int(whole)), status, message=text or None)


def _timestamp(seconds: float) -> cucumber.Timestamp:
    whole, part = divmod(seconds, 1)
    return cucumber.Timestamp(int(part * 1e9), int(whole))


def _meta() -> cucumber.Meta:
    product, protocol = cucumber.Product, version("cucumber-messages")
    return cucumber.Meta(
        cpu=product(platform.machine()),
        implementation=product("payment-flow-harness", version("payment-flow-harness")),
        os=product(platform.system(), platform.release()),
        protocol_version=protocol,
        runtime=product(platform.python_implementation(), platform.python_version()),
    )
