"""The payment-service: its sagas and payments, its entries for students and webhooks, and the person in charge."""

from collections.abc import Iterator
from http import HTTPStatus
from urllib.parse import quote

from simulators.clients.http_client import Refused, ServiceClient
from simulators.kit.json_types import Json

BOOKINGS, STRIPE_WEBHOOKS = "/session-bookings", "/webhooks/stripe"
READ = ("state", "outcome", "payment")  # Of a saga, and `null` where there is none.
READINESS, OPENAPI = "/readyz", "/openapi.json"


class PaymentsClient(ServiceClient):
    """The payment-service as one caller sees it; a method raises Refused when the service says no."""

    def saga(self, saga_id: str) -> Json:
        """Return the saga as this caller may see it; Refused if there is none for this caller.

        An AssertionError names what an answer lacks that is no saga.
        """
        saga = self.client.get(saga_path(saga_id))
        if missing := [name for name in READ if name not in saga]:
            raise AssertionError(f"GET {saga_path(saga_id)} is answered without {', '.join(missing)}")
        return saga

    def find_saga(self, saga_id: str) -> Json | None:
        """Return the saga, or None when the service knows none of that id."""
        try:
            return self.saga(saga_id)
        except Refused as refused:
            if refused.status == HTTPStatus.NOT_FOUND:
                return None
            raise

    def sagas(self, page_size: int | None = None, **filters: str | None) -> Iterator[Json]:
        """Yield the sagas that fit, newest first, page by page."""
        return self.client.items("/sagas", limit=page_size, **filters)

    def saga_page(self, limit: int, cursor: str | None = None, **filters: str | None) -> tuple[list[Json], str | None]:
        """Return one page of the sagas that fit, newest first, and where the next one begins: None at the end."""
        page = self.client.get("/sagas", limit=limit, cursor=cursor, **filters)
        return page["items"], page["nextCursor"]

    def payments(self) -> Iterator[Json]:
        """Yield the payments that this caller may see, newest first, page by page."""
        return self.client.items("/payments")

    def book(self, tutor_id: str, at: str, minutes: int, key: str | None = None) -> str:
        """Ask for a session, by an idempotency key if there is one; returns the sagaId."""
        body = {"tutorId": tutor_id, "scheduledAt": at, "duration": minutes}
        return str(self.client.post(BOOKINGS, body, **{"Idempotency-Key": key})["sagaId"])

    def cancel(self, saga_id: str) -> None:
        """Let the student change their mind; Refused if it is too late, or somebody else's."""
        self.client.post(f"{saga_path(saga_id)}/cancel")

    def flows(self) -> list[Json]:
        """Return the tables of the sagas: states and moves."""
        return list(self.client.get("/flows")["items"])

    def metrics(self) -> str:
        """Return what the service counts, in the text format of Prometheus."""
        return self.client.text("/metrics")

    def send_webhook(self, body: str, **headers: str) -> None:
        """Send what claims to be Stripe's news; Refused unless it is believed."""
        self.client.post(STRIPE_WEBHOOKS, form=body, **headers)


def saga_path(saga_id: str) -> str:
    """Return where the payment-service has this saga."""
    return f"/sagas/{quote(saga_id, safe='')}"
