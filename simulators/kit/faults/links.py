"""Faults of links: what goes wrong between two services of a world in one process, where no socket is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatch

import requests

from simulators.kit.faults.fault import Fault

Send = Callable[[], requests.Response]


class Crash(BaseException):
    """A service dies where this is raised, as by kill -9: not an Exception, so no handler of its own survives it."""


@dataclass(kw_only=True)
class LinkFault(Fault):
    """Strikes calls of callers to callees whose names fit these patterns, after it has let `skip` of them pass."""

    times: int | None = None
    caller: str = "*"
    callee: str = "*"
    skip: int = 0

    def covers(self, *where: str) -> bool:
        """Tell whether this caller and this callee fit."""
        caller, callee = where
        return fnmatch(caller, self.caller) and fnmatch(callee, self.callee)

    def carry(self, send: Send, timeout: float | None) -> requests.Response:
        """Pass the call on by `send`, or not, and answer or raise as a broken network would."""
        raise NotImplementedError


@dataclass(kw_only=True)
class LinkDown(LinkFault):
    """Nothing listens: the call is surely not done, and the caller knows."""

    def carry(self, send: Send, timeout: float | None) -> requests.Response:  # noqa: ARG002 - nothing is sent
        """Refuse."""
        raise requests.ConnectionError("connection refused")


@dataclass(kw_only=True)
class LinkReset(LinkFault):
    """The connection breaks before the request arrives: not done, but the caller cannot know."""

    def carry(self, send: Send, timeout: float | None) -> requests.Response:  # noqa: ARG002 - nothing is sent
        """Break."""
        raise requests.ConnectionError("connection reset by peer")


@dataclass(kw_only=True)
class LinkLostAnswer(LinkFault):
    """The work is done and the connection breaks before the answer: the caller cannot know."""

    def carry(self, send: Send, timeout: float | None) -> requests.Response:  # noqa: ARG002 - it breaks at once
        """Work, then break."""
        send()
        raise requests.ConnectionError("connection reset by peer")


@dataclass(kw_only=True)
class LinkLatency(LinkFault):
    """An answer so many milliseconds late; no time passes, since only the caller's patience counts."""

    latency: float

    def carry(self, send: Send, timeout: float | None) -> requests.Response:
        """Work, then let the caller hear of it unless that comes too late."""
        answer = send()
        if timeout is not None and self.latency / 1000 > timeout:
            raise requests.ReadTimeout(f"no answer within {timeout:g} s")
        return answer


@dataclass(kw_only=True)
class CallerCrash(LinkFault):
    """The caller dies at the call: just before it is sent, or once the work is done and the answer unread."""

    after: bool = False

    def carry(self, send: Send, timeout: float | None) -> requests.Response:  # noqa: ARG002 - it dies at once
        """Die."""
        if self.after:
            send()
        raise Crash


LINK_FAULTS = (LinkDown, LinkReset, LinkLostAnswer, LinkLatency, CallerCrash)
