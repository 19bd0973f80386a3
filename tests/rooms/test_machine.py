"""Nothing but the seam files reads the clock, sleeps, draws randomness, starts threads or opens a socket by itself."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.rooms.machine import SEAMS, touches
from tests.rooms.sealed import TouchedTheMachine, sealed
from tests.rooms.source import ROOT, Source, sources


def test_only_the_seams_touch_the_machine() -> None:
    assert "\n".join(said for source in sources() for said in touches(source)) == ""


def test_every_seam_named_here_is_a_file() -> None:
    assert [where for where in SEAMS if not (ROOT / where).is_file()] == []


@pytest.mark.parametrize(
    "planted",
    [
        "import time",
        "from time import sleep",
        "def late():\n    from time import monotonic as now",
        "import datetime as dt\nstarted = dt.datetime.now(dt.UTC)",
        "from datetime import datetime as moment\nstarted = moment.now()",
        "import random\nlucky = random.choice([1, 2])",
        "from random import Random\nown = Random()",
        "import uuid\nname = uuid.uuid4()",
        "import os\nsalt = os.urandom(8)",
        "from secrets import token_hex",
        "import socket",
        "import requests\nrequests.get('http://127.0.0.1')",
        "from requests import Session\nown = Session()",
        "from threading import Timer",
    ],
)
def test_a_file_that_reaches_for_the_machine_is_refused(tmp_path: Path, planted: str) -> None:
    assert touches(_planted(tmp_path, planted)) != []


@pytest.mark.parametrize(
    "planted",
    [
        "import random\ndef draw(chance: random.Random) -> int:\n    return chance.choice([1, 2])",
        "from datetime import datetime, UTC\nepoch = datetime.fromtimestamp(0, UTC)",
        "def due(clock):\n    return clock.now()",
        "from secrets import compare_digest\nsame = compare_digest('a', 'a')",
        "from threading import Lock\nlock = Lock()",
    ],
)
def test_what_was_passed_in_may_be_used(tmp_path: Path, planted: str) -> None:
    assert touches(_planted(tmp_path, planted)) == []


def _planted(root: Path, text: str) -> Source:
    path = root / "reference" / "domain" / "planted.py"
    path.parent.mkdir(parents=True)
    path.write_text(text + "\n")
    return Source(root, path)


RUNS = [
    "import time; time.time()",
    "from time import sleep; sleep(0)",
    "import time; clock = {'now': time.monotonic}; clock['now']()",
    "from datetime import datetime, UTC; datetime.now(UTC)",
    "import random; random.random()",
    "import random; random.choice([1, 2])",
    "import uuid; uuid.uuid4()",
    "import os; os.urandom(4)",
    "import secrets; secrets.token_hex()",
    "import socket; socket.socket()",
]


@pytest.mark.parametrize("text", RUNS)
def test_our_code_is_stopped_when_it_touches_the_machine(text: str) -> None:
    with pytest.raises(TouchedTheMachine), sealed():
        _run(text, "reference/domain/planted.py")


@pytest.mark.parametrize("where", ["reference/runtime.py", "simulators/kit/seams.py", "tests/anywhere.py"])
@pytest.mark.parametrize("text", RUNS[:-1])
def test_the_seams_and_the_libraries_are_not_stopped(text: str, where: str) -> None:
    with sealed():
        _run(text, where)


def test_a_touch_that_somebody_swallows_is_told_at_the_end() -> None:
    with pytest.raises(TouchedTheMachine, match=r"planted\.py:4 calls time"), sealed():
        _run("import time\n\ntry:\n    time.time()\nexcept Exception:\n    pass", "simulators/kit/planted.py")


def test_threads_are_watched_too() -> None:
    swallowed = "import time\ntry:\n    time.time()\nexcept AssertionError:\n    pass"
    with pytest.raises(TouchedTheMachine), sealed(), ThreadPoolExecutor() as threads:
        threads.submit(_run, swallowed, "simulators/kit/planted.py")


def test_seeded_randomness_is_free() -> None:
    with sealed():
        _run("import random; random.Random(7).choice([1, 2])", "reference/domain/planted.py")


def _run(text: str, where: str) -> None:
    """Run text as if it stood in that file."""
    exec(compile(text, str(ROOT / where), "exec"), {})  # noqa: S102 - the planted file is never written
