"""What a storm comes to that says nothing of the service."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from click.testing import CliRunner

from simulators.check.subject import Subject
from simulators.cli import exploring, main
from simulators.explore import playing
from simulators.explore.playing import play_spec
from simulators.explore.shrinking import break_promises
from simulators.explore.spec import StormSpec
from simulators.world.around import Around
from simulators.world.recorder import Recorder

SPEC = StormSpec.parse("0/1x0")
COMMAND = Subject(command=("its", "start"))


class EndedByFaketime(Around):
    """A world around a command whose clock could not be read."""

    def __init__(self) -> None:
        self.recorder, self.sagas, self.outcomes = Recorder(), set(), {}

    @property
    def is_ended_by_faketime(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _ended(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def open_world(*_: object) -> Iterator[Around]:
        yield EndedByFaketime()

    def weather(*_: object) -> None:
        raise AssertionError("a saga is left open")

    monkeypatch.setattr(playing, "open_world", open_world)
    monkeypatch.setattr("simulators.explore.shrinking.open_world", open_world)
    monkeypatch.setattr(playing, "weather", weather)


def test_who_is_ended_by_the_library_that_moves_its_clock_is_not_blamed() -> None:
    result = play_spec(SPEC, COMMAND)
    assert (result.broken, result.left_out) == ((), "libfaketime ended the service")
    assert result.to_json()["leftOut"] == "libfaketime ended the service"
    assert break_promises(SPEC.brew(), COMMAND) == {}


def test_a_storm_that_is_left_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exploring, "find_time", lambda subject: replace(subject, time="faked"))
    asked = ["explore", "--command", "its start", "--seeds", "0-0", "--purchases", "1", "--faults", "0"]
    done = CliRunner().invoke(main, [*asked, "--no-steer", "--jobs", "1"])
    assert "○ storm 0/1x0 is left out, since libfaketime ended the service" in done.output
