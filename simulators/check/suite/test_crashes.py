"""The crash sweep: purchases are lived through until the service has died at each of their points."""

from collections.abc import Iterator

import pytest

from simulators.check.crash_points import CrashPoint, Moment
from simulators.check.crash_purchase import FLOWS, CrashFlow
from simulators.check.crashes import AND, AT, CrashStage, Fatal
from simulators.check.plugin import come_to_rest, must_be_kept
from simulators.world.world import World


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make a case for each purchase and each moment, and for each point that is asked for by name."""
    sweeps = [_sweep(flow, moment) for flow in FLOWS for moment in Moment]
    named = [each for each in metafunc.config.getoption("case") if AT in each]
    cases = [case for each in named for case in _cases_named(each)]
    metafunc.parametrize(("flow", "moment", "named"), sweeps + cases)


def _sweep(flow: CrashFlow, moment: Moment) -> object:
    name = f"{flow.id}-{moment}"
    title = f"{flow.thing} {flow.ending}: killed at each point, {moment.description}"
    return pytest.param(flow, moment, (), id=name, marks=pytest.mark.case(name, title))


def _cases_named(name: str) -> Iterator[object]:
    """Yield the case of this name; none when it names no purchase, or no point that there could be."""
    flow_id, _, ids = name.partition(AT)
    try:
        points = [*map(CrashPoint.parse, ids.split(AND))]
    except ValueError:
        return
    for flow in (each for each in FLOWS if each.id == flow_id):
        case = pytest.mark.case(name, f"{flow.thing} {flow.ending}: killed at {'; '.join(map(str, points))}")
        yield pytest.param(flow, points[0].moment, points, id=name, marks=case)


def test_crash(flow: CrashFlow, moment: Moment, named: list[CrashPoint], unjudged_world: World) -> None:
    """It ends as it must, and every promise is kept, however the service dies."""
    stage = CrashStage(unjudged_world)
    try:
        points = stage.points(flow)
        if named and named[0] not in points:
            pytest.skip(f"{named[0]}: that never comes when all goes well")
        stage.sweep(flow, named or [each for each in points if each.moment is moment])
    except Fatal as fatal:
        pytest.fail(f"{fatal}\nalone: --only crashes --scenario '{fatal.id}'", pytrace=False)
    come_to_rest(unjudged_world)
    must_be_kept(unjudged_world)
