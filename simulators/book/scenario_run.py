"""One run of a scenario, as the book shows it."""

from __future__ import annotations

from dataclasses import dataclass

from simulators.diagram.sequence import Sequence


@dataclass(frozen=True)
class ScenarioRun:
    """Whether all was kept, and if not what was broken; what was said, what struck, and each saga's states."""

    is_kept: bool
    reason: str
    diagram: Sequence
    strikes: tuple[str, ...]
    states: tuple[str, ...]
