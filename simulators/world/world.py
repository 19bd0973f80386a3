"""What the three worlds have in common, so that one set of steps drives them all."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Self, TypeVar

import requests

from simulators.clients.communication import CommunicationClient
from simulators.clients.control import ControlClient
from simulators.clients.http_client import HttpClient, ServiceClient
from simulators.clients.learning import LearningClient
from simulators.clients.operator import Operator
from simulators.clients.payments import PaymentsClient
from simulators.clients.stripe import StripeClient
from simulators.clients.student_app import Student
from simulators.clients.tutor_matching import TutorMatchingClient
from simulators.kit.json_types import Json
from simulators.kit.seams import Clock
from simulators.world.recorder import Recorder
from simulators.world.topology import LEARNING, PAYMENT, STRIPE, Topology
from simulators.world.transport import OBSERVER

T = TypeVar("T")
C = TypeVar("C", bound=ServiceClient)


class World(ABC):
    """All services put together, and the people in it."""

    def __init__(self, topology: Topology, clock: Clock, recorder: Recorder) -> None:
        self.topology, self.clock, self.recorder = topology, clock, recorder
        self.sagas: set[str] = set()
        self.outcomes: dict[str, str] = {}
        self.verdicts: list[Any] = []  # The judge's last; it is one of those who look at a world from outside.
        self.played: Counter[str] = Counter()  # How often each story was, so that the next one has its own student.
        self._sessions: dict[str, requests.Session] = {}
        self._sagas_of_events: dict[str, str | None] = {}  # What an event is about never changes.

    @abstractmethod
    def connect(self, caller: str) -> requests.Session:
        """Return what will carry this caller's calls."""

    @abstractmethod
    def settle(self) -> None:
        """Wait until every service has done all that is due now."""

    @abstractmethod
    def pass_time(self, by: timedelta) -> None:
        """Let time pass, and everything happen that falls due in it."""

    @abstractmethod
    def eventually(self, check: Callable[[], T | None]) -> T:
        """Return what the check returns once that is something; an AssertionError tells that it never was."""

    @abstractmethod
    def is_up(self, name: str) -> bool:
        """Tell whether a service runs."""

    @abstractmethod
    def take_down(self, name: str) -> None:
        """End a service at once, as kill -9 does."""

    def crash(self, name: str) -> None:
        """End one instance of a service at once, as kill -9 does; where there is but one, that is all of it."""
        self.take_down(name)

    @abstractmethod
    def bring_back(self, name: str) -> None:
        """Start it again: the payment-service on its database, a simulator with all it knew."""

    @abstractmethod
    def close(self) -> None:
        """Stop everything, and leave nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for session in self._sessions.values():
            session.close()
        self.close()

    def reach(self, kind: type[C]) -> C:
        """Return the service that this client is for, as its operator sees it; such looks leave no trace."""
        row = self.topology.row_of(kind)
        return kind(self.client(row.name, OBSERVER, lambda: row.bearer(self.topology.credentials, self.clock.now())))

    @property
    def stripe(self) -> StripeClient:
        """Stripe, as whoever holds its secret key sees it."""
        return self.reach(StripeClient)

    @property
    def learning(self) -> LearningClient:
        """The learning-service, as its operator sees it."""
        return self.reach(LearningClient)

    @property
    def tutors(self) -> TutorMatchingClient:
        """The tutor-matching-service, as its operator sees it."""
        return self.reach(TutorMatchingClient)

    @property
    def communication(self) -> CommunicationClient:
        """The communication-service, as its operator sees it."""
        return self.reach(CommunicationClient)

    @property
    def payment(self) -> Operator:
        """The payment-service, as its operator sees it; unlike `operator`, without a trace."""
        return self.reach(Operator)

    def operator(self, name: str) -> Operator:
        """Return the person in charge of that name, whose acts are exchanges like any other."""
        return Operator(self.client(PAYMENT, "operator", lambda: self.token(name, "operator")))

    def student(self, name: str, caller: str = "student") -> Student:
        """Return the student of that name; as OBSERVER one looks at what the student sees without a trace."""
        payments, learning, stripe = (
            self.client(PAYMENT, caller, lambda: self.token(name, "student")),
            self.client(LEARNING, caller, lambda: self.token(name, "student")),
            self.client(STRIPE, caller, lambda: self.topology.credentials.publishable_key),
        )
        return Student(
            name,
            LearningClient(learning),
            PaymentsClient(payments),
            StripeClient(stripe),
            eventually=self.eventually,
            on_begin=self.sagas.add,
        )

    def stranger(self, caller: str) -> PaymentsClient:
        """Return the payment-service as somebody sees it who has no credential."""
        return PaymentsClient(self.client(PAYMENT, caller, lambda: "nobody"))

    def control(self, service: str) -> ControlClient:
        """Return the control routes of a simulator."""
        return ControlClient(self.client(service, OBSERVER, lambda: self.topology.credentials.stripe_key))

    def client(self, service: str, caller: str, bearer: Callable[[], str]) -> HttpClient:
        """Return a way for this caller to call that service."""
        if caller not in self._sessions:
            self._sessions[caller] = self.connect(caller)
        return HttpClient(self._sessions[caller], self.topology.urls[service], bearer)

    def token(self, sub: str, role: str) -> str:
        """Return a JWT that is good now, by this world's clock."""
        return self.topology.credentials.token(sub, role, self.clock.now())

    def plant_fault(self, service: str, name: str, /, **parameters: object) -> None:
        """Plant one of a simulator's faults, by its name and its parameters."""
        self.control(service).plant_fault(name, **parameters)

    def strikes(self) -> dict[tuple[str, str], int]:
        """Return how often each fault that is in place has struck, by its service and its name."""
        faults = [(name, each) for name in self._simulators_up() for each in self.control(name).faults()]
        return {(name, each["fault"]): each["strikes"] for name, each in faults}

    def deliveries(self, service: str, limit: int | None = None) -> list[Json]:
        """Return the newest messages of a simulator, newest first; those about a saga tell its id as `sagaId`."""
        newest = self.control(service).deliveries(limit)
        events = {each["about"] for each in newest if "about" in each}  # Stripe knows no sagas: its events do.
        if unknown := events - self._sagas_of_events.keys():
            self._sagas_of_events |= dict.fromkeys(unknown) | self.stripe.sagas_of(unknown)
        sagas = self._sagas_of_events
        return [each | {"sagaId": sagas.get(each["about"])} if "about" in each else each for each in newest]

    def lost_messages(self) -> list[Json]:
        """Return what the simulators sent and nobody ever got: when, by whom, and what it was."""
        return [
            {"at": each["created"], "sender": name, "event": each["event"], "sagaId": each.get("sagaId")}
            for name in self._simulators_up()
            for each in reversed(self.deliveries(name))
            if each["status"] == "LOST"
        ]

    def _simulators_up(self) -> list[str]:
        """Return the simulators that can be asked: one may be down on purpose."""
        return [name for name in self.topology.simulators if self.is_up(name)]

    def log(self) -> list[str]:
        """Return what the payment-service has written down so far, as far as this world can know."""
        return []

    def clear_faults(self) -> None:
        """Take all faults out of all simulators."""
        for service in self.topology.simulators:
            self.control(service).clear_faults()

    def recover(self) -> None:
        """Bring back whatever is down, and clear all faults."""
        for service in self.topology.urls:
            if not self.is_up(service):
                self.bring_back(service)
        self.clear_faults()
