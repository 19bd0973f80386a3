"""A service of sessions and notices under test, and what its operator and the payment-service do with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from simulators.communication.app import create_app
from tests.unit.neighbour import Neighbour

TEN = "2026-09-07T10:00:00Z"
SESSION = {"sessionId": "first", "tutorId": "emmy", "studentId": "ada", "scheduledAt": TEN, "duration": 60}
PAYMENT = {
    "paymentId": "pay_1",
    "context": "SESSION_BOOKING",
    "contextId": "first",
    "price": {"amount": 4000, "currency": "EUR"},
    "stripePaymentIntentId": "pi_1",
}
NOTICE = {"sagaId": "s1", "personId": "ada", "kind": "CONFIRMED", "title": "Your session"}


class Meetings(Neighbour):
    def __init__(self, state_path: Path | None = None) -> None:
        super().__init__(create_app, state_path)

    def command(self, saga: str = "s1", message: str = "m1", **about: Any) -> None:
        """Ask for the session of a saga, at ten for an hour unless something else is said."""
        data = {**SESSION, "sessionId": f"ses-{saga}", "sagaId": saga, "paymentId": f"pay_{saga}"} | about
        self.tell("/commands", "CREATE_CONFIRMED_SESSION", data, message)

    def refund(self, saga: str = "s1") -> None:
        data = PAYMENT | {"sagaId": saga, "refundId": "re_1", "reason": "paid too late"}
        self.tell("/events", "PaymentRefunded", data, f"refund-{saga}")

    def notice(self, message: str = "m1", **about: Any) -> None:
        self.tell("/commands", "SEND_NOTICE", NOTICE | about, message)

    def book(self, session_id: str = "first", **about: Any) -> None:
        """Book a session by other ways."""
        self.done("operator", "POST", "/sessions", SESSION | {"sessionId": session_id} | about)

    def move(self, how: str, session_id: str = "first", who: str = "operator") -> int:
        return self.call(who, "POST", f"/sessions/{session_id}/{how}").status_code

    def status(self, session_id: str = "first") -> str:
        return str(self.done("operator", "GET", f"/sessions/{session_id}")["status"])

    def statuses(self) -> list[tuple[str, str]]:
        return [(each["sessionId"], each["status"]) for each in self.items("/sessions")]
