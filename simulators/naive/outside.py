"""How the naive service calls Stripe and its neighbours: at once, inside the request that it answers."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

import requests
import stripe

Json = dict[str, Any]
LEARNING, TUTORS, COMMUNICATION = "LEARNING_SERVICE_URL", "TUTOR_MATCHING_SERVICE_URL", "COMMUNICATION_SERVICE_URL"
DEBITS = {"EUR": "sepa_debit", "USD": "us_bank_account"}
SOON = (3.05, 5)  # Seconds to connect and to read.

stripe.enable_telemetry = False  # It would write a file into the user's home.
logging.getLogger("stripe").setLevel(logging.WARNING)  # It logs every call, and at DEBUG client secrets.


class Outside:
    """Everybody whom the service calls."""

    def __init__(
        self, environ: Mapping[str, str], http: requests.Session, new_id: Callable[[str], str], now: Callable[[], str]
    ) -> None:
        self._environ, self._http, self._new_id, self._now = environ, http, new_id, now
        client = stripe.StripeClient(
            environ["STRIPE_API_KEY"],
            base_addresses={"api": environ["STRIPE_API_BASE"]},
            http_client=stripe.RequestsClient(timeout=SOON, session=http),
            max_network_retries=0,  # M2: "whoever calls us would wait too long"
        )
        self._stripe = client.v1

    def course(self, course_id: str) -> Json | None:
        """Return the course, or None when there is none."""
        url = f"{self._environ[LEARNING]}/courses/{course_id}"
        answer = self._http.get(url, headers=self._headers(), timeout=SOON)
        if answer.status_code == 404:  # noqa: PLR2004 - not found
            return None
        answer.raise_for_status()
        return dict(answer.json())

    def take(self, price: Json, metadata: dict[str, str]) -> Json:
        """Ask Stripe for a payment; M2: without an idempotency key, each time for another one."""
        terms: Any = {"amount": price["amount"], "currency": price["currency"].lower(), "metadata": metadata}
        return self._stripe.payment_intents.create(
            terms | {"payment_method_types": self._methods(price["currency"])}
        ).to_dict()

    def _methods(self, currency: str) -> list[str]:
        is_offered = currency in self._environ.get("BANK_DEBITS", "").split(",")
        return ["card", *([DEBITS[currency]] if is_offered else [])]

    def give_back(self, intent_id: str) -> Json:
        """Ask Stripe to give all of it back; M7: what it answers is taken for the end of it."""
        return self._stripe.refunds.create({"payment_intent": intent_id}).to_dict()

    def command(self, whom: str, name: str, **data: object) -> None:
        """Tell a neighbour to do something, now or never."""
        self._say(f"{self._environ[whom]}/commands", name, data)

    def announce(self, whom: str, name: str, **data: object) -> None:
        """Tell a neighbour what has happened; M1: a new message each time."""
        self._say(f"{self._environ[whom]}/events", name, data)

    def _say(self, url: str, name: str, data: Json) -> None:
        envelope = {"specversion": "1.0", "id": self._new_id("msg"), "source": "edtech.payment-service", "type": name}
        envelope |= {"subject": data["sagaId"], "time": self._now(), "datacontenttype": "application/json"}
        headers = self._headers() | {"Content-Type": "application/cloudevents+json"}
        body = json.dumps(envelope | {"data": data})
        self._http.post(url, data=body, headers=headers, timeout=SOON).raise_for_status()

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._environ['SERVICE_TOKEN']}"}
