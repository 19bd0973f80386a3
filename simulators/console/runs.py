"""Runs: a story played from a seed in a world of its own, with either service; compared, kept, sent, played again."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import Blueprint, Response, abort, redirect, request
from flask.typing import ResponseReturnValue

from simulators.console.acts import read_acts
from simulators.console.hand_made import replay_acts
from simulators.console.responses import field, page, wants_json
from simulators.diagram.sequence import NARROW, Sequence, mark_difference, sequence
from simulators.explore.storm_run import read_any_run, replay_any_run
from simulators.judge.verdict import Standing
from simulators.kit.json_types import Json
from simulators.stories import Story, story_named
from simulators.stories.run import SERVICES, Run, run_story
from simulators.world.recorder import Exchange

routes = Blueprint("runs", __name__)
LARGEST_SEED = 2**63
LARGEST_FILE = 2_000_000
REMEMBERED_RUNS = 200


@routes.app_template_filter("standing")
def describe_standing(name: str) -> str:
    """Return how a promise stands, with its sign."""
    return f"{Standing(name).sign} {name}"


@routes.get("/runs/<story>/<seed>/<service>")
def one(story: str, seed: str, service: str) -> ResponseReturnValue:
    """One run: the same address is the same run, byte for byte."""
    run = _run(_story(story).name, _seed(seed), _service(service))
    return page("run.html", run=_summary(run), _sequence=_draw(run))


@routes.get("/runs/<story>/<seed>/<service>/file")
def export(story: str, seed: str, service: str) -> ResponseReturnValue:
    """The run as a file, for whoever wants to see the same."""
    run = _run(_story(story).name, _seed(seed), _service(service))
    name = f"{story}-{seed}-{service}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(run.text, headers=headers, content_type="application/json")


@routes.get("/compare/<story>")
def compare(story: str) -> ResponseReturnValue:
    """The same story on the same seed with both services, side by side: where they part, and what that costs."""
    found, seed = _story(story), _seed(request.args.get("seed", "7"))
    runs = {service: _run(found.name, seed, service) for service in SERVICES}
    sequences = {service: _draw(run, NARROW) for service, run in runs.items()}
    mark_difference(*sequences.values())
    summaries = {service: _summary(run) for service, run in runs.items()}
    return page("compare.html", story=found.name, title=found.title, seed=seed, runs=summaries, _sequences=sequences)


@routes.post("/runs")
def choose() -> ResponseReturnValue:
    """Lead to the run of this story, seed and service; or to the comparison, when the service is `both`."""
    story, seed, service = _story(field("story")).name, _seed(field("seed", "7")), field("service", "both")
    where = f"/compare/{story}?seed={seed}" if service == "both" else f"/runs/{story}/{seed}/{_service(service)}"
    return {"url": where} if wants_json() else redirect(where, 303)


@routes.post("/runs/import")
def import_run() -> ResponseReturnValue:
    """Take in somebody's run (a file, or the document itself), play it again, and say whether it is the same."""
    sent = request.files["run"].read(LARGEST_FILE) if "run" in request.files else request.get_data()
    text = sent[:LARGEST_FILE].decode(errors="replace")
    try:
        if acts := read_acts(text):
            return replay_acts(acts)
        run = read_any_run(text)
        again = replay_any_run(run)
    except (ValueError, LookupError) as problem:
        abort(400, f"This file cannot be played: {problem.args[0] if problem.args else problem}")
    return page(
        "run.html", run=_summary(again.run), difference=again.difference, isReplay=True, _sequence=_draw(again.run)
    )


@lru_cache(maxsize=REMEMBERED_RUNS)
def _run(story: str, seed: int, service: str) -> Run:
    return run_story(story_named(story), seed=seed, service=service)


def _summary(run: Run) -> Json:
    """Return a run without what it is made of: that is in the file."""
    summary = {name: value for name, value in run.document.items() if name not in ("exchanges", "lost")}
    kept = sum(each["standing"] == "holds" for each in summary["invariants"])
    return summary | {"commands": summary["again"], "isStorm": "storm" in summary, "kept": kept}


def _draw(run: Run, lane_width: int | None = None) -> Sequence:
    exchanges = [(number, Exchange(**each)) for number, each in enumerate(run.document["exchanges"])]
    width: dict[str, Any] = {"lane_width": lane_width} if lane_width else {}
    return sequence(exchanges, {}, run.document.get("lost", []), **width)


def _story(name: str) -> Story:
    try:
        return story_named(name)
    except LookupError:
        abort(404)


def _seed(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) >= LARGEST_SEED:
        abort(400, "the seed must be a whole number")
    return int(text)


def _service(name: str) -> str:
    return name if name in SERVICES else abort(404)
