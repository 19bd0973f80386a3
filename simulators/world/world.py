"""What the three worlds have in common, so that one set of steps drives them all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from typing import TYPE_CHECKING, Self, TypeVar

from simulators.clients.actors import PaymentSide, StripeSide, Student
from simulators.clients.communication import CommunicationSide
from simulators.clients.http_client import Client
from simulators.clients.learning import LearningSide
from simulators.clients.tutor_matching import TutorSide
from simulators.kit.json_types import Json
from simulators.world.recorder import Recorder
from simulators.world.topology import COMMUNICATION, LEARNING, PAYMENT, SIMULATORS, STRIPE, TUTORS, Plan
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
    def stripe(self) -> StripeSide:
        """Stripe's own side."""
        return StripeSide(self.client(STRIPE, OBSERVER, lambda: self.plan.credentials.stripe_key))

    @property
    def learning(self) -> LearningSide:
        """The learning-service's side."""
        return LearningSide(self.client(LEARNING, OBSERVER, lambda: self.token("operator", "operator")))

    @property
    def tutors(self) -> TutorSide:
        """The tutor-matching-service's side."""
        return TutorSide(self.client(TUTORS, OBSERVER, lambda: self.token("operator", "operator")))

    @property
    def communication(self) -> CommunicationSide:
        """The communication-service's side."""
        return CommunicationSide(self.client(COMMUNICATION, OBSERVER, lambda: self.token("operator", "operator")))

    @property
    def payment(self) -> PaymentSide:
        """The payment-service's own opinion."""
        return PaymentSide(self.client(PAYMENT, OBSERVER, lambda: self.token("operator", "operator")))

    def student(self, name: str) -> Student:
        """Return the student of that name."""
        return Student(self, name)

    def client(self, service: str, caller: str, bearer: Callable[[], str]) -> Client:
        """Return a way for this caller to call that service."""
        if caller not in self._sessions:
            self._sessions[caller] = self.connect(caller)
        return Client(self._sessions[caller], self.plan.urls[service], bearer)

    def token(self, sub: str, role: str) -> str:
        """Return a JWT that is good now, by this world's clock."""
        return self.plan.credentials.token(sub, role, self.clock.now())

    def plant_fault(self, service: str, name: str, **parameters: object) -> None:
        """Plant one of a simulator's faults, by the name and the parameters of its `/_sim/faults`."""
        self._control(service).post(f"/_sim/faults/{name}", parameters)

    def strikes(self) -> dict[tuple[str, str], int]:
        """Return how often each fault that is in place has struck, by its service and its name."""
        planted = {service: self._control(service).get("/_sim/faults")["items"] for service in SIMULATORS}
        return {(service, each["fault"]): each["strikes"] for service, items in planted.items() for each in items}

    def lost_messages(self) -> list[Json]:
        """Return what the simulators sent and nobody ever got: when, by whom, and what it was."""
        sent = {name: self._control(name).get("/_sim/deliveries")["items"] for name in SIMULATORS}
        return [
            {"at": each["created"], "sender": name, "event": each["event"], "sagaId": each.get("sagaId")}
            for name, items in sent.items()
            for each in reversed(items)
            if each["status"] == "LOST"
        ]

    def calm(self) -> None:
        """Take all faults out of all simulators."""
        for service in SIMULATORS:
            self._control(service).delete("/_sim/faults")

    def _control(self, service: str) -> Client:
        return self.client(service, OBSERVER, lambda: self.plan.credentials.stripe_key)
