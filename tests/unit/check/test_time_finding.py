"""Which way of time is found out: the first on which a service looks for lost news as it does on the machine's time."""

import pytest

from simulators.check import time_finding
from simulators.check.subject import Subject


@pytest.mark.parametrize(
    ("does_on", "found"),
    [
        ({"faked", "wall", "real", "restart", "wall-restart"}, "faked"),
        ({"wall", "real", "restart", "wall-restart"}, "wall"),
        ({"real", "restart", "wall-restart"}, "restart"),
        ({"real", "wall-restart"}, "wall-restart"),
        ({"restart", "wall-restart"}, "faked"),  # It looks only when it starts: no timer of its own does.
        (set(), "faked"),
    ],
)
def test_the_first_way_on_which_its_timers_do_what_they_do_anyway(
    does_on: set[str], found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time_finding, "libfaketime", lambda: "a library")
    monkeypatch.setattr(time_finding, "_can_move_time", lambda _: True)
    monkeypatch.setattr(time_finding, "_finds_lost_news", lambda subject: subject.time in does_on)
    monkeypatch.setattr(time_finding, "_sells_a_course", lambda _: True)
    said: list[str] = []
    assert time_finding.find_time(Subject(command=("serve",)), said.append).time == found
    assert [each for each in said if f"--time {found}" in each] == said[1:]


@pytest.mark.parametrize(
    ("sells_on", "found"),
    [({"faked", "wall", "real"}, "faked"), ({"wall", "real"}, "wall"), ({"real"}, "real"), (set(), "faked")],
)
def test_who_never_looks_for_lost_news_has_the_first_way_on_which_it_sells(
    sells_on: set[str], found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time_finding, "libfaketime", lambda: "a library")
    monkeypatch.setattr(time_finding, "_can_move_time", lambda _: True)
    monkeypatch.setattr(time_finding, "_finds_lost_news", lambda _: False)
    monkeypatch.setattr(time_finding, "_sells_a_course", lambda subject: subject.time in sells_on)
    assert time_finding.find_time(Subject(command=("serve",))).time == found
