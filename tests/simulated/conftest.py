"""The world that a scenario runs in: inside one process by default, or over sockets."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from reference.storage.database import Database, open_database
from simulators.contracts.pact import Pact, pacts_in
from simulators.contracts.scenarios import Link, played_as_text, played_in
from simulators.judge.gathering import gather
from simulators.judge.verdict import must_hold
from simulators.stories.run import SERVICES
from simulators.world.inside import Inside
from simulators.world.together import Together
from simulators.world.world import World
from tests.rooms.source import ROOT
from tests.simulated.played import Listening

WORLDS: dict[str, Callable[..., World]] = {
    "inside": Inside,
    "together": Together,
    "two instances": Inside,
    "over a broker": Together,
}
TWO_INSTANCES = "tests.simulated.two_instances:create_app"
NAME, FAULT = re.compile(r"[A-Z]{3}-\d\d"), re.compile(r"F\d+")
PACTS = ROOT / "pacts"
STALE = "the links from contracts to scenarios are stale; renew them: make contracts"
LONG_ENOUGH = timedelta(days=4)  # For every deadline and every retry.


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every scenario inside; smoke tests in every other world too; `--world` asks for one world."""
    if "world_kind" not in metafunc.fixturenames:
        return
    smoke = metafunc.definition.get_closest_marker("smoke")
    kinds = [metafunc.config.getoption("world")] if metafunc.config.getoption("world") else ["inside"]
    if smoke and not metafunc.config.getoption("world"):
        kinds += list(WORLDS)[1:]
    marks = {"together": [pytest.mark.served], "two instances": [pytest.mark.postgres]}
    marks["over a broker"] = [pytest.mark.served, pytest.mark.postgres, pytest.mark.broker]
    metafunc.parametrize("world_kind", [pytest.param(kind, marks=marks.get(kind, ())) for kind in kinds])


@pytest.fixture
def world_kind() -> str:
    """Where tests that are no scenarios run."""
    return "inside"


@pytest.fixture(scope="session")
def pacts() -> tuple[Pact, ...]:
    """The contracts, of which scenarios play a part."""
    return pacts_in(PACTS)


@pytest.fixture(scope="session")
def runs(request: pytest.FixtureRequest) -> Iterator[dict[str, set[Link]]]:
    """What each run of a scenario plays: as it is written, or to be written anew if all goes well."""
    target: Path | None = request.config.getoption("played")
    runs: dict[str, set[Link]] = {}
    for link, names in {} if target else played_in(PACTS).items():
        for name in names:
            runs.setdefault(name, set()).add(link)
    yield runs
    if target and not request.session.testsfailed:
        links = sorted({link for played in runs.values() for link in played})
        by_link = {link: tuple(sorted(name for name in runs if link in runs[name])) for link in links}
        target.write_text(played_as_text(by_link))


@pytest.fixture
def listening(
    request: pytest.FixtureRequest, pacts: tuple[Pact, ...], runs: dict[str, set[Link]], world_kind: str
) -> Iterator[Listening]:
    """Hears what a scenario plays; its links to the contracts must be just that, whoever else may play otherwise."""
    listening, failed = Listening(pacts), request.session.testsfailed
    yield listening
    name, is_ours = run_of(request), request.config.getoption("--service") == "reference"
    if not (name and is_ours and world_kind == "inside") or request.session.testsfailed > failed:
        return
    if request.config.getoption("played"):
        runs[name] = listening.played
    assert listening.played == runs.get(name, set()), STALE


def run_of(request: pytest.FixtureRequest) -> str:
    """Name the run of a scenario: its id, and which row of its outline; nothing for other tests."""
    scenario = request.node.get_closest_marker("scenario")
    row = request.node.callspec.indices.get("_pytest_bdd_example") if scenario else None
    return "" if scenario is None else scenario.args[0] if row is None else f"{scenario.args[0]}/{row + 1}"


@pytest.fixture
def closed_databases(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close the service's connections at the end: a process that ends would."""
    opened: list[Database] = []

    def open_it(*arguments: Any) -> Database:
        opened.append(open_database(*arguments))
        return opened[-1]

    monkeypatch.setattr("reference.app.open_database", open_it)
    yield
    for each in opened:
        each.writing.dispose()
        each.reading.dispose()


@pytest.fixture
def world(world_kind: str, tmp_path: Path, listening: Listening, request: pytest.FixtureRequest) -> Iterator[World]:
    """A new world, which must keep its promises to the end."""
    service = request.config.getoption("--service")
    where: dict[str, Any] = {"service": SERVICES.get(service, service)}
    if world_kind == "two instances":
        request.getfixturevalue("closed_databases")
        where = {"service": TWO_INSTANCES, "database_url": request.getfixturevalue("postgres_url")}
    if world_kind == "over a broker":
        request.getfixturevalue("closed_databases")
        settings = {"BROKER_URL": request.getfixturevalue("brokers").lend("rabbitmq").url}
        where |= {
            "service": TWO_INSTANCES,
            "settings": settings,
            "database_url": request.getfixturevalue("postgres_url"),
        }
    with WORLDS[world_kind](tmp_path, **where) as world:
        if isinstance(world, Inside) and world_kind == "inside":
            listening.to(world)
        yield world
        if world_kind == "inside":
            world.settle()  # What a scenario has set in motion is still its own.
            listening.is_over = True
        come_to_rest(world)
        must_hold(world)


def come_to_rest(world: World) -> None:
    """Heal everything and let time pass until nobody has anything to do."""
    world.recover()
    gather(world)  # How each has ended so far: that is to be final.
    world.pass_time(LONG_ENOUGH)


def pytest_bdd_apply_tag(tag: str, function: Callable[..., None]) -> bool | None:
    """Take F2 for a fault, and ENR-01 for a name: no marker for each, which would have to be declared."""
    if FAULT.fullmatch(tag):
        pytest.mark.fault(int(tag[1:]))(function)
        return True
    if NAME.fullmatch(tag):
        pytest.mark.scenario(tag)(function)
        return True
    return None
