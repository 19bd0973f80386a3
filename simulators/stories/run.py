"""Runs: a story played from a seed, kept as one document, and played again to see whether it is the same.

`run_story(story, seed=7, service="naive")` plays one in a world of its own and returns a `Run`; `run.text` is what is
kept or sent, without anything secret. `read_run(text)` takes such a document in, and `replay(run)` plays it again.
"""

from __future__ import annotations

import json
import platform
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from simulators.kit.json_types import Json
from simulators.stories import story_named
from simulators.stories.play import Play, play
from simulators.stories.story import Story
from simulators.stories.telling import Tell, silently, tell_exchange
from simulators.world.inside import Inside
from simulators.world.recorder import Exchange
from simulators.world.topology import REFERENCE

FORMAT = "payment-flow-harness run 1"
# The payment-services that are known by a short name; others are named as `package.module:factory`.
SERVICES = {"reference": REFERENCE, "naive": "simulators.naive.app:create_app"}
NEEDED = {"story": str, "seed": int, "service": str, "versions": dict, "told": dict, "exchanges": list}


@dataclass(frozen=True)
class Run:
    """One run as its document tells it."""

    document: Json

    @property
    def text(self) -> str:
        """The document as it is kept and sent: the same, byte for byte, for the same run."""
        return json.dumps(self.document, indent=1, ensure_ascii=False, sort_keys=True) + "\n"

    @property
    def ended_well(self) -> bool:
        """Whether it ended as told, and every promise was kept."""
        return bool(self.document["told"]["endedWell"])

    @property
    def lines(self) -> list[str]:
        """The lines and the exchanges, in the order in which they happened."""
        lines = [(each["after"], 0, f"  {each['line']}") for each in self.document["said"]]
        exchanges = [(number, 1, f"    {Exchange(**each)}") for number, each in enumerate(self.document["exchanges"])]
        return [line for *_, line in sorted(lines + exchanges, key=lambda each: each[:2])]


@dataclass(frozen=True)
class Replay:
    """A run played again; `difference` says where the two differ first, and is empty when they are the same."""

    run: Run
    difference: str


def run_story(story: Story, *, seed: int = 0, service: str = "reference", tell: Tell = silently) -> Run:
    """Play a story inside, with this payment-service, by its short name or as `package.module:factory`.

    LookupError says that there is no such service.
    """
    with TemporaryDirectory() as folder, _world(Path(folder), seed, service) as world:
        began = world.clock.now()
        world.recorder.listen(lambda exchange: tell_exchange(exchange, tell))
        played = play(story, world, tell)
        happened = {
            "said": [each.to_json() for each in played.lines],
            "exchanges": [asdict(each) for each in world.recorder],
            "lost": world.lost_messages(),
            "clock": {"began": began.isoformat(), "ended": world.clock.now().isoformat()},
        }
        return Run(_document(played, seed, service) | happened)


def commands(story: str, seed: int, service: str) -> dict[str, str]:
    """Return what to type to see the same run again: in a terminal, and as a test."""
    of_service = "" if service == "reference" else f" --service {service}"
    test = f"tests/simulated/test_stories.py::test_a_story_ends_as_told[{story}]"
    return {
        "terminal": f"harness stories {story} --seed {seed}{of_service}",
        "test": f"pytest '{test}' --seed {seed}{of_service}",
    }


def read_run(text: str, *, service: str | None = None) -> Run:
    """Return the run that a document tells of; ValueError says why it is none, or cannot be played here.

    A document does not choose what is imported: a service without a short name must be named once more, by `service`.
    """
    document = read_document(text, service)
    try:
        story_named(document["story"])
    except LookupError as unknown:
        raise ValueError(str(unknown)) from unknown
    return Run(document)


def read_document(text: str, service: str | None = None) -> Json:
    """Return a run's document, whatever was played in it; ValueError says why it is none, or not of this service."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise ValueError(f"this is no JSON: {problem}") from problem
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ValueError(f"this is no run: its format must be {FORMAT!r}")
    if wrong := [name for name, kind in NEEDED.items() if not isinstance(document.get(name), kind)]:
        raise ValueError(f"this is no whole run: {', '.join(wrong)} is missing or of another kind")
    known = [*SERVICES] if service is None else [service]
    if document["service"] not in known:
        raise ValueError(f"it is a run of the service {document['service']!r}, not of {' or '.join(known)}")
    whole: Json = document
    return whole


def replay(run: Run, *, tell: Tell = silently) -> Replay:
    """Play a run again, and compare all of it but the versions."""
    given = run.document
    again = run_story(story_named(given["story"]), seed=given["seed"], service=given["service"], tell=tell)
    return Replay(again, difference_between(run, again))


def difference_between(run: Run, again: Run) -> str:
    """Return where two runs differ first, whatever versions they were played with; empty when they are the same."""
    before, now = ({name: each.document[name] for name in each.document if name != "versions"} for each in (run, again))
    return _difference(before, now)


def make_document(story: str, seed: int, service: str, again: dict[str, str], ending: Json) -> Json:
    """Return what the document of every run begins with."""
    versions = {name: version(name) for name in ("payment-flow-harness", "flask", "stripe")}
    return {
        "format": FORMAT,
        "versions": versions | {"python": platform.python_version()},
        "story": story,
        "seed": seed,
        "service": service,
        "again": again,
        "told": ending,
    }


def _world(folder: Path, seed: int, service: str) -> Inside:
    return Inside(folder, seed=seed, shuffled=True, service=SERVICES.get(service, service))


def _document(played: Play, seed: int, service: str) -> Json:
    story = played.story
    ending = {
        "title": story.title,
        "student": played.student,
        "sagaId": played.saga_id,
        "outcome": played.outcome,
        "problem": played.problem,
        "endedWell": played.ended_well,
        "sentence": played.sentence,
    }
    begin = make_document(story.name, seed, service, commands(story.name, seed, service), ending)
    return begin | {"invariants": [each.to_json() for each in played.verdicts]}


def _difference(before: Any, now: Any, where: str = "") -> str:  # noqa: ANN401 - whatever JSON holds
    """Return the first place where two documents differ, and how."""
    if before == now and type(before) is type(now):
        return ""
    if isinstance(before, dict) and isinstance(now, dict):
        pairs = [(f"{where}.{key}".lstrip("."), before.get(key), now.get(key)) for key in sorted({*before, *now})]
    elif isinstance(before, list) and isinstance(now, list) and before and now:
        pairs = [(f"{where}[{number}]", *each) for number, each in enumerate(zip(before, now, strict=False))]
    else:
        pairs = []
    inner = (_difference(was, is_, place) for place, was, is_ in pairs)
    return next(filter(None, inner), f"{where or 'all'}: {_short(before)} became {_short(now)}")


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:79] + "…"  # noqa: PLR2004 - fits a line
