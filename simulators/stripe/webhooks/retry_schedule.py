"""The retry schedule of webhooks: when one that did not arrive is sent again, and when it is given up."""

from __future__ import annotations

from datetime import timedelta

from simulators.kit.delivery import Schedule

# Quick at first, as a person who waits wants it; the last one repeats until the webhook is given up.
RETRY_SECONDS = (1, 2, 4, 8, 15, 30, 60, 120, 300, 900, 3600)
GIVE_UP_AFTER = timedelta(days=3)  # as Stripe does in live mode


def retry_schedule() -> Schedule:
    """Return the schedule with which a simulator begins; `PUT /_sim/schedule` changes it."""
    return Schedule(RETRY_SECONDS, GIVE_UP_AFTER)
