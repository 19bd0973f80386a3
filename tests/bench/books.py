"""A partner for accidents: it says everything several times and in any order until it is heard, and keeps books."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import random
import re
import time
from collections import defaultdict
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection
from typing import Any
from urllib.parse import parse_qs

from tests.bench.partner import WEBHOOK_SECRET, course, enrollment_event, new_intent
from tests.bench.raw_http import ACCEPTED, Caller, Message, listen, ok

COPIES = 3  # So often at most each thing is said.
SPREAD = 0.3  # Seconds within which copies come, in any order.
PATIENCE = 120  # Seconds for which nobody may come any further: a bound for a run that is broken, not for a slow one.
PAUSE = 0.2  # Seconds until what was not accepted is said again.
STEPS = 12  # So often the driver hears how far it is.
_KEY = re.compile(rb"\r\nidempotency-key: *([^\r]+)", re.IGNORECASE)
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


@dataclass(frozen=True)
class Load:
    """What is to be driven: which service, how many sagas, how many of them at a time."""

    port: int
    sagas: int
    concurrency: int


@dataclass
class Books:
    """What the partners know of each saga, by its id: it must be one of everything."""

    intents: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # The keys they were asked for by.
    paid: set[str] = field(default_factory=set)
    enrolled: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # The payments they were for.
    refunds: int = 0
    strange: list[str] = field(default_factory=list)  # What nobody should ask.
    said: int = 0
    repeated: int = 0  # How often something had to be said again, because nobody answered or the answer was no.


def run(pipe: Connection, seed: int) -> None:
    """Be the partner: tell our port, drive a load, tell how far it is, None at its end, and the books when asked."""
    asyncio.run(Bookkeeper(random.Random(seed)).serve(pipe))


@dataclass
class Bookkeeper:
    """Stripe and all neighbours, and the students."""

    randomness: random.Random
    books: Books = field(default_factory=Books)
    service: Caller = field(default_factory=lambda: Caller(0))
    intents: dict[str, dict[str, Any]] = field(default_factory=dict)  # By the key they were asked for by.
    by_id: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: dict[str, asyncio.Event] = field(default_factory=lambda: defaultdict(asyncio.Event))
    commanded: dict[str, asyncio.Event] = field(default_factory=lambda: defaultdict(asyncio.Event))
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self, pipe: Connection) -> None:
        """Drive one load, and answer whatever comes after it until the books are wanted."""
        pipe.send(await listen(self.answer))
        receive = partial(asyncio.get_running_loop().run_in_executor, None, pipe.recv)
        load: Load = await receive()
        self.service = Caller(load.port)
        place = asyncio.Semaphore(load.concurrency)
        students = [asyncio.create_task(self._student(f"saga-{number}", place)) for number in range(load.sagas)]
        with suppress(TimeoutError):
            for done, each in enumerate(asyncio.as_completed(students), 1):
                await asyncio.wait_for(each, PATIENCE)
                if done * STEPS // load.sagas > (done - 1) * STEPS // load.sagas:
                    pipe.send(done)
            await asyncio.wait_for(self._rest(), PATIENCE)
        pipe.send(None)
        await receive()
        pipe.send(self.books)

    async def _rest(self) -> None:
        while self.tasks:
            await asyncio.gather(*self.tasks)

    async def _student(self, saga_id: str, place: asyncio.Semaphore) -> None:
        async with place:
            facts = {"studentId": f"student-{saga_id}", "courseId": "course-1"}
            self._say("/events", *enrollment_event("EnrollInCourseInitiated", saga_id, facts))
            await self.asked[saga_id].wait()
            await asyncio.sleep(self.randomness.random() * SPREAD)
            self._pay(saga_id)
            await self.commanded[saga_id].wait()

    def answer(self, request: Message) -> bytes:
        """Answer a request of the service, and note it in the books."""
        method, path, _ = request.start.decode().split()
        if method == "GET":
            return self._tell(path)
        if path == "/v1/payment_intents":
            return _json(self._intent(request))
        if path == "/commands":
            self._command(json.loads(request.body))
        elif path != "/events":
            self.books.refunds += path == "/v1/refunds"
            self.books.strange.append(f"{method} {path}")
            return NOT_FOUND
        return ACCEPTED

    def _tell(self, path: str) -> bytes:
        route, _, query = path.partition("?")
        if route.startswith("/courses/"):
            return _json(course(route.rpartition("/")[2]))
        if route == "/v1/payment_intents":
            return _json(self._list(parse_qs(query)))
        intent = self.by_id.get(route.rpartition("/")[2])
        return _json(intent) if intent else NOT_FOUND

    def _intent(self, request: Message) -> dict[str, Any]:
        (key,) = _KEY.findall(request.head)
        if key.decode() not in self.intents:
            intent = new_intent(parse_qs(request.body.decode()))
            saga_id = intent["metadata"]["sagaId"]
            intent["id"] += f"_{len(self.books.intents[saga_id])}"
            self.intents[key.decode()] = self.by_id[intent["id"]] = intent
            self.books.intents[saga_id].add(key.decode())
            self.asked[saga_id].set()
        return self.intents[key.decode()]

    def _list(self, query: dict[str, list[str]]) -> dict[str, Any]:
        """Return a page of all intents, newest first."""
        newest = list(reversed(self.by_id))
        first = newest.index(query["starting_after"][0]) + 1 if "starting_after" in query else 0
        page = newest[first : first + int(query["limit"][0])]
        listed = {"object": "list", "url": "/v1/payment_intents", "has_more": first + len(page) < len(newest)}
        return listed | {"data": [self.by_id[each] for each in page]}

    def _command(self, command: dict[str, Any]) -> None:
        data = command["data"]
        if command["type"] == "CREATE_ENROLLMENT_RECORD":
            saga_id = data["sagaId"]
            self.books.enrolled[saga_id].add(data["paymentId"])
            self.commanded[saga_id].set()
            facts = {"enrollmentId": f"enrollment-{saga_id}", "courseId": data["courseId"]}
            event = enrollment_event("EnrollmentConfirmed", saga_id, facts | {"studentId": data["studentId"]})
            self._say("/events", *event)

    def _pay(self, saga_id: str) -> None:
        """Let a student pay, some with a second card; Stripe tells of each attempt, in any order."""
        (key, *_) = self.books.intents[saga_id]
        intent = self.intents[key]
        if self.randomness.random() < 1 / 3:
            declined = {"code": "card_declined", "decline_code": "generic_decline", "message": "Declined."}
            self._say(*self._webhook("payment_failed", intent | {"last_payment_error": declined}))
        intent |= {"status": "succeeded", "amount_received": intent["amount"]}
        self.books.paid.add(saga_id)
        self._say(*self._webhook("succeeded", intent))

    def _webhook(self, what: str, intent: dict[str, Any]) -> tuple[str, bytes, dict[str, str]]:
        now = int(time.time())
        event = {"id": f"evt-{what}-{intent['id']}", "object": "event", "type": f"payment_intent.{what}"}
        body = json.dumps(event | {"created": now, "livemode": False, "data": {"object": intent}}).encode()
        signed = hmac.new(WEBHOOK_SECRET.encode(), b"%d.%b" % (now, body), hashlib.sha256).hexdigest()
        return "/webhooks/stripe", body, {"Stripe_Signature": f"t={now},v1={signed}"}

    def _say(self, path: str, body: bytes, headers: dict[str, str]) -> None:
        for _ in range(self.randomness.randint(1, COPIES)):
            self._later(self._until_heard(self.randomness.random() * SPREAD, path, body, headers))

    async def _until_heard(self, delay: float, path: str, body: bytes, headers: dict[str, str]) -> None:
        await asyncio.sleep(delay)
        while True:
            self.books.said += 1
            try:
                return await self.service.post(path, body, **headers)
            except (OSError, EOFError, AssertionError):  # Nobody is there, or the answer was no.
                self.books.repeated += 1
                await asyncio.sleep(PAUSE)

    def _later(self, act: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(act)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


def _json(content: dict[str, Any]) -> bytes:
    return ok(json.dumps(content).encode())
