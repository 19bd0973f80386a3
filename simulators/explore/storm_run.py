"""A storm as a run: one document with all that was said, which the console draws and `harness replay` plays again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict

from simulators.check.storms import Storm
from simulators.check.subject import Subject
from simulators.explore.playing import live_through, open_world
from simulators.judge.verdict import judge
from simulators.kit.currencies import money
from simulators.kit.json_types import Json
from simulators.stories import Tell, silently
from simulators.stories.run import (
    SERVICES,
    Replay,
    Run,
    difference_between,
    make_document,
    read_document,
    read_run,
    replay,
)
from simulators.stories.telling import tell_exchange
from simulators.world.world import World

STORM = "storm"  # What the document has of such a run, and what its story is called.


def run_storm(storm: Storm, service: str, tell: Tell = silently) -> Run:
    """Play a storm around this payment-service, and keep all that is said; LookupError: there is no such service."""
    subject = Subject(factory=SERVICES.get(service, service))
    with open_world(subject, storm) as world:
        began = world.clock.now().isoformat()
        world.recorder.listen(lambda exchange: tell_exchange(exchange, tell))
        broken = live_through(world, storm)
        happened = {
            STORM: storm.to_json(),
            "said": [{"after": 0, "tone": "aside", "line": line} for line in describe(storm)],
            "exchanges": [asdict(each) for each in world.recorder],
            "lost": world.lost_messages(),
            "clock": {"began": began, "ended": world.clock.now().isoformat()},
            "invariants": [each.to_json() for each in judge(world)],
        }
        return Run(make_document(STORM, storm.seed, service, _again(storm), _ending(world, storm, broken)) | happened)


def describe(storm: Storm) -> Iterator[str]:
    """Yield what a storm is, in a few lines: what is bought at which price, and what goes wrong."""
    for each in storm.purchases:
        price = money(storm.prices[each.thing], "EUR")
        yield f"{each}, for {price}"
    for fault in storm.faults:
        yield f"goes wrong: {fault}"


def read_any_run(text: str, *, service: str | None = None) -> Run:
    """Return the run of a story or of a storm that a document tells of; ValueError says why it is none."""
    document = read_document(text, service)
    if STORM not in document:
        return read_run(text, service=service)
    try:
        Storm.from_json(document[STORM])
    except (TypeError, KeyError, ValueError, AttributeError) as problem:
        raise ValueError(f"this is no storm: {problem}") from problem
    return Run(document)


def replay_any_run(run: Run, *, tell: Tell = silently) -> Replay:
    """Play the run of a story or of a storm again, and compare all of it but the versions."""
    if STORM not in run.document:
        return replay(run, tell=tell)
    again = run_storm(Storm.from_json(run.document[STORM]), run.document["service"], tell)
    return Replay(again, difference_between(run, again))


def _again(storm: Storm) -> dict[str, str]:
    file = f"storm-{storm.seed}.json"
    return {"terminal": f"harness replay {file}", "test": "harness explore --write-test FILE"}


def _ending(world: World, storm: Storm, broken: dict[str, str]) -> Json:
    first = min(world.sagas, default="")
    saga = (world.payment.find_saga(first) if first else None) or {}
    sentence = next(iter(broken.values()), "Every purchase ended as it had to, and every promise was kept.")
    return {
        "title": f"A storm of {len(storm.purchases)} purchases and {len(storm.faults)} faults",
        "student": storm.purchases[0].student,
        "sagaId": first,
        "outcome": saga.get("outcome"),
        "problem": "; ".join(broken),
        "endedWell": not broken,
        "sentence": sentence,
    }


def write_test(storm: Storm, subject: Subject, broken: str) -> str:
    """Return a file for pytest that plays the storm, and fails until the promise is kept."""
    name = broken.lower().replace(" ", "_")
    lines = "".join(f"#   {line}\n" for line in describe(storm))
    return TEST.format(
        broken=broken,
        name=name,
        lines=lines,
        storm=json.dumps(storm.to_json(), indent=4),
        subject=json.dumps(json.loads(subject.to_json()), indent=4),
    )


TEST = '''"""Found by `harness explore`, and made small: it breaks {broken}."""

import json

from simulators.check.storms import Storm
from simulators.check.subject import Subject
from simulators.explore.shrinking import break_promises

{lines}STORM = """
{storm}
"""
SUBJECT = """
{subject}
"""


def test_{name}_is_kept() -> None:
    storm, subject = Storm.from_json(json.loads(STORM)), Subject.from_json(SUBJECT)
    assert break_promises(storm, subject) == {{}}
'''
