"""A process that takes messages from a broker and never has them stored: python -m … URL VISIBILITY_SECONDS COUNT."""

from __future__ import annotations

import sys
from datetime import timedelta

from reference.application.ports import InboxMessage
from reference.gateways.broker import KombuBroker
from reference.runtime import SystemClock

url, visibility, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
held: set[str] = set()


def hold(incoming: InboxMessage) -> bool:
    held.add(incoming.message_id)
    if len(held) == count:
        sys.stdout.write("holding\n")
        sys.stdout.flush()
    return False


KombuBroker(url, timedelta(seconds=visibility), SystemClock()).consume(hold, lambda: False)
