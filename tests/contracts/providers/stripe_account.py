"""A simulated Stripe whose one account has an intent that is just so far; each state begins from nothing."""

from __future__ import annotations

import json

from flask import Flask

from tests.contracts.expectations import SECRET_KEY, TOKENS, Json
from tests.contracts.providers.local_provider import EnterState

OURS = {"paymentId": "pay-1", "sagaId": "saga-1", "paymentContext": "COURSE_ENROLLMENT", "contextId": "algebra"}
CREATED = {
    "amount": "4900",
    "currency": "eur",
    "payment_method_types[0]": "card",
    **{f"metadata[{name}]": value for name, value in OURS.items()},
}
REFUND = {"metadata[paymentId]": "pay-1", "metadata[attempt]": "1"}


class StripeAccount:
    """Brings it there by its API; then the intent gets the id that the contract wants."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def seen_by_students(self) -> dict[str, EnterState]:
        return {"an intent that waits for a card": self.unpaid, "an intent that is paid": self.paid}

    def seen_by_us(self) -> dict[str, EnterState]:
        return self.seen_by_students() | {
            "no intent": self._emptied,
            "an intent for which a bank was asked": self.with_bank,
            "an intent that is canceled": self.canceled,
            "an intent that is paid and refunded": self.refunded,
            "an intent that is paid and disputed": self.disputed,
        }

    def unpaid(self, params: Json, method: str = "card") -> None:
        self._emptied(params)
        key = {"Idempotency-Key": params["key"]} if "key" in params else {}
        made = self._asks("/v1/payment_intents", CREATED | {"payment_method_types[0]": method}, **key)
        self._calls({made["client_secret"]: f"{params['intentId']}_secret_1", made["id"]: params["intentId"]})

    def paid(self, params: Json) -> None:
        self.unpaid(params)
        self._asks(f"/v1/payment_intents/{params['intentId']}/confirm", {"payment_method": "pm_card_visa"})

    def with_bank(self, params: Json) -> None:
        self.unpaid(params, "sepa_debit")
        self._asks(f"/v1/payment_intents/{params['intentId']}/confirm", {"payment_method": "pm_success_at"})

    def canceled(self, params: Json) -> None:
        self.unpaid(params)
        self._asks(f"/v1/payment_intents/{params['intentId']}/cancel", {})

    def refunded(self, params: Json) -> None:
        self.paid(params)
        self._asks("/v1/refunds", {"payment_intent": params["intentId"], **REFUND})

    def disputed(self, params: Json) -> None:
        self.unpaid(params)
        card = {"payment_method": "pm_card_createDispute"}
        self._asks(f"/v1/payment_intents/{params['intentId']}/confirm", card)

    def _emptied(self, _: Json) -> None:
        assert self._app.test_client().post("/_sim/reset").status_code == 204

    def _asks(self, path: str, form: dict[str, str], **headers: str) -> Json:
        known = {"Authorization": f"Bearer {TOKENS[SECRET_KEY]}"} | headers
        answer = self._app.test_client().post(path, data=form, headers=known)
        assert answer.status_code == 200, answer.text
        made: Json = answer.get_json()
        return made

    def _calls(self, names: dict[str, str]) -> None:
        """Rename what it has, wherever it is named."""
        client = self._app.test_client()
        everything = client.get("/_sim/state").get_data(as_text=True)
        for old, new in names.items():
            everything = everything.replace(old, new)
        assert client.put("/_sim/state", json=json.loads(everything)).status_code == 204
