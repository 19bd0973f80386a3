"""A script that runs a service of another team, and ends it when its own input ends: so it never outlives the harness.

python guardian.py NAME=VALUE … -- COMMAND …
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - where libfaketime leaves two files for each process that is killed
LEFT_BEHIND = ("sem.faketime_sem_{}", "faketime_shm_{}")
NOT_FOUND = 127
ADOPT_ORPHANS = 36  # prctl's PR_SET_CHILD_SUBREAPER: whoever is left by its parent becomes our child
STATE_FIELD, PARENT_FIELD = 0, 1  # of /proc/<pid>/stat, after the name in brackets


def main(arguments: Sequence[str]) -> int:
    """Run the command with these variables besides ours, and return its exit code."""
    here = arguments.index("--")
    variables = dict(each.split("=", 1) for each in arguments[:here])
    with contextlib.suppress(AttributeError):
        ctypes.CDLL(None).prctl(ADOPT_ORPHANS, 1)
    try:
        service = subprocess.Popen(  # noqa: S603 - what the user asked to be judged
            arguments[here + 1 :], env=os.environ | variables, stdin=subprocess.DEVNULL, start_new_session=True
        )
    except OSError as problem:
        sys.stderr.write(f"{problem}\n")
        return NOT_FOUND
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: end(service.pid))
    threading.Thread(target=_end_with_input, args=(service.pid,), daemon=True).start()
    code = service.wait()
    end(service.pid)
    return code


def end(service: int) -> None:
    """Kill the service and all that came of it, and take away what they leave in shared memory."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(service, signal.SIGKILL)
    ended = {service}
    while alive := set(_descendants(os.getpid())):
        ended |= alive
        for process in alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
    for process in ended:
        for name in LEFT_BEHIND:
            (SHARED_MEMORY / name.format(process)).unlink(missing_ok=True)


def _end_with_input(service: int) -> None:
    """Whoever started us is gone when nobody can write to us any more, whatever way it went."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    end(service)


def _descendants(ancestor: int) -> Iterator[int]:
    """Yield the living children of a process and theirs; none where the machine cannot tell."""
    for process, (state, parent) in _processes().items():
        if parent == ancestor:
            yield from () if state == "Z" else (process,)
            yield from _descendants(process)


def _processes() -> dict[int, tuple[str, int]]:
    found = {}
    for each in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = each.read_text().rpartition(")")[2].split()
            found[int(each.parent.name)] = fields[STATE_FIELD], int(fields[PARENT_FIELD])
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
