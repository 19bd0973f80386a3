"""The faults that only Stripe has."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from fnmatch import fnmatch

from simulators.kit.faults.deliveries import SendFault
from simulators.kit.faults.fault import Fault
from simulators.kit.faults.requests import RequestFault, RouteFault
from simulators.kit.json_types import Json
from simulators.kit.seams import Clock
from simulators.stripe.errors import LockTimeoutError


@dataclass(kw_only=True)
class KeptServerError(RouteFault):
    """Stripe fails in the middle (work done or not), and its 500 is what the idempotency key replays."""

    done: bool = True


@dataclass(kw_only=True)
class LockTimeout(RequestFault):
    """The object is locked by another request: 429, and worth another try."""

    def before(self, clock: Clock) -> None:  # noqa: ARG002 - it takes no time
        """Refuse."""
        message = "This object cannot be accessed right now because another API request or Stripe process is using it."
        raise LockTimeoutError(message, code="lock_timeout")


@dataclass(kw_only=True)
class AlteredAmount(SendFault):
    """The webhook, rightly signed, tells of another amount than the object has."""

    amount: int

    def replace(self, delivery: Json) -> list[Json]:
        """Change every amount of the object."""
        body = json.loads(delivery["body"])
        document = body["data"]["object"]
        document |= {name: self.amount for name in ("amount", "amount_received") if name in document}
        return [delivery | {"body": json.dumps(body)}]


@dataclass(kw_only=True)
class BankAnswerFault(Fault):
    """Strikes payments that a bank answers days later, whose method's type fits this pattern."""

    type: str = "*"

    def covers(self, *where: str) -> bool:
        """Tell whether the payment method's type fits."""
        return fnmatch(where[0], self.type)

    def change(self, after: timedelta | None, failure: str | None) -> tuple[timedelta | None, str | None]:
        """Return when the bank will answer (None: never), and with which failure (None: the money comes)."""
        raise NotImplementedError


@dataclass(kw_only=True)
class LateBankAnswer(BankAnswerFault):
    """The bank takes so many days more to answer."""

    days: float = 10

    def change(self, after: timedelta | None, failure: str | None) -> tuple[timedelta | None, str | None]:
        """Put the answer off."""
        return after and after + timedelta(days=self.days), failure


@dataclass(kw_only=True)
class FailedDebit(BankAnswerFault):
    """The bank answers that there is no money, for this reason."""

    code: str = "insufficient_funds"

    def change(self, after: timedelta | None, failure: str | None) -> tuple[timedelta | None, str | None]:  # noqa: ARG002
        """Fail."""
        return after, self.code


@dataclass(kw_only=True)
class LiveEvent(SendFault):
    """The webhook, rightly signed, says that it is of live mode."""

    def replace(self, delivery: Json) -> list[Json]:
        """Change the event's mode and its object's."""
        body = json.loads(delivery["body"])
        body["livemode"] = body["data"]["object"]["livemode"] = True
        return [delivery | {"body": json.dumps(body)}]


STRIPE_FAULTS = (KeptServerError, LockTimeout, AlteredAmount, LiveEvent, LateBankAnswer, FailedDebit)
