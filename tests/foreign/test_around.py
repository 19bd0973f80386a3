"""A world around a command: what the harness starts it can age and kill, and nothing of it is left behind."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulators.stories import play, story_named
from simulators.world.around import Around, StartCommand
from simulators.world.foreign_time import FAKED, HOOK, REAL, RESTART, TimeWay, libfaketime
from simulators.world.guarded_process import GuardedProcess
from simulators.world.process import DidNotStart
from simulators.world.topology import PAYMENT
from simulators.world.waiting import wait_for
from tests.foreign.processes import processes_of
from tests.foreign.service import FOLDER, has_node, install_packages

pytestmark = [
    pytest.mark.node,
    pytest.mark.served,
    pytest.mark.skipif(not has_node(), reason="NOT TESTED: a world around a command, for want of node 20 and npm"),
]
needs_libfaketime = pytest.mark.skipif(
    libfaketime() is None, reason="NOT TESTED: another process's clock, for want of libfaketime"
)
SERVICE = ("node", str(FOLDER / "server.js"))
A_WHILE = 20
OUTLIVED = """
import sys
from pathlib import Path
from simulators.world.around import Around, StartCommand
from simulators.world.foreign_time import FAKED, REAL, libfaketime
print("starting", flush=True)
with Around(Path(sys.argv[1]), StartCommand(tuple(sys.argv[2:])), time=FAKED if libfaketime() else REAL) as world:
    print("ready", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module", autouse=True)
def _packages() -> None:
    install_packages()


HURRIED = {"PAYMENT_WINDOW_SECONDS": "90", "PAYMENT_CHECK_SECONDS": "30"}


def around(folder: Path, time: TimeWay, *command: str, **options: object) -> Around:
    return Around(folder, StartCommand(command or SERVICE, **options), time=time)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def faked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Around]:
    with around(tmp_path_factory.mktemp("faked"), FAKED) as world:
        yield world


@needs_libfaketime
@pytest.mark.parametrize("name", ["lost-webhook", "crash", "refund-fails", "paid-too-late"])
def test_what_has_to_wait_and_what_has_to_crash_is_told_of_a_command_too(name: str, faked: Around) -> None:
    played = play(story_named(name), faked)
    assert played.ended_well, played.sentence


@needs_libfaketime
def test_time_that_moves_with_ours_is_told_from_time_that_does_not(tmp_path: Path) -> None:
    (tmp_path / "moved").mkdir()
    (tmp_path / "unloaded").mkdir()
    with around(tmp_path / "moved", FAKED) as world:
        assert world.can_move_time()
    with around(tmp_path / "unloaded", FAKED, library=tmp_path / "no such library") as world:
        assert not world.can_move_time()


@needs_libfaketime
def test_a_service_that_is_restarted_at_each_jump_goes_on_where_it_was(tmp_path: Path) -> None:
    with around(tmp_path, RESTART, environ=HURRIED) as world:
        played = play(story_named("lost-webhook"), world)
    assert played.ended_well, played.sentence


def test_a_service_with_a_hook_reads_how_far_it_is_ahead(tmp_path: Path) -> None:
    ahead = "const fs = require('node:fs'); const read = () => Number(fs.readFileSync(process.env.HARNESS_CLOCK_FILE));"
    date = "new Date(Date.now() + 1000 * read()).toUTCString()"
    serve = f"{ahead} require('node:http').createServer((_, to) => to.setHeader('Date', {date}).end()).listen"
    with around(tmp_path, HOOK, "node", "-e", f"{serve}(process.env.PORT, '127.0.0.1')") as world:
        assert world.can_move_time()


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (("node", "-e", "console.error('no database'); process.exit(3)"), "ended with exit code 3"),
        (("no-such-command",), "ended with exit code 127"),
    ],
)
def test_why_a_command_does_not_get_ready_is_told_with_what_it_printed(
    command: tuple[str, ...], why: str, tmp_path: Path
) -> None:
    with pytest.raises(DidNotStart, match=why) as played:
        around(tmp_path, REAL, *command)
    assert "no database" in str(played.value) or "no-such-command" in str(played.value)


def test_a_service_that_is_killed_while_it_is_starting_is_down_and_nobody_is_blamed(tmp_path: Path) -> None:
    """As by a crash that is planned for what it says before it is ready."""
    log = tmp_path / "log"
    never = ("node", "-e", "console.log('starting'); setTimeout(() => {}, 100_000)")
    process = GuardedProcess(
        never, {}, variables={}, folder=tmp_path, ready_url="http://127.0.0.1:9/readyz", log=log
    )  # fmt: skip

    def kill() -> None:
        wait_for(lambda: log.exists() and "starting" in log.read_text(), A_WHILE)
        process.kill()

    killer = threading.Thread(target=kill)
    killer.start()
    process.start()
    killer.join()
    assert not process.is_alive


SLOW = """
const http = require('node:http');
const think = () => { for (let end = performance.now() + 800; performance.now() < end;); };
const ask = () => http.get(process.env.LEARNING_SERVICE_URL + '/courses/algebra');
const take = (asked, answer) => { answer.end(); if (asked.method === 'POST') setTimeout(() => { think(); ask(); }); };
http.createServer(take).listen(process.env.PORT, '127.0.0.1');
"""


def test_a_service_that_is_still_at_work_is_waited_for_although_it_says_nothing(tmp_path: Path) -> None:
    with around(tmp_path, REAL, "node", "-e", SLOW) as world:
        world.learning.create_course("algebra")
        world.student("ada").enroll("algebra")
        world.settle()
        assert [each.path for each in world.recorder if each.caller == PAYMENT] == ["/courses/algebra"]


def test_a_killed_service_and_all_that_it_started_are_gone_and_it_comes_back(tmp_path: Path) -> None:
    marker = f"child-of-{tmp_path}"
    child = f"require('node:child_process').spawn('sleep', ['1000'], {{argv0: '{marker}', detached: true}});"
    with around(
        tmp_path, REAL, "node", "-e", f"{child} import('{FOLDER / 'server.js'}').then((all) => all.run())"
    ) as world:
        assert processes_of(marker)
        world.take_down(PAYMENT)
        assert (world.is_up(PAYMENT), processes_of(marker)) == (False, [])
        world.bring_back(PAYMENT)
        assert world.is_up(PAYMENT)
    assert processes_of(marker) == []


@pytest.mark.parametrize("moment", ["starting", "ready"])
def test_a_harness_that_is_killed_leaves_no_process_and_no_shared_memory(moment: str, tmp_path: Path) -> None:
    arguments = [sys.executable, "-c", OUTLIVED, str(tmp_path), *SERVICE]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as harness:
        assert harness.stdout
        while harness.stdout.readline().strip() != moment:
            assert harness.poll() is None
        left = wait_for(lambda: processes_of(str(tmp_path)), A_WHILE if moment == "ready" else 0) or []
        os.kill(harness.pid, signal.SIGKILL)
    assert wait_for(lambda: not processes_of(str(tmp_path)), A_WHILE)
    assert not [each for each in Path("/dev/shm").glob("*faketime*") if int(each.name.rpartition("_")[2]) in left]
