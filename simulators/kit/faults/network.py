"""Faults of the network, by Toxiproxy's names for them and for their attributes: milliseconds where nothing is said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from flask import Response, g

from simulators.kit.faults.requests import CONNECTION_HEADER, LATENCY_HEADER, DroppedRequest, RequestFault
from simulators.kit.seams import Clock

MILLISECOND, MICROSECOND = 1e-3, 1e-6
AN_HOUR = 3600
Pieces = list[tuple[bytes, float]]  # parts of an answer's body, each with the seconds before it


@dataclass(kw_only=True)
class Latency(RequestFault):
    """The service takes so many milliseconds before it does the work, give or take the jitter."""

    latency: float
    jitter: float = 0

    def before(self, clock: Clock) -> None:
        """Wait."""
        jitter = self.jitter * (2 * self.randomness.random() - 1) if self.jitter else 0
        _wait(clock, (self.latency + jitter) * MILLISECOND)

    def after(self, answer: Response) -> Response:
        """Say how long it took."""
        return _with_latency(answer)


@dataclass(kw_only=True)
class ResetPeer(DroppedRequest):
    """The connection dies after so many milliseconds, before the service has done anything."""

    timeout: float = 0

    def before(self, clock: Clock) -> None:
        """Wait, then stop short of the work."""
        _wait(clock, self._seconds())
        super().before(clock)

    def after(self, answer: Response) -> Response:
        """Answer nothing, after so long."""
        return _with_latency(super().after(answer))

    def _seconds(self) -> float:
        return self.timeout * MILLISECOND


@dataclass(kw_only=True)
class Timeout(ResetPeer):
    """Nothing gets through, and the connection dies after so many milliseconds (0: later than anybody waits)."""

    timeout: float = 30_000

    def _seconds(self) -> float:
        return super()._seconds() or AN_HOUR


@dataclass(kw_only=True)
class Down(DroppedRequest):
    """The service cannot be reached until the fault is lifted."""

    times: int | None = None


@dataclass(kw_only=True)
class LimitData(RequestFault):
    """The connection dies when so many bytes of the answer's body are through."""

    bytes: int

    def after(self, answer: Response) -> Response:
        """Cut the answer off."""
        body = answer.get_data()
        if len(body) <= self.bytes:
            return answer
        headers = {**answer.headers, "Content-Length": str(len(body)), CONNECTION_HEADER: "reset"}
        return Response([body[: max(self.bytes, 0)]], answer.status, headers)


@dataclass(kw_only=True)
class SlowBody(RequestFault):
    """The answer's body comes in pieces, with time between them."""

    def before(self, clock: Clock) -> None:
        """Remember the clock that the pieces wait by."""
        self._clock = clock

    def after(self, answer: Response) -> Response:
        """Cut the answer up."""
        body = answer.get_data()
        pieces = self.pieces(body)
        _add_latency(sum(seconds for _, seconds in pieces))
        slow = Response(self._stream(pieces), answer.status, {**answer.headers, "Content-Length": str(len(body))})
        return _with_latency(slow)

    def pieces(self, body: bytes) -> Pieces:
        """Return the parts to send, each with the seconds before it."""
        raise NotImplementedError

    def _stream(self, pieces: Iterable[tuple[bytes, float]]) -> Iterator[bytes]:
        for piece, seconds in pieces:
            self._clock.sleep(timedelta(seconds=seconds))
            yield piece


@dataclass(kw_only=True)
class Slicer(SlowBody):
    """The answer's body drips: slices of so many bytes, give or take the variation, and so many microseconds apart."""

    average_size: int = 64
    size_variation: int = 0
    delay: float = 10_000

    def pieces(self, body: bytes) -> Pieces:
        """Cut slices off."""
        pieces, start = [], 0
        while start < len(body):
            most = abs(self.size_variation)
            varied = self.randomness.randint(-most, most) if most else 0
            end = start + max(self.average_size + varied, 1)
            pieces.append((body[start:end], max(self.delay, 0) * MICROSECOND))
            start = end
        return pieces


@dataclass(kw_only=True)
class Bandwidth(SlowBody):
    """The answer's body comes at so many kilobytes a second."""

    rate: int

    def pieces(self, body: bytes) -> Pieces:
        """Cut off what comes in a tenth of a second."""
        each = max(self.rate, 1) * 100
        parts = [body[start : start + each] for start in range(0, len(body), each)]
        return [(part, len(part) / each / 10) for part in parts]


@dataclass(kw_only=True)
class SlowClose(SlowBody):
    """The answer is there, but says no length, and its end only shows so many milliseconds later."""

    delay: float

    def after(self, answer: Response) -> Response:
        """Tell no length, so that the caller has to wait for the end."""
        slow = super().after(answer)
        del slow.headers["Content-Length"]
        return slow

    def pieces(self, body: bytes) -> Pieces:
        """Send all at once, then wait."""
        return [(body, 0), (b"", max(self.delay, 0) * MILLISECOND)]


NETWORK_FAULTS = (Latency, ResetPeer, Timeout, Down, LimitData, Slicer, Bandwidth, SlowClose)


def _wait(clock: Clock, seconds: float) -> None:
    clock.sleep(timedelta(seconds=max(seconds, 0)))
    _add_latency(max(seconds, 0))


def _add_latency(seconds: float) -> None:
    g.latency_seconds = g.get("latency_seconds", 0) + seconds


def _with_latency(answer: Response) -> Response:
    """Tell whoever carries the answer without a socket how long it took."""
    answer.headers[LATENCY_HEADER] = f"{g.latency_seconds:g}"
    return answer
