"""A person who watches sees how far it is; a file or a pipe gets nothing of it."""

from datetime import UTC, datetime, timedelta

import pytest

from simulators.cli.progress import ProgressLine
from simulators.kit.seams import Clock


@pytest.mark.parametrize(
    ("number", "total", "left"),
    [
        (2, 100, ""),
        (25, 100, "about 3 min left"),
        (50, 100, "about 1 min left"),
        (100, 100, ""),
        (50, 51, "about 1 s left"),
    ],
)
def test_time_left_is_guessed_from_what_is_done(number: int, total: int, left: str) -> None:
    clock = Clock(datetime(2026, 1, 1, tzinfo=UTC), running=False)
    line = ProgressLine(is_quiet=False, clock=clock)
    clock.advance(timedelta(seconds=60))
    assert line.time_left(number, total) == left


@pytest.mark.parametrize(("is_quiet", "lines"), [(False, 2), (True, 0)])
def test_in_a_log_it_comes_once_a_minute(capsys: pytest.CaptureFixture[str], *, is_quiet: bool, lines: int) -> None:
    clock = Clock()
    line = ProgressLine(is_quiet=is_quiet, clock=clock)
    for number in range(1, 5):
        clock.advance(timedelta(seconds=40))
        line.show("scenarios", number, 4, f"ENR-0{number} kept")
        line.clear()
    assert (
        capsys.readouterr().err.splitlines()
        == [
            "scenarios 2 of 4 · ENR-02 kept",
            "scenarios 4 of 4 · ENR-04 kept",
        ][:lines]
    )


def test_at_a_terminal_it_is_one_line_that_fits(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "30")
    ProgressLine(is_quiet=False).show("scenarios", 5, 10, "ENR-01 kept, and a very long name behind it")
    shown = capsys.readouterr().err
    assert shown.startswith("scenarios 5 of 10 · ")
    assert len(shown) == 29
