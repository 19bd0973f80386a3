"""Figures for Prometheus: what is stored is counted when asked, so that every process tells the same."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from reference.application.ports import Counts


class Metrics:
    """The figures of one service."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        name, about = "payments_webhook_received", "Webhooks of Stripe, by what became of them."
        self._webhooks = Counter(name, about, ["type", "result"], registry=self._registry)

    def webhook(self, type_: str, result: str) -> None:
        """Count one webhook."""
        self._webhooks.labels(type_, result.lower()).inc()

    def scraped(self, counts: Counts) -> bytes:
        """Return all figures as Prometheus reads them."""
        stored = CollectorRegistry()
        stored.register(_Stored(counts))
        return generate_latest(self._registry) + generate_latest(stored)


class _Stored:
    def __init__(self, counts: Counts) -> None:
        self._counts = counts

    def collect(self) -> Iterator[Metric]:
        sagas = GaugeMetricFamily("payments_sagas", "Sagas by state and outcome.", labels=["saga", "state", "outcome"])
        seconds = GaugeMetricFamily(
            "payments_saga_duration_seconds_sum", "Seconds that ended sagas took.", labels=["saga", "outcome"]
        )
        for each in self._counts.sagas:
            sagas.add_metric([each.saga, each.state, each.outcome], each.count)
            if each.outcome:
                seconds.add_metric([each.saga, each.outcome], each.seconds)
        yield from (sagas, seconds)
        yield GaugeMetricFamily("payments_outbox_pending", "Messages still to be said.", self._counts.outbox)
        yield GaugeMetricFamily("payments_dead_letters", "Messages that wait for a person.", self._counts.dead_letters)
        parked = sum(each.count for each in self._counts.sagas if each.outcome == "PARKED")
        yield GaugeMetricFamily("payments_sagas_parked", "Sagas that wait for a person.", parked)
