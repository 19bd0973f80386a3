"""Bridges between simulators, which speak HTTP, and a message broker, by which the payment-service may speak."""

from __future__ import annotations

import json
import logging
import threading
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import requests
from requests.adapters import BaseAdapter

from simulators.clients.messages import COMMANDS, EVENTS
from simulators.kit.http.cloudevents import CONTENT_TYPE
from simulators.kit.seams import Clock
from simulators.world.serving import served_session

log = logging.getLogger(__name__)
SCHEME = "broker://"  # The address of a queue, as in broker://payment-service; what follows it is for the recorder.
LOOK_SECONDS = 0.05
PATIENCE_SECONDS = 10
TROUBLE_SECONDS = 0.3  # Until a broker is asked again that was not there.
TRANSPORTS: dict[str, dict[str, Any]] = {
    "amqp": {"confirm_publish": True, "read_timeout": PATIENCE_SECONDS, "write_timeout": PATIENCE_SECONDS},
    "redis": {"visibility_timeout": 60, "polling_interval": 0.2},  # How long a look at an empty queue takes.
    "sqs": {"visibility_timeout": 60, "polling_interval": 0, "wait_time_seconds": 1},
}
PAUSES = (1, 2, 4, 8, 15, 30, 60)  # Seconds between tries with a message that its receiver did not take.
TEMPORARY = {401, 403, 408, 409, 425, 429}


def connect(url: str) -> Any:  # noqa: ANN401 - kombu's connection
    """Return a connection to a broker, or raise ImportError, or whatever its transport raises when it is not there."""
    import kombu  # noqa: PLC0415 - who has no broker need not have it

    options = next(options for kind, options in TRANSPORTS.items() if url.startswith(kind))
    connection: Any = kombu.Connection(url, connect_timeout=PATIENCE_SECONDS, transport_options=options)
    return connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0)


def queue_of(connection: Any, name: str) -> Any:  # noqa: ANN401 - kombu's
    """Return the queue that the service of that name reads, as this simulator declares it."""
    import kombu  # noqa: PLC0415

    is_amqp = connection.transport.driver_type == "amqp"
    return kombu.Queue(name, queue_arguments={"x-queue-type": "quorum"} if is_amqp else None)


class UnusableBroker(Exception):  # noqa: N818 - reads as what happened
    """A URL that names no broker, or one whose protocol nothing that is installed speaks."""


def require_usable(url: str) -> None:
    """Raise UnusableBroker unless we can speak to such a broker, whether it is there or not."""
    if not url.startswith(tuple(TRANSPORTS)):
        raise UnusableBroker(f"BROKER_URL must start with {', '.join(f'{kind}://' for kind in TRANSPORTS)}")
    try:
        import kombu  # noqa: PLC0415

        kombu.Connection(url).transport  # noqa: B018 - it is imported when it is asked for
    except ImportError as missing:
        raise UnusableBroker(
            f"BROKER_URL needs what is not installed ({missing}): pip install 'payment-flow-harness[broker,sqs]'"
        ) from missing


class BrokerAdapter(BaseAdapter):
    """Carries a POST to broker://<service>/… by publishing its body: 202 once the broker keeps it, else no answer."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url, self._lock = url, threading.Lock()
        self._connection: Any = None

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:  # noqa: ANN401 - requests' own
        """Publish; ConnectionError when it is not known whether the broker keeps it."""
        queue = (request.url or "").removeprefix(SCHEME).partition("/")[0]
        with self._lock:
            try:
                self._connection = self._connection or connect(self._url)
                self._connection.Producer().publish(
                    request.body,
                    routing_key=queue,
                    content_type=CONTENT_TYPE,
                    content_encoding="utf-8",
                    mandatory=True,
                    confirm_timeout=PATIENCE_SECONDS,
                )
            except Exception as trouble:
                self.close()
                raise requests.ConnectionError(f"{queue}: {trouble}", request=request) from trouble
        answer = requests.Response()
        answer.status_code, answer.url, answer.request, answer._content = 202, request.url or "", request, b""  # noqa: SLF001
        return answer

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection:
            with suppress(Exception):
                self._connection.release()
        self._connection = None


class Bridge:
    """Reads one service's queue in a thread, and POSTs what is brought to the service; taken is what it accepts.

    What it refuses goes to the broker's dead letters, as far as it has some; what it does not answer is tried again.
    """

    def __init__(self, broker_url: str, name: str, service_url: str, token: str, clock: Clock) -> None:
        self._broker_url, self._name, self._url, self._clock = broker_url, name, service_url, clock
        self._http = served_session("payment-service")
        self._http.headers.update({"Content-Type": CONTENT_TYPE, "Authorization": f"Bearer {token}"})
        self._held: list[_HeldMessage] = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name=f"bridge-{name}")
        self._thread.start()

    def next_due(self) -> datetime | None:
        """Return when the next message is tried that was brought and is not taken; None when there is none."""
        return min((each.due for each in list(self._held)), default=None)

    def stop(self) -> None:
        """Stop reading; what is not taken goes back to the queue."""
        self._stopping.set()
        self._thread.join()
        self._http.close()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with connect(self._broker_url) as connection:
                    self._read(connection)
            except Exception as trouble:  # noqa: BLE001 - each transport has errors of its own
                log.info("%s waits for its broker: %r", self._name, trouble)
                self._stopping.wait(TROUBLE_SECONDS)
            finally:
                self._held = []

    def _read(self, connection: Any) -> None:  # noqa: ANN401 - kombu's
        consumer = connection.Consumer([queue_of(connection, self._name)])
        consumer.on_message = lambda message: self._held.append(_HeldMessage(message, self._clock.now()))
        with consumer:
            while not self._stopping.is_set():
                with suppress(TimeoutError):
                    connection.drain_events(timeout=LOOK_SECONDS)
                due = [each for each in self._held if each.due <= self._clock.now()]
                for each in due:
                    if self._is_done(each):
                        self._held.remove(each)

    def _is_done(self, held: _HeldMessage) -> bool:
        status = self._post(held.body)
        if 200 <= status < 300:  # noqa: PLR2004 - HTTP's success
            held.message.ack()
        elif 400 <= status < 500 and status not in TEMPORARY:  # noqa: PLR2004 - HTTP's refusal
            log.warning("%s refuses a message with %d", self._name, status)
            held.message.reject()
        else:
            held.put_off(self._clock.now())
            return False
        return True

    def _post(self, body: bytes) -> int:
        """Return the status of the answer; 0 when there is none."""
        path = COMMANDS if _type_of(body).isupper() else EVENTS
        try:
            return self._http.post(self._url + path, data=body, timeout=PATIENCE_SECONDS).status_code
        except requests.RequestException:
            return 0


class _HeldMessage:
    def __init__(self, message: Any, now: datetime) -> None:  # noqa: ANN401 - kombu's
        body = message.body
        self.message, self.due, self._tries = message, now, 0
        self.body = body.encode() if isinstance(body, str) else bytes(body)

    def put_off(self, now: datetime) -> None:
        """Let it be tried again after a while."""
        self.due = now + timedelta(seconds=PAUSES[min(self._tries, len(PAUSES) - 1)])
        self._tries += 1


def _type_of(body: bytes) -> str:
    """Return what an envelope says it is; nothing if it is none: commands are named in capitals."""
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    return str(sent.get("type", "")) if isinstance(sent, dict) else ""


class Backlog:
    """Tells how much waits at a broker; nothing when it is not there."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: Any = None

    def waiting(self, names: list[str]) -> int:
        """Return how many messages nobody has been brought yet in the queues of these services."""
        return sum(self._count(name) for name in names)

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection:
            with suppress(Exception):
                self._connection.release()
        self._connection = None

    def _count(self, name: str) -> int:
        try:
            self._connection = self._connection or connect(self._url)
            return int(self._connection.default_channel.queue_declare(name, passive=True).message_count)
        except Exception:  # noqa: BLE001 - no broker, or no such queue: nothing waits there
            self.close()
            return 0
