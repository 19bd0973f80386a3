"""What the three worlds have in common, so that one set of steps drives them all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from typing import TYPE_CHECKING, Self, TypeVar

from simulators.clients.communication import CommunicationClient
from simulators.clients.control import ControlClient
from simulators.clients.http_client import Client
from simulators.clients.learning import LearningClient
from simulators.clients.operator import Operator
from simulators.clients.payments import PaymentsClient
from simulators.clients.stripe import StripeClient
from simulators.clients.student_app import Student
from simulators.clients.tutor_matching import TutorMatchingClient
from simulators.kit.json_types import Json
from simulators.world.recorder import Recorder
from simulators.world.topology import COMMUNICATION, LEARNING, PAYMENT, PORTS, SIMULATORS, STRIPE, TUTORS, Plan
from simulators.world.transport import OBSERVER

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta

    import requests

    from simulators.kit.seams import Clock

T = TypeVar("T")


class World(ABC):
    """All services put together, and the people in it."""

    def __init__(self, plan: Plan, clock: Clock, recorder: Recorder) -> None:
        self.plan, self.clock, self.recorder = plan, clock, recorder
        self.sagas: set[str] = set()
        self.outcomes: dict[str, str] = {}
        self.played: Counter[str] = Counter()  # How often each story was, so that the next one has its own student.
        self._sessions: dict[str, requests.Session] = {}

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

    @property
    def stripe(self) -> StripeClient:
        """Stripe, as whoever holds its secret key sees it."""
        return StripeClient(self.client(STRIPE, OBSERVER, lambda: self.plan.credentials.stripe_key))

    @property
    def learning(self) -> LearningClient:
        """The learning-service, as its operator sees it."""
        return LearningClient(self._observed(LEARNING))

    @property
    def tutors(self) -> TutorMatchingClient:
        """The tutor-matching-service, as its operator sees it."""
        return TutorMatchingClient(self._observed(TUTORS))

    @property
    def communication(self) -> CommunicationClient:
        """The communication-service, as its operator sees it."""
        return CommunicationClient(self._observed(COMMUNICATION))

    @property
    def payment(self) -> Operator:
        """The payment-service, as its operator sees it; unlike `operator`, looked at without a trace."""
        return Operator(self._observed(PAYMENT))

    def operator(self, name: str) -> Operator:
        """Return the person in charge of that name, whose acts are exchanges like any other."""
        return Operator(self.client(PAYMENT, "operator", lambda: self.token(name, "operator")))

    def student(self, name: str, caller: str = "student") -> Student:
        """Return the student of that name; as OBSERVER one looks at what the student sees without a trace."""
        payments, learning, stripe = (
            self.client(PAYMENT, caller, lambda: self.token(name, "student")),
            self.client(LEARNING, caller, lambda: self.token(name, "student")),
            self.client(STRIPE, caller, lambda: self.plan.credentials.publishable_key),
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
        return ControlClient(self.client(service, OBSERVER, lambda: self.plan.credentials.stripe_key))

    def client(self, service: str, caller: str, bearer: Callable[[], str]) -> Client:
        """Return a way for this caller to call that service."""
        if caller not in self._sessions:
            self._sessions[caller] = self.connect(caller)
        return Client(self._sessions[caller], self.plan.urls[service], bearer)

    def token(self, sub: str, role: str) -> str:
        """Return a JWT that is good now, by this world's clock."""
        return self.plan.credentials.token(sub, role, self.clock.now())

    def plant_fault(self, service: str, name: str, **parameters: object) -> None:
        """Plant one of a simulator's faults, by its name and its parameters."""
        self.control(service).plant_fault(name, **parameters)

    def strikes(self) -> dict[tuple[str, str], int]:
        """Return how often each fault that is in place has struck, by its service and its name."""
        return {(name, each["fault"]): each["strikes"] for name in SIMULATORS for each in self.control(name).faults()}

    def lost_messages(self) -> list[Json]:
        """Return what the simulators sent and nobody ever got: when, by whom, and what it was."""
        return [
            {"at": each["created"], "sender": name, "event": each["event"], "sagaId": each.get("sagaId")}
            for name in SIMULATORS
            for each in reversed(self.control(name).deliveries())
            if each["status"] == "LOST"
        ]

    def clear_faults(self) -> None:
        """Take all faults out of all simulators."""
        for service in SIMULATORS:
            self.control(service).clear_faults()

    def recover(self) -> None:
        """Bring back whatever is down, and clear all faults."""
        for service in PORTS:
            if not self.is_up(service):
                self.bring_back(service)
        self.clear_faults()

    def _observed(self, service: str) -> Client:
        return self.client(service, OBSERVER, lambda: self.token("operator", "operator"))
