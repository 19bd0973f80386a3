"""The figures for Prometheus: what is stored is counted when asked, what happens as it happens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from reference.application.circuit import CircuitState
from reference.application.dispatcher import Dispatcher
from reference.application.lists import Counts
from reference.application.ports import Clock
from reference.application.service import PaymentService

MINUTE, HOUR, DAY = 60, 3600, 86_400
SAGAS_TAKE = (1, 5, 15, MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, DAY, 3 * DAY)
disable_created_metrics()  # type: ignore[no-untyped-call]  # They tell the time of the machine, and nobody asks for it.


class Metrics:
    """The figures of one service."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._registry = clock, CollectorRegistry()
        self._receivers: Sequence[str] = ()
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

    def follow(self, dispatcher: Dispatcher, service: PaymentService) -> None:
        """Show how these two are doing, from now on."""
        self._receivers = tuple(dispatcher.circuits)
        self._registry.register(_Running(dispatcher, service, self._clock))

    def expose(self, counts: Counts) -> bytes:
        """Return all figures as Prometheus reads them."""
        stored = CollectorRegistry()
        stored.register(_Stored(counts, self._receivers, self._clock.now()))
        return generate_latest(self._registry) + generate_latest(stored)


class _Running:
    """What this process sees."""

    def __init__(self, dispatcher: Dispatcher, service: PaymentService, clock: Clock) -> None:
        self._dispatcher, self._service, self._clock = dispatcher, service, clock

    def collect(self) -> Iterator[Metric]:
        name, about = "payments_circuit_open", "1 while a receiver answers nobody and is only probed."
        circuits = GaugeMetricFamily(name, about, labels=["receiver"])
        for receiver, circuit in self._dispatcher.circuits.items():
            circuits.add_metric([receiver], circuit.state(self._clock.now()) != CircuitState.CLOSED)
        yield circuits
        about = "Outbox messages that another process took while they waited here."
        yield CounterMetricFamily("payments_outbox_lease_losses", about, self._dispatcher.lost_leases)
        about = "Decisions made again because somebody else was first."
        yield CounterMetricFamily("payments_conflicts", about, self._service.conflicts)


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
