"""Measures storms of whatever revision is on its path: asked by `tests.bench.worlds` in lines of JSON, and answers so.

It is run as a script with a revision's folder on PYTHONPATH, so it uses nothing but what every revision has.
"""

from __future__ import annotations

import cProfile
import gc
import json
import pstats
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from simulators.check import storms
from simulators.world.inside import Inside

LAYERS = {
    "reference": ("/reference/",),
    "judge": ("/simulators/judge/",),
    "simulators": ("/simulators/",),
    "SQL": ("/sqlalchemy/", "/alembic/", "/sqlite3/"),
    "Flask": ("/flask/", "/werkzeug/", "/jinja2/", "/http/", "/prometheus_client/"),
    "requests, SDK": ("/requests/", "/urllib3/", "/stripe/", "/jwt/", "/urllib/"),
}
judging: dict[str, float] = {}


def measure(what: str, purchases: int, faults: int, seeds: list[int]) -> dict[str, float]:
    """Return what it took, and how much came of it; of so many worlds only built if there are no purchases."""
    judging["cpu"] = 0
    gc.collect()
    cpu, began, exchanges = time.process_time(), time.perf_counter(), 0
    for seed in seeds:
        with TemporaryDirectory() as folder, Inside(Path(folder), seed=seed, shuffled=True) as world:
            if what == "storms":
                storms.weather(world, storms.brew(seed, purchases, faults), _by_turns, world.pass_time)
            exchanges += len(world.recorder)
    elapsed, cpu = time.perf_counter() - began, time.process_time() - cpu
    done = purchases * len(seeds) if what == "storms" else len(seeds)
    return {"done": done, "exchanges": exchanges, "cpu": cpu, "elapsed": elapsed, "judging": judging["cpu"]}


def _by_turns(acts: Sequence[Callable[[], str]]) -> list[str]:
    return [_try(act) for act in acts]


def _try(act: Callable[[], str]) -> str:
    with suppress(Exception):
        return act()
    return ""  # This student gives up.


def shares(purchases: int, faults: int, seeds: list[int]) -> dict[str, float]:
    """Return how much of the time each layer takes itself; built-in functions count for whoever calls them."""
    profile = cProfile.Profile()
    profile.runcall(measure, "storms", purchases, faults, seeds)
    found: dict[str, float] = {}
    for layer, seconds in _own_times(pstats.Stats(profile)):
        found[layer] = found.get(layer, 0) + seconds
    total = sum(found.values())
    return {layer: found[layer] / total for layer in sorted(found, key=found.__getitem__, reverse=True)}


def _own_times(stats: Any) -> Iterator[tuple[str, float]]:
    for (file, _, _), (_, _, own, _, callers) in stats.stats.items():
        if file.startswith(("/", "<frozen")):
            yield layer_of(file), own
        else:
            yield from ((layer_of(caller), each[2]) for (caller, _, _), each in callers.items())


def layer_of(file: str) -> str:
    """Name the layer to which a file belongs."""
    return next((layer for layer, parts in LAYERS.items() if any(each in file for each in parts)), "rest")


def _clocked(act: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(act)
    def clocked(*arguments: Any) -> Any:
        began = time.process_time()
        try:
            return act(*arguments)
        finally:
            judging["cpu"] += time.process_time() - began

    return clocked


def main() -> None:
    """Answer each line until there are no more."""
    for name in {"gather", "remember_outcomes", "must_hold"} & vars(storms).keys():
        setattr(storms, name, _clocked(getattr(storms, name)))
    for line in sys.stdin:
        asked = json.loads(line)
        answer = shares(**asked["shares"]) if "shares" in asked else measure(**asked)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
