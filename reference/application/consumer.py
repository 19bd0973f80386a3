"""The consumer: takes messages from a broker, which keeps each until it is stored here."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable

from reference.application.ports import ConflictError, InboxMessage, MessageBroker, StorageUnavailableError
from reference.application.service import PaymentService
from reference.tracing import Activity, active

log = logging.getLogger(__name__)
ATTEMPTS = 5  # After so many failures of ours a message is for a person, and the next ones go on.


class Consumer:
    """Hands the broker's messages to the service; a database that is away is no failure of the message."""

    def __init__(self, broker: MessageBroker, service: PaymentService) -> None:
        self._broker, self._service = broker, service
        self._failures: Counter[tuple[str, str]] = Counter()  # By source and id; no broker counts the same way.

    def run(self, is_over: Callable[[], bool]) -> None:
        """Take messages until it is over; UnavailableError when the broker is gone."""
        self._broker.consume(self._take, is_over)

    def _take(self, incoming: InboxMessage) -> bool:
        """Return whether it is stored for good: only then it may be acknowledged."""
        with active(Activity(trace=incoming.trace)) as activity:
            activity.concern(incoming.message_id, vars(incoming.message))
            return self._try(incoming)

    def _try(self, incoming: InboxMessage) -> bool:
        key = (incoming.source, incoming.message_id)
        try:
            self._store(incoming, self._failures[key])
        except (StorageUnavailableError, ConflictError) as trouble:
            log.warning("%s of %s stays with the broker: %s", incoming.message_id, incoming.source, trouble)
            return False
        except Exception:
            self._failures[key] += 1
            log.exception("%s of %s failed here, %d of %d times", *reversed(key), self._failures[key], ATTEMPTS)
            return False
        del self._failures[key]
        return True

    def _store(self, incoming: InboxMessage, failures: int) -> None:
        spent = f"handling it failed {failures} times" if failures >= ATTEMPTS else ""
        if reason := incoming.unreadable or spent:
            self._service.keep_dead_letter(incoming.source, incoming.message_id, incoming.message, reason)
        else:
            self._service.receive(incoming.source, incoming.message_id, incoming.message)
