"""Does one slow partner make everybody wait? 200 students start at a school that takes two seconds; others book."""

from __future__ import annotations

import argparse
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from simulators.clients.messages import EVENTS
from simulators.kit.http.cloudevents import CONTENT_TYPE, envelope
from simulators.stories.scene import tomorrow
from simulators.world.together import Together
from simulators.world.topology import LEARNING, PAYMENT
from simulators.world.world import World
from tests.bench import report

STARTS, LATENCY_MS, AT_A_TIME = 200, 2000, 16
BOOKINGS = 15  # Of which the median counts.


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=STARTS, help="how many students enroll at once")
    starts = parser.parse_args().starts
    with TemporaryDirectory() as directory, Together(Path(directory)) as world:
        world.learning.create_course("algebra", amount=4900)
        sys.stdout.write(f"{report.machine()}\n{_measure(world, starts)}\n")
    return 0


def _measure(world: World, starts: int) -> str:
    for number in range(BOOKINGS):  # Until everything is warm.
        _book(world, 2 * BOOKINGS + number)
    undisturbed = sorted(_book(world, number) for number in range(BOOKINGS))[BOOKINGS // 2]
    world.control(LEARNING).plant_fault("latency", latency=LATENCY_MS, method="GET", path="/courses/*", times=None)
    began = time.perf_counter()
    with ThreadPoolExecutor(AT_A_TIME) as students:
        sagas = list(students.map(lambda number: _start(world, number), range(starts)))
    beside = sorted(_book(world, BOOKINGS + number) for number in range(BOOKINGS))[BOOKINGS // 2]
    for number, saga_id in enumerate(sagas):
        world.student(_student(number)).client_secret(saga_id)
    took = time.perf_counter() - began
    questions = sum(each.callee == LEARNING and each.path.startswith("/courses/") for each in world.recorder)
    return (
        f"a booking can be paid after {undisturbed * 1000:.0f} ms; beside {starts} starts at a school that takes "
        f"{LATENCY_MS} ms, after {beside * 1000:.0f} ms: {beside / undisturbed:.2f} x\n"
        f"the school was asked {questions} times; all {starts} could pay after {took:.0f} s"
    )


def _student(number: int) -> str:
    return f"student-{number}"


def _start(world: World, number: int) -> str:
    """Begin an enrollment straight at the payment-service, as the school does when it is not slow."""
    saga_id = f"saga-{uuid.uuid4().hex}"
    data = {"sagaId": saga_id, "studentId": _student(number), "courseId": "algebra"}
    event = envelope(saga_id, "edtech.learning-service", "EnrollInCourseInitiated", saga_id, world.clock.now(), data)
    service = world.client(PAYMENT, LEARNING, lambda: world.topology.credentials.service_token)
    service.post(EVENTS, form=event, **{"Content-Type": CONTENT_TYPE})
    return saga_id


def _book(world: World, number: int) -> float:
    """Return the seconds until a session of a tutor of its own can be paid."""
    tutor = f"tutor-{number}"
    world.tutors.hire(tutor)
    student = world.student(f"pupil-{number}")
    began = time.perf_counter()
    student.client_secret(student.book(tutor, tomorrow(world), 60))
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
