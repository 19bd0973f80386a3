"""The figures for Prometheus: what is stored is counted when asked, what happens as it happens."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from reference.application.lists import Counts
from reference.application.ports import Clock

MINUTE, HOUR, DAY = 60, 3600, 86_400
SAGAS_TAKE = (1, 5, 15, MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, DAY, 3 * DAY)
disable_created_metrics()  # type: ignore[no-untyped-call]  # They tell the time of the machine, and nobody asks for it.


class Metrics:
    """The figures of one service."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._registry = clock, CollectorRegistry()
        name, about = "payments_webhook_received", "Webhooks of Stripe, by what became of them."
        self._webhooks = Counter(name, about, ["type", "result"], registry=self._registry)
        name, about = "payments_saga_duration_seconds", "How long sagas took that this process saw end."
        self._took = Histogram(name, about, ["saga", "outcome"], registry=self._registry, buckets=SAGAS_TAKE)

    def count_webhook(self, type_: str, result: str) -> None:
        """Count one webhook."""
        self._webhooks.labels(type_, result.lower()).inc()

    def record_end(self, saga: str, outcome: str, took: timedelta) -> None:
        """Record one saga that came to an end."""
        self._took.labels(saga, outcome).observe(took.total_seconds())

    def expose(self, counts: Counts) -> bytes:
        """Return all figures as Prometheus reads them."""
        since = counts.outbox_since
        waits = self._clock.now() - since if since else timedelta(0)
        stored = CollectorRegistry()
        stored.register(_Stored(counts, waits.total_seconds()))
        return generate_latest(self._registry) + generate_latest(stored)


class _Stored:
    def __init__(self, counts: Counts, oldest: float) -> None:
        self._counts, self._oldest = counts, oldest

    def collect(self) -> Iterator[Metric]:
        sagas = GaugeMetricFamily("payments_sagas", "Sagas by state and outcome.", labels=["saga", "state", "outcome"])
        for each in self._counts.sagas:
            sagas.add_metric([each.saga, each.state, each.outcome], each.count)
        yield sagas
        parked = sum(each.count for each in self._counts.sagas if each.outcome == "PARKED")
        yield GaugeMetricFamily("payments_sagas_parked", "Sagas that wait for a person.", parked)
        yield GaugeMetricFamily("payments_dead_letters", "Messages that wait for a person.", self._counts.dead_letters)
        yield GaugeMetricFamily("payments_outbox_pending", "Messages still to be sent.", self._counts.outbox)
        yield GaugeMetricFamily("payments_outbox_oldest_seconds", "Age of the oldest of them.", self._oldest)
