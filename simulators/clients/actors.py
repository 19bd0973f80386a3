"""Who acts in a world, and whom it is read by: students with their app, and those who look at each service's side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.clients.http_client import Refused
from simulators.kit.json_types import Json

if TYPE_CHECKING:
    from simulators.clients.http_client import Client
    from simulators.world.world import World


class Student:
    """A student at the school's app: enrolls, pays as the app does with a client secret, looks at the saga."""

    def __init__(self, world: World, name: str) -> None:
        self.name, self._world = name, world
        self._learning = world.client("learning-service", "student", lambda: world.token(name, "student"))
        self._payment = world.client("payment-service", "student", lambda: world.token(name, "student"))
        self._stripe = world.client("stripe", "student", lambda: world.plan.credentials.publishable_key)

    def enroll(self, course_id: str) -> str:
        """Ask for a seat; returns the sagaId under which everything else happens."""
        saga_id = str(self._learning.post(f"/courses/{course_id}/enroll")["sagaId"])
        self._world.sagas.add(saga_id)
        return saga_id

    def book(self, tutor_id: str, at: str, minutes: int, **headers: str) -> str:
        """Ask for a session; returns the sagaId under which everything else happens."""
        asked = {"tutorId": tutor_id, "scheduledAt": at, "duration": minutes}
        saga_id = str(self._payment.post("/session-bookings", asked, **headers)["sagaId"])
        self._world.sagas.add(saga_id)
        return saga_id

    def cancel(self, saga_id: str) -> None:
        """Change one's mind; Refused if it is too late, or somebody else's."""
        self._payment.post(f"/sagas/{saga_id}/cancel")

    def saga(self, saga_id: str) -> Json:
        """Return the saga as its student sees it, client secret and all."""
        return self._payment.get(f"/sagas/{saga_id}")

    def payments(self) -> list[Json]:
        """Return what one has paid, or is to pay; the newest first."""
        return list(self._payment.items("/payments"))

    def client_secret(self, saga_id: str) -> str:
        """Wait for the payment to be asked for; its client secret is the student's key to it."""
        return self._world.eventually(lambda: _client_secret(self.saga(saga_id)))

    def pays(self, saga_id: str, payment_method: str = "pm_card_visa") -> Json:
        """Confirm the payment with this test card; a decline raises Refused with Stripe's error."""
        return self.pays_by(self.client_secret(saga_id), payment_method)

    def pays_by(self, client_secret: str, payment_method: str = "pm_card_visa") -> Json:
        """Pay by a client secret that was handed out earlier, whatever has become of its saga."""
        intent_id = client_secret.partition("_secret_")[0]
        form = {"client_secret": client_secret, "payment_method": payment_method}
        return self._stripe.post(f"/v1/payment_intents/{intent_id}/confirm", form=form)

    def tries(self, saga_id: str, payment_method: str) -> str | None:
        """Pay with a card that may be declined; returns the decline code, or None when it was taken."""
        try:
            self.pays(saga_id, payment_method)
        except Refused as refused:
            return _decline_code(refused)
        return None


class StripeSide:
    """What Stripe's own API shows: all that was charged and given back."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def intents(self, saga_id: str | None = None) -> list[Json]:
        """Return the PaymentIntents, newest first: all, or those of one saga by their metadata."""
        everything = self.client.pages("/v1/payment_intents")
        return [each for each in everything if saga_id in (None, each["metadata"].get("sagaId"))]

    def refunds(self, intent_id: str | None = None) -> list[Json]:
        """Return the refunds, newest first: all, or those of one intent."""
        return list(self.client.pages("/v1/refunds", **_only(payment_intent=intent_id)))

    def charges(self, intent_id: str | None = None) -> list[Json]:
        """Return the charges, newest first: all, or those of one intent."""
        return list(self.client.pages("/v1/charges", **_only(payment_intent=intent_id)))

    def events(self) -> list[Json]:
        """Return all that Stripe has had news of, newest first, whether or not it arrived."""
        return list(self.client.pages("/v1/events"))


class PaymentSide:
    """The payment-service as its operator sees it."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def saga(self, saga_id: str) -> Json | None:
        """Return the saga, or None when the service knows none of that id."""
        try:
            return self.client.get(f"/sagas/{saga_id}")
        except Refused as refused:
            if refused.status == NOT_FOUND:
                return None
            raise

    def resume(self, saga_id: str, why: str) -> None:
        """Let a parked saga go on, for a reason that is written down; Refused if it is not parked."""
        self.client.post(f"/sagas/{saga_id}/resume", {"why": why})


NOT_FOUND = 404


def _client_secret(saga: Json) -> str | None:
    return (saga["payment"] or {}).get("clientSecret")


def _decline_code(refused: Refused) -> str:
    error = refused.answer["error"]
    return str(error.get("decline_code") or error["code"])


def _only(**query: str | None) -> dict[str, str]:
    return {key: value for key, value in query.items() if value is not None}
