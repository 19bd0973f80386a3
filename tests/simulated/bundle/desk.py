"""The shop and the communication-service, as one desk that is just big enough."""

from __future__ import annotations

from typing import Any

import requests
from flask import Flask, request

URL = "http://desk.test"
SCHEDULED_AT = "2026-09-07T15:00:00.000Z"
OF_THE_BUNDLE = {"courseId": "algebra", "tutorId": "tom", "scheduledAt": SCHEDULED_AT, "duration": 60}


class Desk:
    """Hears commands and answers them with events, one for each pump; it is its own background."""

    def __init__(self, http: requests.Session, payment_url: str, communication_url: str, token: str) -> None:
        self._http, self._url, self._communication_url = http, payment_url, communication_url
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/cloudevents+json"}
        self.price: dict[str, Any] | None = None
        self.tutor = "here"
        self.sessions: dict[str, str] = {}
        self._to_say: list[tuple[str, dict[str, Any]]] = []
        self.app = Flask("desk")
        self.app.extensions["background"] = self
        self.app.post("/commands")(self._hear)
        self.app.post("/events")(self._hear)

    def sells(self, saga_id: str, student: str, bundle: str) -> None:
        """Announce that a student wants a bundle."""
        wish = OF_THE_BUNDLE | {"sagaId": saga_id, "studentId": student, "bundleId": bundle}
        self._to_say.append(("BuyBundleInitiated", wish | {"sessionId": f"session-of-{saga_id}"}))

    def pump(self) -> bool:
        if not self._to_say:
            return False
        name, data = self._to_say.pop(0)
        saga_id = data["sagaId"]
        envelope = {"specversion": "1.0", "id": f"{saga_id}:{name}", "source": "edtech.desk-service", "type": name}
        envelope["subject"] = saga_id
        self._http.post(f"{self._url}/events", json=envelope | {"data": data}, headers=self._headers).raise_for_status()
        return True

    def next_due(self) -> None:
        """Nothing is planned."""

    def stop(self) -> None:
        """Nothing runs."""

    def _hear(self) -> tuple[str, int]:
        envelope = request.get_json(force=True)
        data, whose = envelope["data"], {"sagaId": envelope["data"]["sagaId"]}
        match envelope["type"]:
            case "OFFER_BUNDLE" if self.price:
                self._to_say.append(("BundleOffered", whose | {"title": "A good start", "price": self.price}))
            case "OFFER_BUNDLE":
                self._to_say.append(("BundleSoldOut", whose))
            case "CREATE_CONFIRMED_SESSION":
                self._to_say += self._session(data, whose)
            case "SEND_NOTICE":  # People are told by the real one.
                url = f"{self._communication_url}/commands"
                self._http.post(url, json=envelope, headers=self._headers).raise_for_status()
            case "PaymentRefunded":
                self.sessions.pop(data["sagaId"], None)
        return "", 202

    def _session(self, data: dict[str, Any], whose: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        if self.tutor == "gone":
            return [("SessionRejected", whose | {"reason": "the tutor left"})]
        self.sessions[data["sagaId"]] = data["studentId"]
        place = {"sessionId": data["sessionId"], "meetingLink": "https://meet.test/1"}
        return [("SessionConfirmed", whose | place)] if self.tutor == "here" else []
