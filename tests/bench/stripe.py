"""The simulated Stripe beside a bare Flask view on the same server: `python -m tests.bench.stripe`.

Each is a process of its own and listens on loopback. Turns alternate, and ratios are taken between medians of
the same calls, for what else the machine does wanders.
"""

from __future__ import annotations

import http.client
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from urllib.parse import urlencode

import stripe
from flask import Flask, Response

from simulators.kit.seams import real_seams
from simulators.stripe.app import create_app
from simulators.world.serving import Port, Server
from tests.bench.processes import process

KEY = "sk_test_of_the_bench"
FORM = {
    "amount": "4900", "currency": "eur", "payment_method_types[0]": "card",
    "metadata[sagaId]": "s1", "metadata[paymentId]": "p1", "metadata[contextId]": "algebra",
}  # fmt: skip
PAID = FORM | {"confirm": "true", "payment_method": "pm_card_visa"}
HEADERS = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/x-www-form-urlencoded"}
ROUNDS, CALLS, WARM_UP = 6, 50, 50
MANY = 100_000
stripe.enable_telemetry = False

Call = Callable[[], Any]


class Row(NamedTuple):
    """One figure: milliseconds of the bare view and of ours, for the same way of calling."""

    name: str
    bare: float
    ours: float


def serve_stripe(pipe: Connection, objects: int, state: Path | None) -> None:
    """Serve a Stripe that holds so many intents; tell the port, and at the end the memory of each object."""
    app = create_app(real_seams(), state_path=state, webhook_url="http://127.0.0.1:9/nobody-listens")
    before = _memory()
    _fill(app, objects)
    _serve(pipe, app, (_memory() - before) / max(objects, 1))


def serve_bare(pipe: Connection, size: int) -> None:
    """Serve a view that does nothing but answer so many bytes."""
    app, body = Flask("bare"), b'{"a":"' + b"x" * (size - 8) + b'"}'
    for rule in ("/v1/payment_intents", "/v1/payment_intents/<intent_id>"):
        app.add_url_rule(rule, rule, partial(_constant, body), methods=["GET", "POST"])
    _serve(pipe, app, 0)


def _constant(body: bytes, **_: str) -> Response:
    return Response(body, content_type="application/json")


def _serve(pipe: Connection, app: Flask, bytes_per_object: float) -> None:
    port = Port("bench", 0)
    server = Server(app, port)
    pipe.send((port.url, bytes_per_object))
    try:
        pipe.recv()
    except EOFError:
        server.stop()


def _fill(app: Flask, objects: int) -> None:
    """Store intents that look like one made by a call, and each with its event."""
    store = app.extensions["simulator"].store
    made = app.test_client().post("/v1/payment_intents", data=FORM, headers=HEADERS).get_json()
    event = next(store.table("events").newest())
    with store.transaction():
        for number in range(objects):
            store.table("payment_intents").put(made | {"id": f"pi_{number}"})
            store.table("events").put(event | {"id": f"evt_{number}"})


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


class Raw:
    """One connection that stays open, and nothing between it and the server."""

    def __init__(self, url: str) -> None:
        self._connection = http.client.HTTPConnection(url.removeprefix("http://"))

    def post(self, path: str, form: dict[str, str]) -> bytes:
        """Return the answer's body; AssertionError unless it is a success."""
        return self._sent("POST", path, urlencode(form))

    def get(self, path: str) -> bytes:
        """Return the answer's body."""
        return self._sent("GET", path, None)

    def _sent(self, method: str, path: str, body: str | None) -> bytes:
        keyed = HEADERS | ({"Idempotency-Key": f"{time.perf_counter_ns()}"} if body else {})
        self._connection.request(method, path, body, keyed)
        answer = self._connection.getresponse()
        read = answer.read()
        assert answer.status == 200, read
        return read


def raw_calls(url: str, intent_id: str) -> dict[str, Call]:
    """Return what is measured, by name, over a bare connection."""
    raw, path = Raw(url), "/v1/payment_intents"
    return {
        "raw: create": lambda: raw.post(path, FORM),
        "raw: retrieve": lambda: raw.get(f"{path}/{intent_id}"),
        "raw: create and confirm": lambda: raw.post(path, PAID),
        "raw: list of ten": lambda: raw.get(path),
    }


def sdk_calls(url: str, intent_id: str) -> dict[str, Call]:
    """Return the same through the official SDK."""
    intents = stripe.StripeClient(KEY, base_addresses={"api": url}).v1.payment_intents
    wanted: Any = {"amount": 4900, "currency": "eur", "payment_method_types": ["card"], "metadata": {"sagaId": "s1"}}
    paid: Any = wanted | {"confirm": True, "payment_method": "pm_card_visa"}
    return {
        "SDK: create": lambda: intents.create(wanted),
        "SDK: retrieve": lambda: intents.retrieve(intent_id),
        "SDK: create and confirm": lambda: intents.create(paid),
    }


def medians(parties: dict[str, Call]) -> dict[str, float]:
    """Let the parties take turns; return the median milliseconds of each."""
    taken: dict[str, list[float]] = {name: [] for name in parties}
    for call in parties.values():
        for _ in range(WARM_UP):
            call()
    for _ in range(ROUNDS):
        for name, call in parties.items():
            for _ in range(CALLS):
                began = time.perf_counter()
                call()
                taken[name].append(time.perf_counter() - began)
    return {name: 1000 * statistics.median(times) for name, times in taken.items()}


@contextmanager
def served(target: Callable[..., None], *arguments: Any) -> Iterator[tuple[str, float]]:
    """Run a service in its own process; lend its URL and the bytes that each of its objects takes."""
    with process(target, *arguments) as pipe:
        yield pipe.recv()


def beside_a_bare_view() -> Iterator[Row]:
    """Yield each kind of call beside a view that answers as many bytes."""
    with served(serve_stripe, 0, None) as (ours, _):
        intent_id = stripe.StripeClient(KEY, base_addresses={"api": ours}).v1.payment_intents.create(
            {"amount": 4900, "currency": "eur"}
        ).id  # fmt: skip
        size = len(Raw(ours).get(f"/v1/payment_intents/{intent_id}"))
        with served(serve_bare, size) as (bare, _):
            for calls in (raw_calls, sdk_calls):
                own, others = calls(ours, intent_id), calls(bare, intent_id)
                for name in own:
                    took = medians({"bare": others[name], "ours": own[name]})
                    yield Row(name, took["bare"], took["ours"])


def beside_an_empty_one() -> Iterator[Row]:
    """Yield each kind of call beside the same call to a Stripe that holds a hundred thousand objects more."""
    with served(serve_stripe, 10, None) as (empty, _), served(serve_stripe, MANY, None) as (full, each):
        say(f"  an intent with its event takes {each / 1024:.1f} kB of memory")
        few, many = raw_calls(empty, "pi_5"), raw_calls(full, "pi_5")
        for name in few:
            took = medians({"empty": few[name], "full": many[name]})
            yield Row(name, took["empty"], took["full"])


def with_a_file() -> Iterator[Row]:
    """Yield writes in memory beside writes that are on disk before they are answered."""
    with TemporaryDirectory() as folder, ExitStack() as running:
        (memory, _), (disk, _) = (
            running.enter_context(served(serve_stripe, 0, where)) for where in (None, Path(folder, "stripe.jsonl"))
        )
        took = medians({"memory": raw_calls(memory, "")["raw: create"], "disk": raw_calls(disk, "")["raw: create"]})
        yield Row("raw: create, durable", took["memory"], took["disk"])


def say(line: str) -> None:
    """Print a line, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    """Print the three tables."""
    for title, rows in (
        ("beside a bare Flask view that answers as many bytes", beside_a_bare_view()),
        (f"with {MANY:,} intents beside empty", beside_an_empty_one()),
        ("with --state (fsync before each answer) beside memory", with_a_file()),
    ):
        say(f"\nthe simulated Stripe, {title}: median ms of {ROUNDS * CALLS} calls, one at a time")
        for row in rows:
            say(f"  {row.name:28}{row.bare:8.2f}{row.ours:8.2f}   {row.ours / row.bare:.2f} x")
    return 0


if __name__ == "__main__":
    sys.exit(main())
