"""The command `harness simulate` as a process: how it ends, and what it says of a state that it cannot read."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.served


def simulate(*options: str) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-X",
        "faulthandler",
        "-m",
        "simulators.cli",
        "simulate",
        "learning",
        "--learning-port",
        "0",
        *options,
    ]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def wait_for_its_end(process: subprocess.Popen[str]) -> None:
    """Have a process that does not end say where its threads stand."""
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGABRT)
        pytest.fail(f"it did not end:\n{process.communicate(timeout=60)[1]}")


@pytest.mark.parametrize(
    ("how", "code"),
    [(signal.SIGTERM, 0), (signal.SIGINT, 130), (None, 0)],
    ids=["SIGTERM", "Ctrl-C", "its input closes"],
)
def test_it_ends_cleanly_however_it_is_told_to(how: signal.Signals | None, code: int) -> None:
    with simulate("--until-stdin-closes", "--json") as process:
        assert process.stdout
        assert process.stdout.readline().startswith("{")
        if how:
            process.send_signal(how)
            wait_for_its_end(process)
        _, complaints = process.communicate(timeout=60)
    assert (process.returncode, complaints) == (code, "")


LOSES_ITS_SIGNAL = """
import os, signal
from simulators.world.waiting import end_tidily, stay

class Finalized:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        sum(range(9))  # here the signal is handled, and what is raised here Python can only print

end_tidily()
Finalized()
stay(lambda: None)
"""


def test_a_signal_that_comes_while_an_object_is_finalized_ends_it_too() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", LOSES_ITS_SIGNAL], check=False, timeout=60, capture_output=True, text=True
    )
    assert ended.returncode == 0
    assert "KeyboardInterrupt" in ended.stderr, "the exception was lost, as this test needs it"


ENDED_AT_ONCE = """
import os, signal
from simulators.world.waiting import end_tidily, stay

end_tidily()
stay(lambda: os.kill(os.getpid(), signal.SIGTERM))
print("tidied")
"""


def test_who_is_told_to_end_as_soon_as_it_says_that_it_is_there_ends_tidily() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", ENDED_AT_ONCE], check=False, timeout=60, capture_output=True, text=True
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "tidied\n", "")


@pytest.mark.parametrize(
    "line", ["garbage", '{"table": "courses", "id": "algebra", "document": {"id": "algebra", "title": "Algebra"}}']
)
def test_a_state_that_it_cannot_read_is_named_in_one_line_and_left_as_it_is(tmp_path: Path, line: str) -> None:
    file = tmp_path / "learning-service.jsonl"
    file.write_text(line + "\n")
    with simulate("--state", str(tmp_path)) as process:
        said, complaints = process.communicate(timeout=60)
    assert (process.returncode, said) == (2, "")
    assert complaints.splitlines()[-1].startswith(
        "Error: learning-service.jsonl cannot be read, and is left as it is: "
    )
    assert "Traceback" not in complaints
    assert file.read_text() == line + "\n"
