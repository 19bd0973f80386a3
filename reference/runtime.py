"""The seam to the machine: the only file of the service with its clock, randomness, network and threads."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime
from functools import partial
from typing import Any, cast

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import get_encoding_from_headers, select_proxy
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ReadTimeoutError

from reference.application.consumer import Consumer
from reference.application.dispatch_queue import SHARE, DispatchQueue
from reference.application.dispatcher import Dispatcher
from reference.application.ports import (
    Clock,
    ConflictError,
    MessageBroker,
    StorageUnavailableError,
    UnavailableError,
    UnitOfWork,
)
from reference.application.service import PaymentService

log = logging.getLogger(__name__)
POLL_SECONDS = 0.1  # So often at most the database is asked for what falls due,
IDLE_SECONDS = 1  # and so often at least: another process may have died of what it had to do.
TROUBLE_SECONDS = 2  # Until the database is asked again that could not be used.
PROBE_SECONDS = 1.5  # Whoever asks whether we are ready waits for two.
TIMEOUTS = (ConnectTimeoutError, ReadTimeoutError)
USUAL = {"data", "headers", "timeout", "verify", "allow_redirects"}  # What is said of a call without `requests`' help.


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        """Return the present instant, aware and in UTC."""
        return datetime.now(UTC)


def system_randomness() -> random.Random:
    """Return randomness that nobody can guess."""
    return random.SystemRandom()


class PooledSession(requests.Session):
    """Makes usual calls by urllib3 alone, in half the time that `requests` takes; follows no redirect.

    What the environment says of a host (a proxy, certificates) is asked once; behind a proxy `requests` makes the call.
    """

    def __init__(self) -> None:
        super().__init__()
        self.max_redirects = 0  # Following one turns a POST into a GET, whose 200 would pass for an acceptance.
        for scheme in ("http://", "https://"):
            self.mount(scheme, HTTPAdapter(pool_maxsize=SHARE * 2))
        self._pools: dict[object, Any] = {}

    def request(self, method: Any, url: Any, **options: Any) -> requests.Response:  # type: ignore[override]  # noqa: ANN401
        """Return the answer, whatever it says; RequestException when there is none."""
        origin = "/".join(url.split("/", 3)[:3])
        pool = self._pool(origin, options.get("verify"))
        if not (pool and USUAL.issuperset(options) and isinstance(options.get("timeout"), tuple)):
            return super().request(method, url, **options)
        headers, body = {**self.headers, **options.get("headers", {})}, options.get("data")
        wait = urllib3.Timeout(*options["timeout"])
        path, body = url.removeprefix(origin) or "/", body.encode() if isinstance(body, str) else body
        try:
            answer = pool.urlopen(method.upper(), path, body, headers, retries=False, redirect=False, timeout=wait)
        except HTTPError as trouble:
            is_timeout = isinstance(trouble, TIMEOUTS) and not isinstance(trouble, NewConnectionError)
            raise (requests.Timeout if is_timeout else requests.ConnectionError)(trouble) from trouble
        return _response(answer, method, url)

    def _pool(self, origin: str, verify: Any) -> Any:  # noqa: ANN401 - as in requests
        """Return the connections to a host; None if they are not to be had without asking for each call."""
        if (origin, verify) not in self._pools:
            request = self.prepare_request(requests.Request("GET", origin))
            found = self.merge_environment_settings(origin, {}, None, verify, None)
            is_direct = not select_proxy(origin, found["proxies"]) and "@" not in origin
            adapter = cast("HTTPAdapter", self.get_adapter(origin))
            pool = adapter.get_connection_with_tls_context(request, found["verify"], cert=found["cert"])
            self._pools[origin, verify] = pool if is_direct else None
        return self._pools[origin, verify]


def _response(answer: urllib3.BaseHTTPResponse, method: str, url: str) -> requests.Response:
    """Return it as `requests` would."""
    response, response.request = requests.Response(), requests.PreparedRequest()
    response.status_code, response.headers = answer.status, CaseInsensitiveDict(answer.headers)
    response.encoding = get_encoding_from_headers(response.headers)
    response.request.method, response.request.url = method, url
    response._content = answer.data  # noqa: SLF001 - all of it is here
    return response


class Probe:
    """Asks what may hang, in a thread of its own: no answer in time is a no. All who ask meanwhile get one answer."""

    def __init__(self, ask: Callable[[], bool]) -> None:
        self._ask, self._lock = ask, threading.Lock()
        self._pending: Future[bool] = Future()
        self._pending.set_result(False)

    def __call__(self) -> bool:
        """Return the answer, or False when there is none in time."""
        with self._lock:
            if self._pending.done():
                self._pending = Future()
                threading.Thread(target=self._answer, args=[self._pending], daemon=True).start()
            pending = self._pending
        try:
            return pending.result(PROBE_SECONDS)
        except TimeoutError:
            return False

    def _answer(self, pending: Future[bool]) -> None:
        try:
            pending.set_result(self._ask())
        except BaseException as failure:  # noqa: BLE001 - it is raised by whoever waits for the answer
            pending.set_exception(failure)


class BackgroundWork:
    """What the service does by itself: sends messages and fires deadlines. A scheduler pumps it, or threads do.

    One more thread takes what a broker brings, where there is one.
    """

    def __init__(
        self,
        service: PaymentService,
        dispatcher: Dispatcher,
        queue: DispatchQueue,
        reading: Callable[[], UnitOfWork],
        clock: Clock,
        broker: MessageBroker | None = None,
    ) -> None:
        self._service, self._dispatcher, self._queue = service, dispatcher, queue
        self._reading, self._clock = reading, clock
        self._broker, self._consumer = broker, Consumer(broker, service) if broker else None
        self._seconds_until_due: float = 0
        self._threads: list[threading.Thread] = []
        self._stopping, self._news = threading.Event(), threading.Event()

    def pump(self) -> bool:
        """Do one due piece of work; False when nothing is due."""
        is_sent = self._dispatcher.pump()
        self._dispatcher.delete_sent()
        return is_sent or self._catch_up()

    def next_due(self) -> datetime | None:
        """Return when the next piece of work falls due; None when there is none."""
        with self._reading() as unit:
            return unit.lists.next_due(self._clock.now())

    def start(self) -> None:
        """Work in threads until stopped."""
        self._stopping.clear()
        workers = SHARE * len(self._dispatcher.circuits)  # They mostly wait for an answer.
        loops = [self._dispatch] * workers + [self._watch_time]
        loops += [partial(self._consume, self._consumer)] if self._consumer else []
        self._threads = [threading.Thread(target=loop, daemon=True) for loop in loops]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish what is under way; what is left stays stored, and may be sent by others at once."""
        self._stopping.set()
        self._news.set()
        self._queue.wake()
        for thread in self._threads:
            thread.join()
        self._threads = []
        if self._broker:
            self._broker.close()
        self._safely(self._dispatcher.delete_sent)
        self._safely(self._dispatcher.give_back)

    def wake(self) -> None:
        """Say that something may fall due sooner than was known, as after a jump of the clock."""
        self._news.set()

    def _dispatch(self) -> None:
        while not self._stopping.is_set():
            self._safely(partial(self._dispatcher.pump, wait=True))
            self.wake()  # What was sent may have to be sent again.

    def _consume(self, consumer: Consumer) -> None:
        while not self._stopping.is_set():
            if not self._safely(partial(consumer.run, self._stopping.is_set)):
                self._stopping.wait(TROUBLE_SECONDS)

    def _watch_time(self) -> None:
        while not self._stopping.wait(POLL_SECONDS):
            self._news.clear()
            self._safely(self._dispatcher.delete_sent)
            while is_busy := self._safely(self._catch_up):
                pass
            if is_busy is None:
                self._stopping.wait(TROUBLE_SECONDS)
            else:
                self._news.wait(self._seconds_until_due)

    def _catch_up(self) -> bool:
        due = self.next_due()
        seconds = (due - self._clock.now()).total_seconds() if due else IDLE_SECONDS
        self._seconds_until_due = min(seconds, IDLE_SECONDS)
        return seconds <= 0 and (self._service.fire_deadline() or self._dispatcher.claim() > 0)

    def _safely(self, act: Callable[[], bool | None]) -> bool | None:
        """Return what the act returns, and None when it failed."""
        try:
            return act()
        except (ConflictError, StorageUnavailableError, UnavailableError) as trouble:  # Or a dropped connection.
            log.warning("background work waits: %s", trouble)
        except Exception:
            log.exception("background work failed; it will be tried again")
        return None
