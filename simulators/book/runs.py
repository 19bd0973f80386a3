"""The runs of all scenarios: played now, with a service, and judged; nothing is read from an earlier day."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from simulators.book.scenario_run import ScenarioRun
from simulators.check.parts import PARTS
from simulators.check.result import Case, Outcome
from simulators.check.run import check
from simulators.check.subject import Subject
from simulators.console.filters import words
from simulators.diagram.sequence import sequence
from simulators.world.recorder import Exchange
from simulators.world.topology import PORTS

RECORDING = "simulators.book.recording"
LANES = (*PORTS, "somebody", "operator")
Tell = Callable[[Case, int, int], None]


def play_scenarios(
    factory: str, *, cases: Iterable[str] = (), jobs: int, tell: Tell, instances: int = 1
) -> dict[str, ScenarioRun]:
    """Play the scenarios, all or those of these ids, and return their runs by id; CannotBeJudged says why not."""
    part = PARTS["scenarios"]
    result = check(
        Subject(factory, instances=instances), [part], cases=tuple(cases), jobs=jobs, tell=tell, plugins=(RECORDING,)
    )
    return {each.id: _run(each) for each in result.cases if each.outcome is not Outcome.LEFT_OUT}


def _reason(case: Case) -> str:
    """Return the promises that were broken; else the step that was not as it says, or whatever was told."""
    if not case.is_broken:
        return ""
    if broken := case.broken_promises:
        return "; ".join(f"I{each['number']} {each['name']}: {each['breaches'][0]['sentence']}" for each in broken)
    return f"not so: {case.step}" if case.step else " ".join(case.reasons[:1])


def _run(case: Case) -> ScenarioRun:
    record = case.record or {"exchanges": (), "lost": (), "strikes": (), "states": ()}
    exchanges = [(number, Exchange(**each)) for number, each in enumerate(record["exchanges"])]
    strikes = (f"{name.replace('_', ' ')} at {service}" for service, name, _ in record["strikes"])
    return ScenarioRun(
        not case.is_broken,
        _reason(case),
        sequence(exchanges, {}, record["lost"], services=LANES),
        tuple(strikes),
        tuple(" → ".join(words(state) for state in each) for each in record["states"]),
    )
