"""Stripe by its own API: what was charged and given back, and what a person or a student's app does there."""

from collections.abc import Collection, Iterator

from simulators.clients.control import CONTROL_PATH
from simulators.clients.http_client import ServiceClient
from simulators.kit.json_types import Json

API_PATH = "/v1"  # All of Stripe's API lies below it.
INTENTS, REFUNDS = "/v1/payment_intents", "/v1/refunds"
CANCEL_ANY_INTENT = f"{INTENTS}/*/cancel"  # A pattern, for faults.
ANY_PATH = "/v1/*"
BROWSER_PAGES = ("/3d_secure/", "/c/pay/")  # What a person opens in a browser, without any credential.
LARGEST_PAGE = 100


class StripeClient(ServiceClient):
    """Stripe as the holder of one key sees it; every method raises Refused when Stripe says no."""

    def intents(self, saga_id: str | None = None) -> list[Json]:
        """Return the PaymentIntents, newest first: all, or those of one saga by their metadata."""
        if saga_id is None:
            return list(self._items(INTENTS))
        query = "metadata['sagaId']:'{}'".format(saga_id.replace("'", ""))
        return list(self.client.get(f"{INTENTS}/search", query=query, limit=LARGEST_PAGE)["data"])

    def intent(self, client_secret: str) -> Json:
        """Return the PaymentIntent that this client secret opens."""
        return self.client.get(_intent_path(client_secret), client_secret=client_secret)

    def confirm(self, client_secret: str, payment_method: str, return_url: str | None = None) -> Json:
        """Confirm the payment that this client secret opens; a decline raises Refused with Stripe's error."""
        form = {"client_secret": client_secret, "payment_method": payment_method, "return_url": return_url}
        return self.client.post(f"{_intent_path(client_secret)}/confirm", form=form)

    def refunds(self, intent_id: str | None = None) -> list[Json]:
        """Return the refunds, newest first: all, or those of one intent."""
        return list(self._items(REFUNDS, payment_intent=intent_id))

    def refund(self, intent_id: str, amount: int | None = None) -> Json:
        """Give a payment back, as a person does at Stripe's Dashboard: so much of it, or all that is left."""
        return self.client.post(REFUNDS, form={"payment_intent": intent_id, "amount": amount})

    def change_sum(self, intent_id: str, amount: int, currency: str) -> Json:
        """Let a payment that nobody has made yet be about another sum, to be paid by card."""
        form = {"amount": amount, "currency": currency.lower(), "payment_method_types[0]": "card"}
        return self.client.post(f"{INTENTS}/{intent_id}", form=form)

    def answer_dispute(self, dispute_id: str, evidence: str) -> Json:
        """Answer a cardholder's bank, as a person does at Stripe's Dashboard; some texts decide in test mode."""
        return self.client.post(f"/v1/disputes/{dispute_id}", form={"evidence[uncategorized_text]": evidence})

    def change_metadata(self, intent_id: str, **metadata: str) -> Json:
        """Write something else beside a payment, as a person may at Stripe's Dashboard."""
        form = {f"metadata[{name}]": value for name, value in metadata.items()}
        return self.client.post(f"{INTENTS}/{intent_id}", form=form)

    def charges(self, intent_id: str | None = None) -> list[Json]:
        """Return the charges, newest first, with what was booked of them: all, or those of one intent."""
        expanded = {"expand[]": "data.balance_transaction"}
        return list(self._items("/v1/charges", payment_intent=intent_id, **expanded))

    def events(self) -> list[Json]:
        """Return all that Stripe has had news of, newest first, whether or not it arrived."""
        return list(self._items("/v1/events"))

    def sagas_of(self, event_ids: Collection[str]) -> dict[str, str]:
        """Return which saga each of these events is about, by the metadata of its object; not those about none."""
        newest = {each["id"]: each for each in self.newest("events")}
        events = [newest.get(event_id) or self.read("events", event_id) for event_id in event_ids]
        found = {each["id"]: (each["data"]["object"].get("metadata") or {}).get("sagaId") for each in events}
        return {event_id: saga_id for event_id, saga_id in found.items() if saga_id}

    def resend_event(self, event_id: str) -> None:
        """Bring one event once more, as Stripe's Dashboard does."""
        self.client.post(f"/v1/events/{event_id}/retry")

    def newest(self, kind: str, limit: int = LARGEST_PAGE) -> list[Json]:
        """Return the newest objects of one kind, such as `disputes`."""
        return list(self.client.get(f"/v1/{kind}", limit=limit)["data"])

    def read(self, kind: str, object_id: str) -> Json:
        """Return one object of a kind, such as `disputes`, by its id."""
        return self.client.get(f"/v1/{kind}/{object_id}")

    def balance(self) -> Json:
        """Return what is available and what is pending, by currency."""
        return self.client.get("/v1/balance")

    def roll_webhook_secret(self) -> str:
        """Let the one webhook endpoint sign with a new secret, for a day with the old one, too; returns the new one."""
        (endpoint,) = self.newest("webhook_endpoints")
        return str(self.client.post(f"{CONTROL_PATH}/webhook_endpoints/{endpoint['id']}/secret")["secret"])

    def _items(self, path: str, **query: object) -> Iterator[Json]:
        """Yield all items of one of Stripe's lists, page by page."""
        while True:
            page = self.client.get(path, limit=LARGEST_PAGE, **query)
            yield from page["data"]
            if not page["has_more"]:
                return
            query["starting_after"] = page["data"][-1]["id"]


def _intent_path(client_secret: str) -> str:
    return f"{INTENTS}/{client_secret.partition('_secret_')[0]}"
