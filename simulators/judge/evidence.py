"""The evidence that is judged: Stripe's objects, the neighbours' state and the exchanges, never the service alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from http import HTTPStatus
from operator import attrgetter, itemgetter
from typing import Any, TypeVar

from simulators.clients.stripe import REFUNDS
from simulators.kit.json_types import Json
from simulators.world.recorder import Exchange
from simulators.world.topology import PAYMENT

REFUSALS = (HTTPStatus.BAD_REQUEST, HTTPStatus.PAYMENT_REQUIRED, HTTPStatus.NOT_FOUND)  # Trying again changes nothing.
IN_VAIN = timedelta(days=1)  # For so long at least a right service asks before it gives up.
T = TypeVar("T")
SECRET = re.compile(r"_secret_\w|\bsk_(test|live)_\w|\bwhsec_\w|\b\d{13,19}\b")  # Or a card's number.


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One moment at which all is quiet, as each side shows it.

    An intent's metadata are those it was created with, and `asked` is the sum: what a person changes later is not ours.
    """

    now: datetime
    intents: list[Json]
    refunds: list[Json]
    charges: list[Json]
    enrollments: list[Json]
    sessions: list[Json]
    holds: list[Json]
    notices: list[Json]
    sagas: dict[str, Json | None]
    exchanges: list[Exchange]
    begun: set[str]  # The sagaIds that students were given.
    earlier_outcomes: dict[str, str]
    waits: dict[str, timedelta]
    secrets: tuple[str, ...]
    events: list[Json] = field(default_factory=list)  # Stripe's; none where only one saga is judged.
    log: list[str] = field(default_factory=list)  # What the payment-service wrote down.

    @property
    def deliveries(self) -> list[Json]:
        """Everything that was given for money: enrollments and sessions, each by the saga that asked for it."""
        return [each for each in self.enrollments + self.sessions if each.get("sagaId")]

    @property
    def written(self) -> list[str]:
        """What is written down: of the exchanges, and by the payment-service."""
        return [*(json.dumps(vars(each)) for each in self.exchanges), *self.log]

    def deliveries_of(self, saga_id: str) -> list[Json]:
        """Return what a saga brought about."""
        return self.about(saga_id, "deliveries")

    def about(self, id_: str, what: str) -> list[Any]:
        """Return the deliveries, intents, holds, notices or exchanges of a saga, or an intent's refunds or charges."""
        return self._groups[what].get(id_, [])

    def amount_back(self, intent: Json, *statuses: str) -> int:
        """Return how much of this payment went back, in refunds of these statuses."""
        return sum(each["amount"] for each in self.refunds_of(intent) if each["status"] in statuses)

    def refunds_of(self, intent: Json) -> list[Json]:
        """Return the refunds of this payment, failed ones too."""
        return self.about(intent["id"], "refunds")

    def own_refunds(self, intent: Json) -> list[Json]:
        """Return the refunds that the service asked for; a person at Stripe's Dashboard writes no metadata."""
        return [each for each in self.refunds_of(intent) if each.get("metadata")]

    def is_refund_denied(self, intent: Json) -> bool:
        """Whether there is no refund to be seen because Stripe refused to make it, or did not for days."""
        names = (intent["id"], intent.get("latest_charge"))
        posts = (each for each in self.exchanges if (each.method, each.path) == ("POST", REFUNDS))
        asked = [each for each in posts if each.about in names and not each.is_accepted]
        times = [datetime.fromisoformat(each.at) for each in asked]
        return any(each.status in REFUSALS for each in asked) or (bool(times) and times[-1] - times[0] >= IN_VAIN)

    def paid_at(self, intent: Json) -> datetime:
        """Return when the student paid, by Stripe's time."""
        return datetime.fromtimestamp(max((each["created"] for each in self.paid_charges(intent)), default=0), UTC)

    def arrived_at(self, intent: Json) -> datetime:
        """Return when the money was there, by Stripe's time; a bank may answer days after its student paid."""
        booked = [(each, each.get("balance_transaction")) for each in self.paid_charges(intent)]
        times = [money["created"] if isinstance(money, dict) else charge["created"] for charge, money in booked]
        return datetime.fromtimestamp(max(times, default=0), UTC)

    def is_by_bank(self, intent: Json) -> bool:
        """Whether a bank was asked for the money, which answers later."""
        kinds = {(each.get("payment_method_details") or {}).get("type", "card") for each in self.paid_charges(intent)}
        return bool(kinds - {"card"})

    def paid_charges(self, intent: Json) -> list[Json]:
        """Return the charges of this payment that took money."""
        return [each for each in self.about(intent["id"], "charges") if each["paid"]]

    def payment(self, saga_id: str) -> Json:
        """Return the payment as the service reports it; empty where it reports none."""
        return (self.sagas.get(saga_id) or {}).get("payment") or {}

    def has_arrived(self, intent: Json) -> bool:
        """Whether all of Stripe's news of this payment have been accepted."""
        return self._news.get(intent["id"], set()) <= self._accepted

    @cached_property
    def accepted_paths(self) -> set[str]:
        """Where a request was ever answered 2xx."""
        return {each.path for each in self.exchanges if each.is_accepted}

    def outcome(self, saga_id: str) -> str | None:
        """Return how the saga ended; None while it runs or when nobody knows it."""
        saga = self.sagas.get(saga_id)
        return saga["outcome"] if saga else None

    def is_under_way(self, saga_id: str) -> bool:
        """Whether the saga still runs, and within its time: too early to be judged."""
        saga = self.sagas.get(saga_id)
        if saga is None or saga["outcome"] or not saga["waitingUntil"]:
            return False
        return datetime.fromisoformat(saga["waitingUntil"]) >= self.now

    def has_secret(self, text: str) -> bool:
        """Whether there is a key, a client secret or a card's number in the text, or a secret of this world."""
        return bool(SECRET.search(text)) or any(secret in text for secret in self.secrets)

    @cached_property
    def _groups(self) -> dict[str, dict[str, list[Any]]]:
        """All of it by the saga or payment that it is about: judging costs as much as has happened, no more."""
        by_saga, by_payment = itemgetter("sagaId"), itemgetter("payment_intent")
        return {
            "intents": _group(self.intents, saga_of),
            "deliveries": _group(self.deliveries, by_saga),
            "holds": _group(self.holds, by_saga),
            "notices": _group(self.notices, by_saga),
            "exchanges": _group(self.exchanges, attrgetter("saga_id")),
            "refunds": _group(self.refunds, by_payment),
            "charges": _group(self.charges, by_payment),
        }

    @cached_property
    def _accepted(self) -> set[str | None]:
        return {each.message_id for each in self.exchanges if each.callee == PAYMENT and each.is_accepted}

    @cached_property
    def _news(self) -> dict[str, set[str]]:
        """The ids of Stripe's events by the intent that they are about."""
        news: dict[str, set[str]] = {}
        for event in self.events:
            about = event["data"]["object"]
            for intent_id in {about["id"], about.get("payment_intent")}:
                news.setdefault(intent_id, set()).add(event["id"])
        return news


def saga_of(intent: Json) -> str:
    """Return the saga that the intent says it is for; "" if none."""
    return str(intent["metadata"].get("sagaId", ""))


def _group(items: Iterable[T], key: Callable[[T], str]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for each in items:
        found.setdefault(key(each), []).append(each)
    return found
