"""How many seeds it takes until a storm catches a wrong service: `python -m tests.simulated.caught`."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from simulators.check.purchases import by_turns
from simulators.check.storms import brew, weather
from simulators.judge.verdict import broken_promises, judge
from simulators.stories.run import SERVICES
from simulators.world.inside import Inside

SIZES = ((1, 1), (3, 2), (12, 12))
"""Purchases, and kinds of faults."""


def catch(service: str, seed: int, purchases: int, faults: int) -> list[str]:
    """Return what a storm finds wrong with a service; nothing, if all ends right."""
    storm, kind = brew(seed, purchases, faults), SERVICES[service]
    with TemporaryDirectory() as folder, Inside(Path(folder), seed=seed, shuffled=True, service=kind) as world:
        try:
            weather(world, storm, by_turns, world.pass_time)
        except AssertionError as failure:
            return [*map(str, broken_promises(judge(world)))] or [str(failure)]
        return []


def main(seeds: int = 30) -> None:
    """Print how often each service is caught, by storms of every size."""
    for service in SERVICES:
        for size in SIZES:
            found = [seed for seed in range(seeds) if catch(service, seed, *size)]
            first = f", first by seed {found[0]}" if found else ""
            print(f"{service:<10} {size[0]:>2} purchases, {size[1]:>2} faults: {len(found)} of {seeds} seeds{first}")  # noqa: T201


if __name__ == "__main__":
    main()
