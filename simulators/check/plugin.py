"""The pytest plugin of a check: each test gets a world around the service, which must keep its promises to the end."""

import re
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from simulators.check.subject import CannotBeJudged, Subject
from simulators.check.transcript import standings, transcribe
from simulators.clients.student_app import NotOffered
from simulators.judge.verdict import broken_promises, judge
from simulators.kit.json_types import Json
from simulators.world.apart import CannotMoveTime
from simulators.world.around import Around
from simulators.world.foreign_world import CannotTakeDown
from simulators.world.world import World

pytest_plugins = ["simulators.check.steps"]

CASE_ID, FAULT = re.compile(r"[A-Z]{3}-\d\d"), re.compile(r"F\d+")
LONG_ENOUGH = timedelta(days=4)  # For every deadline and every retry.
TRANSCRIPT, PROMISES = pytest.StashKey[Json](), pytest.StashKey[list[Json]]()
STEPS, BROKEN = pytest.StashKey[int](), pytest.StashKey[bool]()
DIED_OF_FAKETIME = "libfaketime could not read the clock, and ended the service: play it again, or by --time hook"
MARKERS = (
    *("smoke", "moves_time", "saga_enroll", "saga_book", "payments"),
    "case(id, title): what it is called in a report",
)


class PromiseBroken(AssertionError):  # noqa: N818 - reads as what happened
    """What the world shows at the end of a case, promise by promise."""


class Silent(AssertionError):  # noqa: N818 - reads as what happened
    """A service did not answer at all."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Say who is judged, and which cases are wanted."""
    group = parser.getgroup("check")
    group.addoption("--subject", required=True, help="the service, as JSON")
    group.addoption("--first-seed", type=int, default=0, help="of the storms")
    group.addoption("--storms", type=int, default=0, help="how many storms")
    group.addoption("--case", action="append", default=[], help="only the cases of this id")


def pytest_configure(config: pytest.Config) -> None:
    """Make the tags of the features known, and have no tracebacks drawn: nobody sees them, and they take long."""
    config.option.tbstyle = "no"
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)


@pytest.hookimpl(tryfirst=True)  # before pytest-bdd makes a marker of every tag
def pytest_bdd_apply_tag(tag: str, function: Callable[..., None]) -> bool | None:
    """Take ENR-01 for the id of a case; faults are for readers."""
    if CASE_ID.fullmatch(tag):
        pytest.mark.case(tag)(function)
    return True if CASE_ID.fullmatch(tag) or FAULT.fullmatch(tag) else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Name each case, and keep those that are wanted."""
    for item in items:
        item.user_properties.extend(case_of(item).items())
    wanted = set(config.getoption("case"))
    chosen = [item for item in items if not wanted or wanted & _ids(case_of(item)["id"])]
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen


def case_of(item: pytest.Item) -> dict[str, str]:
    """Return a case's part, its id and its title; rows of an outline are numbered from 1."""
    marker, doc = item.get_closest_marker("case"), getattr(getattr(item, "obj", None), "__doc__", None) or ""
    name, title = (*marker.args, doc.partition(": ")[2])[:2] if marker else (item.name, item.name)
    spec = getattr(item, "callspec", None)
    row = spec.indices.get("_pytest_bdd_example") if spec else None
    part = Path(str(item.path)).stem.removeprefix("test_")
    return {"part": part, "id": name if row is None else f"{name}/{row + 1}", "title": title}


def _ids(name: str) -> set[str]:
    return {name, name.partition("/")[0]}


@pytest.fixture(scope="session")
def subject(pytestconfig: pytest.Config) -> Subject:
    """The service that is judged."""
    return Subject.from_json(pytestconfig.getoption("--subject"))


@pytest.fixture(scope="session")
def lasting_world(subject: Subject, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The one world around a service that runs already, and so is not new for each case."""
    try:
        world = subject.open_world(tmp_path_factory.mktemp("world"))
    except CannotBeJudged as reason:
        pytest.skip(str(reason))
    with world:
        yield world


@pytest.fixture
def unjudged_world(request: pytest.FixtureRequest, subject: Subject, tmp_path: Path) -> Iterator[World]:
    """A new world, or the one around a service that runs already; what happened in it is kept for the report."""
    if subject.url:
        lasting: World = request.getfixturevalue("lasting_world")
        with kept_transcript(request.node, lasting):
            yield lasting
            lasting.recover()
        return
    with subject.open_world(tmp_path) as world, kept_transcript(request.node, world):
        yield world


@contextmanager
def kept_transcript(item: pytest.Item, world: World) -> Iterator[None]:
    """Keep what happens in the world meanwhile, and how its promises stand then, for the report of this case."""
    world.recorder.payloads, world.verdicts = {}, []
    since = len(world.recorder.entries())
    yield
    item.stash[TRANSCRIPT] = transcribe(world, since)
    item.stash[PROMISES] = standings(world)


@pytest.fixture
def world(unjudged_world: World) -> Iterator[World]:
    """A new world, which must keep its promises to the end: until nobody has anything left to do."""
    yield unjudged_world
    with name_the_silent(unjudged_world):
        come_to_rest(unjudged_world)
        must_be_kept(unjudged_world)


def come_to_rest(world: World) -> None:
    """Heal everything, and let time pass until nobody has anything to do, as far as time can be moved."""
    world.recover()
    try:
        world.pass_time(LONG_ENOUGH)
    except CannotMoveTime:
        world.settle()


def must_be_kept(world: World) -> None:
    """Raise PromiseBroken when the world shows that a promise was broken, and by which message."""
    if broken := broken_promises(judge(world)):
        raise PromiseBroken("\n".join(map(str, broken)))


@contextmanager
def name_the_silent(world: World | None) -> Iterator[None]:
    """Raise Silent in a sentence, instead of a library's error, when a service does not answer."""
    try:
        yield
    except requests.RequestException as silence:
        raise Silent(_silence(world, silence)) from silence


def _silence(world: World | None, silence: requests.RequestException) -> str:
    url, method = getattr(silence.request, "url", None) or "", getattr(silence.request, "method", None) or ""
    address = urlsplit(url)
    urls = world.topology.urls if world else {}
    names = (name for name, each in urls.items() if urlsplit(each).netloc == address.netloc)
    why = "in time" if isinstance(silence, requests.Timeout) else "and broke the connection off"
    kind = type(silence).__name__
    return f"{next(names, address.netloc or 'a service')} did not answer {method} {address.path} {why} ({kind})"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Leave out by name what would have to wait for longer than anybody does, and what a service need not offer."""
    try:
        with name_the_silent(getattr(item, "funcargs", {}).get("unjudged_world")):
            return (yield)
    except (CannotMoveTime, CannotTakeDown, NotOffered) as reason:
        pytest.skip(str(reason))


def pytest_bdd_step_error(request: pytest.FixtureRequest, step: Any) -> None:  # noqa: ANN401 - pytest-bdd's own
    """Remember at which step it failed."""
    request.node.user_properties.append(("step", f"{step.keyword.capitalize()} {step.name}"))


def pytest_bdd_after_step(request: pytest.FixtureRequest) -> None:
    """Count the steps that went well."""
    request.node.stash[STEPS] = request.node.stash.get(STEPS, 0) + 1


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Give the last report of a case what is known of it: all that happened only where something was broken."""
    report = yield
    given = getattr(item, "funcargs", {})
    world = given.get("unjudged_world") or getattr(given.get("contract_world"), "world", None)
    if report.failed and isinstance(world, Around) and world.is_ended_by_faketime:
        report.outcome, report.longrepr = "skipped", (str(item.path), 0, f"Skipped: {DIED_OF_FAKETIME}")
    item.stash[BROKEN] = item.stash.get(BROKEN, False) or report.failed
    if report.when == "teardown":
        known = [("steps", item.stash.get(STEPS, 0)), ("promises", item.stash.get(PROMISES, []))]
        happened = [("transcript", item.stash[TRANSCRIPT])] if item.stash[BROKEN] and TRANSCRIPT in item.stash else []
        report.user_properties += [*known, *happened]
    return report
