"""What belongs to the machine (time, sleep, randomness, sockets, threads), and the few files that may touch it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.rooms.source import Source, within

SEAMS = {
    "reference/runtime.py": "the payment-service's clock, randomness, session and threads",
    "reference/application/dispatch_queue.py": "where its workers wait for the next message",
    "simulators/kit/seams.py": "the simulators' clock, randomness and session",
    "simulators/kit/time/background.py": "the thread that drives what is due",
    "simulators/naive/runtime.py": "the naive service's clock, session and thread",
    "simulators/world/serving.py": "the ports on loopback and the threads behind them",
    "simulators/world/bridge.py": "the threads that read a broker's queues for simulators",
    "simulators/world/process.py": "services as processes of their own",
    "simulators/world/worker_processes.py": "one service in several processes on one port",
    "simulators/world/guarded_process.py": "another team's service as a process of its own",
    "simulators/world/guardian.py": "ends that process, whatever way we end",
    "simulators/explore/workers.py": "storms in processes of their own",
    "simulators/cli/contracts/subprocesses.py": "git, and Pact's official client, as processes",
    "simulators/world/waiting.py": "waits on real time for a served world",
    "simulators/world/transport.py": "a session whose network is this process",
}

# A name, or with a dot at its end whatever lies inside it.
FORBIDDEN = (
    *("time", "select", "selectors", "socket", "socketserver", "ssl", "asyncio", "multiprocessing", "concurrent"),
    *("http.client", "http.server", "urllib.request", "random.", "secrets.", "threading.", "subprocess"),
    *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today"),
    *("uuid.uuid1", "uuid.uuid4", "uuid.getnode", "os.urandom", "os.getrandom"),
    *("requests.get", "requests.post", "requests.put", "requests.patch", "requests.delete", "requests.request"),
)
HARMLESS = ("random.Random", "secrets.compare_digest", "threading.Lock", "threading.RLock", "threading.local")
UNSEEDED = ("random.Random", "requests.Session", "requests.session")  # fine as types, not made on the spot


def touches(source: Source) -> list[str]:
    """Say where a file reaches for the machine by itself."""
    if source.where in SEAMS:
        return []
    found = {*_forbidden(source), *_made_on_the_spot(source)}
    return [f"{source.where}:{line} {name}" for line, name in sorted(found)]


def _forbidden(source: Source) -> Iterator[tuple[int, str]]:
    for line, name in source.lines():
        if _below(name, FORBIDDEN) and not _below(name, HARMLESS):
            yield line, name


def _made_on_the_spot(source: Source) -> Iterator[tuple[int, str]]:
    calls = {id(n.func): n for n in ast.walk(source.tree) if isinstance(n, ast.Call) and not n.args}
    for node, name in source.names():
        if id(node) in calls and name in UNSEEDED:
            yield node.lineno, f"{name}()"


def _below(name: str, names: tuple[str, ...]) -> bool:
    return any(name.startswith(n) if n.endswith(".") else within(name, n) for n in names)
