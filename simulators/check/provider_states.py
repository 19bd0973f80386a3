"""How a payment-service comes into each provider state of its contracts: we play it there, as the world around it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from simulators.clients.http_client import HttpClient
from simulators.clients.messages import EVENTS
from simulators.clients.stripe import REFUNDS
from simulators.clients.student_app import GOOD_CARD, Student
from simulators.kit.http.cloudevents import CONTENT_TYPE, envelope
from simulators.kit.json_types import Json
from simulators.stories import tomorrow
from simulators.world.topology import LEARNING, PAYMENT, STRIPE, TUTORS
from simulators.world.world import World

A_WHILE = timedelta(seconds=10)  # in which a bank sends a refund back
TUTOR, MINUTES = "grace", 60
NOBODYS = 999_999_999  # A number that no message has.
HOURS, FIRST_HOUR = 6, 8  # At which the tutor can be had each day.


class CannotReach(Exception):  # noqa: N818 - reads as what happened
    """A state to which nobody here knows the way."""


@dataclass
class Stage:
    """What an interaction's examples stand for in this world: its saga, its message, its people and its time."""

    world: World
    number: int
    bearer: str = ""
    letter: int = NOBODYS
    saga_id: str = ""

    def __post_init__(self) -> None:
        self.saga_id = f"contract-{self.number}"
        self.at = tomorrow(self.world, FIRST_HOUR + self.number % HOURS, 1 + self.number // HOURS)

    def person(self, name: str) -> str:
        """Return who is meant by a name of the contract's."""
        return f"{name}-{self.number}"

    def enter(self, state: str, params: Json) -> None:
        """Let the service come into this state, or raise CannotReach."""
        if state not in STATES:
            raise CannotReach(f"nobody here knows how a service comes to be in the state “{state}”")
        STATES[state](self, params)

    def post_event(self, name: str, data: Json) -> None:
        """Hand over an event of a neighbour's."""
        now, event_id = self.world.clock.now(), f"{self.saga_id}:{name}"
        body = envelope(event_id, f"edtech.{LEARNING}", name, self.saga_id, now, {"sagaId": self.saga_id, **data})
        neighbour = HttpClient(self.world.connect(LEARNING), self.world.topology.urls[PAYMENT], self._service_token)
        neighbour.post(EVENTS, form=body, **{"Content-Type": CONTENT_TYPE})

    def _service_token(self) -> str:
        return self.world.topology.credentials.service_token


def _knows_service(stage: Stage, _: Json) -> None:
    stage.bearer = stage.world.topology.credentials.service_token


def _student(stage: Stage, _: Json) -> None:
    stage.bearer = stage.world.token(stage.person("ada"), "student")


def _operator(stage: Stage, _: Json) -> None:
    stage.bearer = stage.world.token("olga", "operator")


def _nothing(_: Stage, __: Json) -> None:
    """What is true of a service to begin with."""


def _buyer(stage: Stage, params: Json) -> Student:
    return stage.world.student(stage.person(params["studentId"]))


def _being_booked(stage: Stage, params: Json) -> None:
    stage.world.take_down(TUTORS)  # so that nobody says yet whether it can be had
    stage.saga_id = _buyer(stage, params).book(TUTOR, stage.at, MINUTES)


def _to_be_paid(stage: Stage, params: Json) -> None:
    buyer = _buyer(stage, params)
    stage.saga_id = buyer.book(TUTOR, stage.at, MINUTES)
    buyer.client_secret(stage.saga_id)


def _pay(stage: Stage, params: Json, card: str, outcome: str) -> None:
    _to_be_paid(stage, params)
    _buyer(stage, params).pay(stage.saga_id, card)
    _await_outcome(stage, outcome)


def _await_outcome(stage: Stage, outcome: str) -> None:
    world = stage.world
    world.eventually(lambda: (world.payment.find_saga(stage.saga_id) or {}).get("outcome") == outcome)


def _confirm(stage: Stage, params: Json) -> None:
    _pay(stage, params, GOOD_CARD, "COMPLETED")


def _park(stage: Stage, params: Json) -> None:
    _to_be_paid(stage, params)
    stage.world.communication.book_otherwise(TUTOR, stage.at, MINUTES)
    _buyer(stage, params).pay(stage.saga_id, "pm_card_refundFail")
    stage.world.pass_time(A_WHILE)
    _await_outcome(stage, "PARKED")


def _resume(stage: Stage, params: Json) -> None:
    _park(stage, params)
    stage.world.plant_fault(STRIPE, "server_error", method="POST", path=REFUNDS, times=None)
    stage.world.operator("olga").resume(stage.saga_id, "the card works again")


def _booked_with_key(stage: Stage, params: Json) -> None:
    buyer, booking = stage.world.student(stage.person("ada")), params["booking"]
    stage.saga_id = buyer.book(booking["tutorId"], stage.at, booking["duration"], params["key"])


def _useless(stage: Stage, _: Json) -> None:
    data = {"enrollmentId": "1", "studentId": stage.person("ada"), "courseId": "algebra"}
    _put_aside(stage, "EnrollmentConfirmed", data)


def _useful_now(stage: Stage, _: Json) -> None:
    ada = stage.person("ada")
    _put_aside(stage, "NoticeSent", {"personId": ada, "kind": "CONFIRMED", "noticeId": "1"})
    stage.post_event("EnrollInCourseInitiated", {"studentId": ada, "courseId": "algebra"})
    stage.world.eventually(lambda: stage.world.payment.find_saga(stage.saga_id))


def _put_aside(stage: Stage, name: str, data: Json) -> None:
    """Let a message be of no use, and be the only one that is."""
    operator = stage.world.payment
    for each in list(operator.dead_letters()):
        operator.resolve_dead_letter(each["id"], "it was of another example")
    stage.post_event(name, data)

    def number() -> int | None:
        return next((each["id"] for each in operator.dead_letters() if each["sagaId"] == stage.saga_id), None)

    stage.letter = stage.world.eventually(number)


STATES: dict[str, Callable[[Stage, Json], None]] = {
    "a service token that is known": _knows_service,
    "a service token that is not known": _nothing,
    "a student who is signed in": _student,
    "an operator who is signed in": _operator,
    "nobody who is signed in": _nothing,
    "a message that was handed over before": _nothing,  # its request is sent twice
    "no purchase": _nothing,
    "a session that is being booked": _being_booked,
    "a session that is to be paid": _to_be_paid,
    "a session that is paid and confirmed": _confirm,
    "a session that is paid, and whose refund failed": _park,
    "a session whose refund is asked for again": _resume,
    "a booking that was made with an Idempotency-Key": _booked_with_key,
    "a message that is of no use": _useless,
    "a message that was of no use, and is of use now": _useful_now,
}
