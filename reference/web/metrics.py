"""The figures for Prometheus: what is stored is counted when asked, what happens as it happens."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from reference.application.lists import Counts
from reference.application.ports import Clock, Observer

MINUTE, HOUR, DAY = 60, 3600, 86_400
SAGAS_TAKE = (1, 5, 15, MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, DAY, 3 * DAY)
disable_created_metrics()  # type: ignore[no-untyped-call]  # They tell the time of the machine, and nobody asks for it.


class Metrics(Observer):
    """The figures of one service; those of several processes are summed up, if Prometheus' own variable says where."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._registry = clock, CollectorRegistry()
        self._receivers: Sequence[str] = ()
        mine: Any = {"registry": self._registry}
        name, about = "payments_webhook_received", "Webhooks of Stripe, by what became of them."
        self._webhooks = Counter(name, about, ["type", "result"], **mine)
        name, about = "payments_saga_duration_seconds", "How long sagas took that this service saw end."
        self._took = Histogram(name, about, ["saga", "outcome"], buckets=SAGAS_TAKE, **mine)
        about = "1 while a receiver answers nobody and is only probed."
        self._circuits = Gauge("payments_circuit_open", about, ["receiver"], multiprocess_mode="livemax", **mine)
        about = "Outbox messages that another process took while they waited here."
        self._lost_leases = Counter("payments_outbox_lease_losses", about, **mine)
        about = "Decisions made again because somebody else was first."
        self._conflicts = Counter("payments_conflicts", about, **mine)

    def count_webhook(self, type_: str, result: str) -> None:
        """Count one webhook."""
        self._webhooks.labels(type_, result.lower()).inc()

    def count_end(self, saga: str, outcome: str, took: timedelta) -> None:
        """Count a saga that came to an end."""
        self._took.labels(saga, outcome).observe(took.total_seconds())

    def count_conflict(self) -> None:
        """Count a decision made again because somebody else was first."""
        self._conflicts.inc()

    def count_lost_lease(self) -> None:
        """Count an outbox message that another process took while it waited here."""
        self._lost_leases.inc()

    def show_circuit(self, receiver: str, *, is_open: bool) -> None:
        """Show whether a receiver answers nobody, and is only probed."""
        self._circuits.labels(receiver).set(is_open)

    def show_receivers(self, receivers: Iterable[str]) -> None:
        """Show these also while there is nothing to tell of them."""
        self._receivers = tuple(receivers)
        for receiver in self._receivers:
            self.show_circuit(receiver, is_open=False)

    def expose(self, counts: Counts) -> bytes:
        """Return all figures as Prometheus reads them."""
        stored = CollectorRegistry()
        stored.register(_Stored(counts, self._receivers, self._clock.now()))
        return generate_latest(self._all_counts()) + generate_latest(stored)

    def _all_counts(self) -> CollectorRegistry:
        """Return what this process counted, or all that share the folder of Prometheus' variable."""
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return self._registry
        shared = CollectorRegistry()
        MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
        return shared


class _Stored:
    """What the database holds."""

    def __init__(self, counts: Counts, receivers: Sequence[str], now: datetime) -> None:
        self._counts, self._now = counts, now
        self._pending = {**dict.fromkeys(receivers), **{each.to: each for each in counts.outbox}}

    def collect(self) -> Iterator[Metric]:
        sagas = GaugeMetricFamily("payments_sagas", "Sagas by state and outcome.", labels=["saga", "state", "outcome"])
        for each in self._counts.sagas:
            sagas.add_metric([each.saga, each.state, each.outcome], each.count)
        yield sagas
        parked = sum(each.count for each in self._counts.sagas if each.outcome == "PARKED")
        yield GaugeMetricFamily("payments_sagas_parked", "Sagas that wait for a person.", parked)
        yield GaugeMetricFamily("payments_dead_letters", "Messages that wait for a person.", self._counts.dead_letters)
        yield from self._outbox()

    def _outbox(self) -> Iterator[Metric]:
        pending = GaugeMetricFamily("payments_outbox_pending", "Messages still to be sent.", labels=["receiver"])
        oldest = GaugeMetricFamily("payments_outbox_oldest_seconds", "Age of the oldest of them.", labels=["receiver"])
        for receiver, waiting in self._pending.items():
            pending.add_metric([receiver], waiting.count if waiting else 0)
            oldest.add_metric([receiver], (self._now - waiting.since).total_seconds() if waiting else 0)
        yield pending
        yield oldest
