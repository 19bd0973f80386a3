"""The whole world around a service: its learning-service, its Stripe, its students, and the watch that times them.

A student needs a moment to pay. Meanwhile the saga is in nobody's hands: another one takes its place, and the moment is
not counted. Without it the webhook would come before the service has stored the intent, which no student can manage.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import random
import time
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any
from urllib.parse import parse_qs

from tests.bench.raw_http import ACCEPTED, Caller, Message, listen, ok

SERVICE_TOKEN = "token-of-the-bench"
WEBHOOK_SECRET = "whsec_of_the_bench"
PRICE = {"amount": 4900, "currency": "EUR"}
PATIENCE = 60  # Seconds that half a saga may take before the run is given up.
MOMENT = 0.02  # Seconds.
PAYING = 8  # How many students can be in that moment.


@dataclass(frozen=True)
class Drive:
    """What is to be driven: which service, how many sagas at a time, for how many seconds."""

    port: int
    concurrency: int
    seconds: float


@dataclass(frozen=True)
class Driven:
    """Seconds that each saga took: from its event to the intent, and from the payment to the confirmation's 202."""

    latencies: list[float]
    elapsed: float


def run(pipe: Connection) -> None:
    """Be the partner: tell our port, then drive whatever we are told to, until the pipe is closed."""
    asyncio.run(Partner().serve(pipe))


@dataclass
class Partner:
    """Answers at once, and always in the same way."""

    service: Caller = field(default_factory=lambda: Caller(0))
    place: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    numbers: Iterator[int] = field(default_factory=itertools.count)
    intents: dict[str, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)
    confirmed: dict[str, asyncio.Future[None]] = field(default_factory=dict)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self, pipe: Connection) -> None:
        """Drive on demand."""
        pipe.send(await listen(self.answer))
        while True:
            try:
                drive: Drive = await asyncio.get_running_loop().run_in_executor(None, pipe.recv)
            except EOFError:
                return
            pipe.send(await self.drive(drive))

    async def drive(self, drive: Drive) -> Driven:
        """Let students enroll one after the other, so many of them at a time."""
        self.service, self.place = Caller(drive.port), asyncio.Semaphore(drive.concurrency)
        started = time.perf_counter()
        students = [self._student(started + drive.seconds) for _ in range(drive.concurrency + PAYING)]
        latencies = list(itertools.chain(*await asyncio.gather(*students)))
        return Driven(latencies, time.perf_counter() - started)

    async def _student(self, until: float) -> list[float]:
        latencies = []
        while time.perf_counter() < until:
            saga_id = f"{random.getrandbits(32)}-{next(self.numbers)}"
            self.intents[saga_id] = asyncio.get_running_loop().create_future()
            self.confirmed[saga_id] = asyncio.get_running_loop().create_future()
            asked = await self._timed(self._ask(saga_id))
            await asyncio.sleep(MOMENT)
            latencies.append(asked + await self._timed(self._pay(saga_id)))
            del self.intents[saga_id], self.confirmed[saga_id]
        return latencies

    async def _timed(self, half: Coroutine[Any, Any, None]) -> float:
        async with self.place:
            started = time.perf_counter()
            await asyncio.wait_for(half, PATIENCE)
            return time.perf_counter() - started

    async def _ask(self, saga_id: str) -> None:
        data = {"studentId": f"student-{saga_id}", "courseId": "course-1"}
        await self._tell("EnrollInCourseInitiated", saga_id, data)
        await self.intents[saga_id]

    async def _pay(self, saga_id: str) -> None:
        intent, now = self.intents[saga_id].result(), int(time.time())
        paid = intent | {"status": "succeeded", "amount_received": intent["amount"]}
        event = {"id": f"evt-{saga_id}", "object": "event", "type": "payment_intent.succeeded", "created": now}
        body = _json(event | {"livemode": False, "data": {"object": paid}})
        signed = hmac.new(WEBHOOK_SECRET.encode(), b"%d.%b" % (now, body), hashlib.sha256).hexdigest()
        await self.service.post("/webhooks/stripe", body, Stripe_Signature=f"t={now},v1={signed}")
        await self.confirmed[saga_id]

    def answer(self, request: Message) -> bytes:
        """Answer a request of the service; what follows of it happens afterwards."""
        match request.start.split()[:2]:
            case [b"GET", path]:
                return ok(_json(course(path.decode().rpartition("/")[2])))
            case [b"POST", b"/v1/payment_intents"]:
                intent = new_intent(parse_qs(request.body.decode()))
                self.intents[intent["metadata"]["sagaId"]].set_result(intent)
                return ok(_json(intent))
            case [b"POST", b"/commands"]:
                command = json.loads(request.body)
                if command["type"] == "CREATE_ENROLLMENT_RECORD":  # A notice is only taken.
                    self._later(self._confirm(command["data"]))
        return ACCEPTED

    async def _confirm(self, command: dict[str, Any]) -> None:
        saga_id = command["sagaId"]
        data = {"enrollmentId": f"enrollment-{saga_id}", "courseId": command["courseId"]}
        await self._tell("EnrollmentConfirmed", saga_id, data | {"studentId": command["studentId"]})
        self.confirmed[saga_id].set_result(None)

    async def _tell(self, name: str, saga_id: str, data: dict[str, str]) -> None:
        body, headers = enrollment_event(name, saga_id, data)
        await self.service.post("/events", body, **headers)

    def _later(self, act: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(act)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


def enrollment_event(name: str, saga_id: str, data: dict[str, str]) -> tuple[bytes, dict[str, str]]:
    """Return an event of the learning-service: its body and its headers."""
    envelope = {"specversion": "1.0", "id": f"{name}-{saga_id}", "source": "edtech.learning-service", "type": name}
    body = _json(envelope | {"subject": saga_id, "data": {"sagaId": saga_id, **data}})
    return body, {"Content_Type": "application/cloudevents+json", "Authorization": f"Bearer {SERVICE_TOKEN}"}


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode()


def course(course_id: str) -> dict[str, Any]:
    """Return a course that can be bought."""
    facts = {"courseId": course_id, "tutorId": "tutor-1", "title": "Algebra", "price": PRICE}
    return facts | {"isPublished": True, "lessons": [{"title": f"Lesson {n}"} for n in range(5)]}


def new_intent(form: dict[str, list[str]]) -> dict[str, Any]:
    """Return an intent as Stripe makes it of a form."""
    metadata = {name[9:-1]: value for name, (value, *_) in form.items() if name.startswith("metadata[")}
    id_ = f"pi_{metadata['sagaId']}"
    return {
        "id": id_,
        "object": "payment_intent",
        "amount": int(form["amount"][0]),
        "amount_received": 0,
        "capture_method": "automatic",
        "client_secret": f"{id_}_secret_1",
        "created": int(time.time()),
        "currency": form["currency"][0],
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": metadata,
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
    }
