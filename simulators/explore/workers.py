"""Who plays the storms: this process, processes beside it, or the workers of a Dask cluster."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import Generic, ParamSpec, Protocol, TypeVar

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)
P = ParamSpec("P")


class NoCluster(Exception):  # noqa: N818 - reads as what happened
    """The cluster cannot be used; the message says why."""


class Pending(Protocol[R_co]):
    """What will be there once somebody has done it."""

    def result(self) -> R_co:
        """Wait for it; raises what went wrong."""
        ...

    def cancel(self) -> object:
        """Let it be, if nobody has begun it."""
        ...


class Workers(Protocol):
    """Who does what is submitted, in whatever order."""

    def submit(self, act: Callable[P, R], /, *arguments: P.args, **named: P.kwargs) -> Pending[R]:
        """Let somebody do it."""
        ...


class Later(Generic[R]):
    """What this process does as soon as it is asked for the result."""

    def __init__(self, act: Callable[[], R]) -> None:
        self._act = act

    def result(self) -> R:
        """Do it."""
        return self._act()

    def cancel(self) -> None:
        """Do nothing: it was not begun."""


class ThisProcess:
    """One after the other, here."""

    def submit(self, act: Callable[P, R], /, *arguments: P.args, **named: P.kwargs) -> Later[R]:
        """Do it when its result is asked for."""
        return Later(lambda: act(*arguments, **named))


@contextmanager
def open_workers(jobs: int, cluster: str = "") -> Iterator[Workers]:
    """Have so many processes at work, or those of the cluster at this address; NoCluster says why that cannot be."""
    if cluster:
        with _open_cluster(cluster) as client:
            yield client
    elif jobs == 1:
        yield ThisProcess()
    else:
        context = multiprocessing.get_context("spawn")  # Nothing of this process gets into a storm.
        pool = ProcessPoolExecutor(jobs, context, initializer=_leave_signals_to_parent)
        try:
            yield pool
        finally:
            pool.shutdown(cancel_futures=True)


def _leave_signals_to_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class Cluster:
    """The workers of a Dask cluster; one that dies loses nothing, since others do again what it had."""

    def __init__(self, client: object) -> None:
        self._client = client

    def submit(self, act: Callable[P, R], /, *arguments: P.args, **named: P.kwargs) -> Pending[R]:
        """Let a worker do it, and another if that one dies."""
        pending: Pending[R] = self._client.submit(act, *arguments, pure=False, **named)  # type: ignore[attr-defined]
        return pending


@contextmanager
def _open_cluster(address: str) -> Iterator[Cluster]:
    try:
        from distributed import Client  # noqa: PLC0415 - comes with the extra
    except ImportError as missing:
        raise NoCluster(f"--cluster needs {missing.name}: pip install 'payment-flow-harness[cluster]'") from missing
    try:
        client = Client(address, timeout=CONNECT_SECONDS)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as problem:
        raise NoCluster(f"{address} does not answer as a scheduler of Dask: {problem}") from problem
    with client:
        yield Cluster(client)


CONNECT_SECONDS = 10
