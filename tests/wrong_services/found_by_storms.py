"""Which wrong services storms find, after how many, and how small: `python -m tests.wrong_services.found_by_storms`.

It takes about half an hour of one core. A mistake stays in its process, so each is looked for in one of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable

from tests.rooms.source import ROOT
from tests.wrong_services import banks, details, meanwhile, mistakes
from tests.wrong_services.registry import MISTAKES

SEEDS = 200
HOMES = (banks, details, meanwhile, mistakes)


def look_for(mistake: str) -> dict[str, object] | None:
    """Return what the first storm came to that found it, made small; None when none did."""
    home = next(each.__name__ for each in HOMES if hasattr(each, mistake))
    asked = ["--seeds", f"0-{SEEDS - 1}", "--purchases", "2", "--faults", "2", "--jobs", "1", "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "simulators.cli", "explore", *asked, "--service", f"{home}:{mistake}"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stderr)
    result: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return result if done.returncode else None


def describe(mistake: str, result: dict[str, object] | None) -> str:
    """Return a line: the mistake, after how many storms it was found, which promise broke, and how little is left."""
    if result is None:
        return f"{mistake:<52} not in {SEEDS} storms; seen by {', '.join(MISTAKES[mistake].seen_by)}"
    small: dict[str, dict[str, dict[str, list[object]]]] = result["small"]  # type: ignore[assignment]
    sizes = [
        f"{broken} {len(each['storm']['purchases'])} x {len(each['storm']['faults'])}" for broken, each in small.items()
    ]
    return f"{mistake:<52} {result['storms']:>3}  {', '.join(sizes)}"


def main(wanted: Iterable[str]) -> None:
    """Look for these, or for all, and print a line of each."""
    for mistake in wanted or MISTAKES:
        print(describe(mistake, look_for(mistake)), flush=True)  # noqa: T201 - it is what it is run for


if __name__ == "__main__":
    main(sys.argv[1:])
