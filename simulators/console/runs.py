"""Runs: a story played from a seed in a world of its own, with either service; compared, kept, sent, played again."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, redirect, request

from simulators.console.responses import given, page, wants_json
from simulators.console.sequence import NARROW, Sequence, mark_difference, sequence
from simulators.stories import Story, story_named
from simulators.stories.run import SERVICES, Run, commands, perform, read_run, replay
from simulators.world.recorder import Exchange

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from simulators.kit.json_types import Json

routes = Blueprint("runs", __name__)
LARGEST_SEED = 2**63
LARGEST_FILE = 2_000_000
KEPT = 200


@routes.get("/runs/<story>/<seed>/<service>")
def one(story: str, seed: str, service: str) -> ResponseReturnValue:
    """One run: the same address is the same run, byte for byte."""
    run = _performed(_story(story).name, _seed(seed), _service(service))
    return page("run.html", run=_shown(run), _sequence=_drawn(run))


@routes.get("/runs/<story>/<seed>/<service>/file")
def export(story: str, seed: str, service: str) -> ResponseReturnValue:
    """The run as a file, for whoever wants to see the same."""
    run = _performed(_story(story).name, _seed(seed), _service(service))
    name = f"{story}-{seed}-{service}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(run.text, headers=headers, content_type="application/json")


@routes.get("/compare/<story>")
def compare(story: str) -> ResponseReturnValue:
    """The same story on the same seed with both services, side by side: where they part, and what that costs."""
    found, seed = _story(story), _seed(request.args.get("seed", "7"))
    runs = {service: _performed(found.name, seed, service) for service in SERVICES}
    drawn = {service: _drawn(run, NARROW) for service, run in runs.items()}
    mark_difference(*drawn.values())
    shown = {service: _shown(run) for service, run in runs.items()}
    return page("compare.html", story=found.name, title=found.title, seed=seed, runs=shown, _sequences=drawn)


@routes.post("/runs")
def choose() -> ResponseReturnValue:
    """Lead to the run of this story, seed and service; or to the comparison, when the service is `both`."""
    story, seed, service = _story(given("story")).name, _seed(given("seed", "7")), given("service", "both")
    where = f"/compare/{story}?seed={seed}" if service == "both" else f"/runs/{story}/{seed}/{_service(service)}"
    return {"url": where} if wants_json() else redirect(where, 303)


@routes.post("/runs/import")
def import_run() -> ResponseReturnValue:
    """Take in somebody's run (a file, or the document itself), play it again, and say whether it is the same."""
    sent = request.files["run"].read(LARGEST_FILE) if "run" in request.files else request.get_data()
    try:
        run = read_run(sent[:LARGEST_FILE].decode(errors="replace"))
        again = replay(run)
    except (ValueError, LookupError) as problem:
        abort(400, f"This file cannot be played: {problem.args[0] if problem.args else problem}")
    return page(
        "run.html", run=_shown(again.run), difference=again.difference, isReplay=True, _sequence=_drawn(again.run)
    )


@lru_cache(maxsize=KEPT)
def _performed(story: str, seed: int, service: str) -> Run:
    return perform(story_named(story), seed=seed, service=service)


def _shown(run: Run) -> Json:
    """Return a run without what it is made of: that is in the file."""
    told = {name: value for name, value in run.document.items() if name not in ("exchanges", "lost")}
    kept = sum(each["standing"] == "holds" for each in told["invariants"])
    return told | {"commands": commands(told["story"], told["seed"], told["service"]), "kept": kept}


def _drawn(run: Run, lane_width: int | None = None) -> Sequence:
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
