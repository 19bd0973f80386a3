"""Faults of the network, by the names that Toxiproxy has for them; times are in seconds, sizes in bytes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Response, g

from simulators.kit.request_faults import CONNECTION, LATENCY, DroppedRequest, RequestFault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulators.kit.seams import Clock


@dataclass(kw_only=True)
class Latency(RequestFault):
    """The service takes its time before it does the work: so long, give or take the jitter."""

    seconds: float
    jitter_seconds: float = 0

    def before(self, clock: Clock) -> None:
        """Wait."""
        jitter = self.jitter_seconds * (2 * self.randomness.random() - 1) if self.jitter_seconds else 0
        _wait(clock, max(self.seconds + jitter, 0))

    def after(self, answer: Response) -> Response:
        """Say how long it took."""
        return _timed(answer)


@dataclass(kw_only=True)
class ResetPeer(DroppedRequest):
    """The connection dies after so long, before the service has done anything."""

    seconds: float = 0

    def before(self, clock: Clock) -> None:
        """Wait, then stop short of the work."""
        _wait(clock, self.seconds)
        super().before(clock)

    def after(self, answer: Response) -> Response:
        """Answer nothing, after so long."""
        return _timed(super().after(answer))


@dataclass(kw_only=True)
class Timeout(ResetPeer):
    """Nothing gets through, and the connection dies after so long."""

    seconds: float = 30


@dataclass(kw_only=True)
class Down(DroppedRequest):
    """The service cannot be reached until the fault is lifted."""

    times: int | None = None


@dataclass(kw_only=True)
class LimitData(RequestFault):
    """The connection dies when so many bytes of the answer's body are through."""

    limit_bytes: int

    def after(self, answer: Response) -> Response:
        """Cut the answer off."""
        body = answer.get_data()
        if len(body) <= self.limit_bytes:
            return answer
        headers = {**answer.headers, "Content-Length": str(len(body)), CONNECTION: "reset"}
        return Response([body[: self.limit_bytes]], answer.status, headers)


@dataclass(kw_only=True)
class Slicer(RequestFault):
    """The answer's body drips: slices of so many bytes, so far apart."""

    slice_bytes: int = 64
    seconds: float = 0.01

    def before(self, clock: Clock) -> None:
        """Remember the clock that the slices wait by."""
        self._clock = clock

    def after(self, answer: Response) -> Response:
        """Cut the answer up."""
        body = answer.get_data()
        _passed(len(body) // max(self.slice_bytes, 1) * self.seconds)
        return _timed(Response(self._slices(body), answer.status, {**answer.headers, "Content-Length": str(len(body))}))

    def _slices(self, body: bytes) -> Iterator[bytes]:
        for start in range(0, len(body), max(self.slice_bytes, 1)):
            yield body[start : start + max(self.slice_bytes, 1)]
            self._clock.sleep(timedelta(seconds=self.seconds))


NETWORK_FAULTS = (Latency, ResetPeer, Timeout, Down, LimitData, Slicer)


def _wait(clock: Clock, seconds: float) -> None:
    clock.sleep(timedelta(seconds=seconds))
    _passed(seconds)


def _passed(seconds: float) -> None:
    g.latency_seconds = g.get("latency_seconds", 0) + seconds


def _timed(answer: Response) -> Response:
    """Tell whoever carries the answer without a socket how long it took."""
    answer.headers[LATENCY] = f"{g.latency_seconds:g}"
    return answer
