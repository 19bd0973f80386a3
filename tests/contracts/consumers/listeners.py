"""A service as a consumer of messages: it handles one at its own routes, and then shows what came of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask

from reference.application.lists import Page
from reference.domain.messages import Message
from reference.domain.money import Money
from reference.domain.payment_news import MoneyReceived
from simulators.kit.http.cloudevents import envelope as travelling
from tests.contracts.consumers.pact_recorder import PactRecorder
from tests.contracts.expectations import CLOUDEVENT, SAGA, Json
from tests.contracts.messages import door, message_example
from tests.contracts.providers.services import AS_KNOWN, NOW


@dataclass(frozen=True)
class Listener:
    name: str
    app: Flask
    recorder: PactRecorder

    @contextmanager
    def handling(self, description: str) -> Iterator[None]:
        """Tell it what its contract says; what fails inside never enters the contract."""
        said = message_example(self.name, description)
        contract = self.recorder.contract(self.name, said.sender)
        contract.message(description, said.needed(), **said.known)
        with contract.handling(self.handle):
            yield

    def has_handled(self, description: str, **otherwise: Any) -> None:
        """Something was said before, and differs from the contract's example in these fields."""
        said = message_example(self.name, description)
        data = said.example() | otherwise
        self.handle(
            travelling("before", f"edtech.{said.sender}", said.name, SAGA, NOW, data), {"contentType": CLOUDEVENT}
        )

    def handle(self, body: Any, metadata: Json) -> None:
        where, kind = door(json.loads(body)["type"]), metadata["contentType"]
        answer = self.app.test_client().post(where, data=body, content_type=kind, headers=AS_KNOWN)
        assert answer.status_code == 202, answer.text

    def shows(self, path: str) -> Any:
        return self.app.test_client().get(path, headers=AS_KNOWN).get_json()

    def shows_each(self, path: str, field: str) -> list[Any]:
        return [each[field] for each in self.shows(path)["items"]]


class Payments(Listener):
    """The payment-service, which also hears from Stripe and from students."""

    def knows(self, *messages: Message) -> None:
        for message in messages:
            self.app.extensions["services"].payments.receive("before", message.name, message)

    def is_paid(self, price: Money) -> None:
        payment_id = self.saga()["payment"]["paymentId"]
        self.knows(MoneyReceived(payment_id=payment_id, intent_id="pi-1", received=price, paid_at=NOW))

    def understands_all(self) -> bool:
        """Whether no message waits for a person."""
        with self.app.extensions["services"].reading() as unit:
            return not unit.lists.dead_letters(Page("", 1)).items

    def saga(self) -> Json:
        saga: Json = self.shows(f"/sagas/{SAGA}")
        return saga
