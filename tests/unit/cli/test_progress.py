from __future__ import annotations

import os
import pty
import sys
from contextlib import suppress

import pytest

from simulators.cli.progress import progress


def all_of(terminal: int) -> str:
    """Return what was written to a terminal whose other end is closed: it comes in pieces."""
    pieces = []
    with suppress(OSError), os.fdopen(terminal, "rb", buffering=0) as screen:
        while piece := screen.read(1000):
            pieces.append(piece)
    return b"".join(pieces).decode()


def test_a_person_who_watches_sees_how_far_it_is_and_rows_in_place_of_the_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs, ours = pty.openpty()
    with os.fdopen(ours, "w") as screen:
        monkeypatch.setattr(sys, "stderr", screen)
        with progress(2) as (passed, make_room):
            passed()
            make_room()
            passed()
    seen = all_of(theirs)
    assert "comparing" in seen
    assert "50%" in seen.partition("\r\x1b[2K")[0]
    assert "100%" in seen.partition("\r\x1b[2K")[2]


def test_nobody_is_shown_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress(2) as (passed, make_room):
        passed()
        make_room()
    assert capsys.readouterr() == ("", "")
