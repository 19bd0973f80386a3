"""A gateway whose calls are recorded as spans, where somebody wants them."""

from __future__ import annotations

from collections.abc import Mapping

from reference.application.ports import Clock, Gateway, OutboxMessage
from reference.domain.messages import Message
from reference.tracing import Tracer, TraceSpan, current_activity


class TracedGateway:
    """Calls through another gateway, and records each attempt."""

    def __init__(self, gateway: Gateway, tracer: Tracer, clock: Clock) -> None:
        self._gateway, self._tracer, self._clock = gateway, tracer, clock

    def send(self, outgoing: OutboxMessage) -> list[Message]:
        """Send as the gateway does; an attempt that failed is told by the kind of its error, which holds no secret."""
        began, failure = self._clock.now(), ""
        try:
            return self._gateway.send(outgoing)
        except Exception as trouble:
            failure = type(trouble).__name__
            raise
        finally:
            if (context := current_activity().trace) and outgoing.trace:
                name, parent_id = f"{outgoing.message.name} to {outgoing.to}", outgoing.trace.span_id
                times, facts = (began, self._clock.now()), _facts(outgoing)
                self._tracer.record(TraceSpan(name, "CLIENT", context, parent_id, *times, facts, failure=failure))


def _facts(outgoing: OutboxMessage) -> dict[str, str | int]:
    return {
        "saga.id": outgoing.message.saga_id,
        "message.id": outgoing.message_id,
        "message.name": outgoing.message.name,
        "peer.service": outgoing.to,
        "attempt": outgoing.attempts,
    }


def trace_calls(gateways: Mapping[str, Gateway], tracer: Tracer | None, clock: Clock) -> Mapping[str, Gateway]:
    """Return the gateways as they are, or recorded by a tracer."""
    return {to: TracedGateway(each, tracer, clock) for to, each in gateways.items()} if tracer else gateways
