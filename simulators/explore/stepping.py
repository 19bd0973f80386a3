"""One purchase, step by step: which message is delivered next is chosen from outside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from http import HTTPStatus

from simulators.check.storms import Storm
from simulators.clients.http_client import Refused
from simulators.kit.delivery import Deliveries
from simulators.kit.time.background import Background
from simulators.world.inside import Inside
from simulators.world.topology import PAYMENT
from simulators.world.transport import OBSERVER

Footprint = frozenset[str]  # The services whose state a step reads or changes.
WORKS = f"{PAYMENT} works"
PAYS, CANCELS = "the student pays", "the student cancels"


class PurchaseSteps:
    """A world with one purchase in it that has begun, and what can be done next."""

    def __init__(self, world: Inside, storm: Storm) -> None:
        self._world, self._purchase = world, storm.purchases[0]
        storm.break_out(world)
        self._names: dict[str, str] = {}
        self._count: Counter[tuple[str, str]] = Counter()
        self._acts = {PAYS: "pays" in self._purchase.way, CANCELS: "cancels" in self._purchase.way}
        self.saga_id = self._purchase.begin(world)

    def possible(self) -> list[str]:
        """Return all that can be done next, by name; whether the payment-service has work is seen when it is tried."""
        acts = [name for name, is_wanted in self._acts.items() if is_wanted and self._can_act(name)]
        return [WORKS, *self._deliveries(), *acts]

    def take(self, name: str) -> Footprint | None:
        """Do this next, and return what it touched; None when there was nothing to do."""
        before = len(self._world.recorder)
        if name == WORKS:
            if not self._world.services[PAYMENT].pump():
                return None
        elif name in self._acts:
            self._acts[name] = False
            self._act(name)
        else:
            self._deliveries()[name]()
        return self._footprint(before, is_own=name == WORKS)

    def _footprint(self, before: int, *, is_own: bool) -> Footprint:
        """Tell what was touched: whoever was called; and who asked, unless a mere “accepted” was the answer."""
        exchanges = list(self._world.recorder)[before:]
        touched = {each.callee for each in exchanges}
        has_content = any(each.status != HTTPStatus.ACCEPTED for each in exchanges)
        return frozenset(touched | ({PAYMENT} if is_own and (has_content or not exchanges) else set()))

    def _deliveries(self) -> dict[str, Callable[[], None]]:
        found: dict[str, Callable[[], None]] = {}
        for service in self._world.services.values():
            background = service.background
            for task in background.tasks if isinstance(background, Background) else ():
                if isinstance(task, Deliveries):
                    found |= {self._name(service.name, *each): partial(task.attempt, each[0]) for each in task.due()}
        return found

    def _name(self, service: str, delivery_id: str, event: str) -> str:
        """Return the message's name, which stays the same however often it is asked for."""
        if delivery_id not in self._names:
            self._count[service, event] += 1
            number = self._count[service, event]
            self._names[delivery_id] = f"{service}: {event}" + (f" ({number})" if number > 1 else "")
        return self._names[delivery_id]

    def _can_act(self, name: str) -> bool:
        """Whether the student can do it now: pay by a client secret, cancel a saga that the service knows."""
        return bool(self._secret()) if name == PAYS else self._world.payment.find_saga(self.saga_id) is not None

    def _secret(self) -> str:
        if self._world.payment.find_saga(self.saga_id) is None:
            return ""
        saga = self._world.student(self._purchase.student, OBSERVER).saga(self.saga_id)
        return str((saga["payment"] or {}).get("clientSecret", ""))

    def _act(self, name: str) -> None:
        """Do it; who comes too late is refused, and leaves it at that."""
        student = self._world.student(self._purchase.student)
        with suppress(Refused):
            if name == PAYS:
                student.pay_with_secret(self._secret())
            else:
                student.cancel(self.saga_id)
