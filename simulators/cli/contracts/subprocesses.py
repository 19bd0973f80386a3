"""Other people's programs (Pact's official client, git), each run to its end, and to no end of ours."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class Missing(Exception):  # noqa: N818 - reads as what happened
    """There is no such program here."""


class TookTooLong(Exception):  # noqa: N818 - reads as what happened
    """It had not ended in time, and was ended."""


@dataclass(frozen=True)
class ProcessResult:
    """What a program said, and how it ended."""

    code: int
    out: str
    err: str


def run(command: Sequence[str], *, seconds: float, environ: Mapping[str, str] | None = None) -> ProcessResult:
    """Run a program; when it takes longer, or somebody wants us to end, it ends with all that it has started."""
    try:
        process = subprocess.Popen(  # noqa: S603 - named by whoever runs us
            command,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
    except OSError as trouble:
        raise Missing(f"{command[0]}: {trouble.strerror}") from trouble
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        raise TookTooLong(f"{command[0]}: not in {seconds:g} seconds") from None
    finally:
        _end(process)
    return ProcessResult(process.returncode, out, err)


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
