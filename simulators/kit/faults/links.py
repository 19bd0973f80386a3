"""What can go wrong on the way from one service to another, by the names that Toxiproxy gave such things."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import requests

Send = Callable[[], requests.Response]


class Crash(BaseException):
    """A service dies where this is raised, as by kill -9: not an Exception, so no handler of its own survives it."""


class LinkFault(Protocol):
    """Stands between a caller and a service."""

    def carry(self, send: Send, timeout: float | None) -> requests.Response:
        """Pass the call on by `send`, or not, and answer or raise as a broken network would."""
        ...


class Down:
    """Nothing listens: the call is surely not done, and the caller knows."""

    def carry(self, send: Send, timeout: float | None) -> requests.Response:  # noqa: ARG002
        """Refuse."""
        raise requests.ConnectionError("connection refused")


class ResetPeer:
    """The connection breaks before the request arrives: not done, but the caller cannot know."""

    def carry(self, send: Send, timeout: float | None) -> requests.Response:  # noqa: ARG002
        """Break."""
        raise requests.ConnectionError("connection reset by peer")


class LostAnswer:
    """The work is done and the connection breaks before the answer: the caller cannot know."""

    def carry(self, send: Send, timeout: float | None) -> requests.Response:  # noqa: ARG002
        """Work, then break."""
        send()
        raise requests.ConnectionError("connection reset by peer")


@dataclass(frozen=True)
class Latency:
    """An answer slower than its caller is patient; no time passes, since only the caller's patience counts."""

    seconds: float

    def carry(self, send: Send, timeout: float | None) -> requests.Response:
        """Work, then let the caller hear of it unless that comes too late."""
        answer = send()
        if timeout is not None and self.seconds > timeout:
            raise requests.ReadTimeout(f"no answer within {timeout:g} s")
        return answer


@dataclass(frozen=True)
class CrashCaller:
    """The caller dies at the call: just before it is sent, or once the work is done and the answer unread."""

    after: bool = False

    def carry(self, send: Send, timeout: float | None) -> requests.Response:  # noqa: ARG002
        """Die."""
        if self.after:
            send()
        raise Crash


@dataclass
class Planted:
    """A fault on some links: it lets `skip` calls pass, strikes `times` (None: always), then rests."""

    fault: LinkFault
    caller: str | None = None
    callee: str | None = None
    skip: int = 0
    times: int | None = None

    def strikes(self, caller: str, callee: str) -> bool:
        """Count this call in, and say whether it is struck."""
        if self.caller not in (None, caller) or self.callee not in (None, callee):
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return self.times is None or self.times >= 0
