"""Records contracts: an interaction enters one only after our own consumer has played its part well."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pact import Pact
from pact.interaction import HttpInteraction

from tests.contracts.expectations import CLOUDEVENT, KNOWN, OBEYED, TOKENS, Json

HandleMessage = Callable[[Any, Json], None]


class PactRecorder:
    """The contracts of one run, begun from nothing: Pact adds to a file, and never takes anything away."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._described: set[tuple[str, str, str]] = set()

    def contract(self, consumer: str, provider: str) -> Contract:
        """Return the contract of a pair, for one interaction."""
        return Contract(consumer, provider, self)

    def add(self, pact: Pact, *descriptions: str) -> None:
        """Write it down; two of one description would silently become one, so the second is an error."""
        for description in descriptions:
            name = (pact.consumer, pact.provider, description)
            if name in self._described:
                raise ValueError(f"{description!r} is described twice between {pact.consumer} and {pact.provider}")
            self._described.add(name)
        pact.write_file(self._directory)

    def publish(self, target: Path) -> None:
        """Replace all contracts there by these."""
        target.mkdir(exist_ok=True)
        for stale in target.glob("*.json"):
            stale.unlink()
        for draft in self._directory.glob("*.json"):
            (target / draft.name).write_text(draft.read_text() + "\n")


class Contract:
    """One interaction of a pair, or those that belong together: declare them, then play them."""

    def __init__(self, consumer: str, provider: str, recorder: PactRecorder) -> None:
        self._pact, self._recorder = Pact(consumer, provider).with_specification("V4"), recorder
        self._descriptions: list[str] = []

    def call(self, description: str, method: str, path: str, *, state: str = KNOWN) -> HttpInteraction:
        """Declare a call by one whose token is in this state."""
        self._descriptions.append(description)
        call = self._pact.upon_receiving(description).given(state, token=TOKENS[state])
        return call.with_request(method, path).with_header("Authorization", f"Bearer {TOKENS[state]}")

    def handover(self, description: str, door: str, contents: Json, *, state: str = KNOWN) -> HttpInteraction:
        """Declare that a message is brought to the provider's door."""
        return self.call(description, "POST", door, state=state).with_body(contents, content_type=CLOUDEVENT)

    def message(self, description: str, contents: Json, kind: str = CLOUDEVENT, **known: str) -> None:
        """Declare a message that is heard, by the whole envelope in which it travels; what is known is said again."""
        self._descriptions.append(description)
        message = self._pact.upon_receiving(description, "Async")
        (message.given(OBEYED, **known) if known else message).with_body(contents, content_type=kind)

    @contextmanager
    def serve(self) -> Iterator[str]:
        """Stand in for the provider at the URL that is yielded; what fails inside never enters the contract."""
        with self._pact.serve() as server:
            yield str(server.url).rstrip("/")
        self._recorder.add(self._pact, *self._descriptions)

    @contextmanager
    def handling(self, handle: HandleMessage) -> Iterator[None]:
        """Give the message to the consumer's handler; what fails inside never enters the contract."""
        for failure in self._pact.verify(handle, "Async", raises=False):
            raise failure.error
        yield
        self._recorder.add(self._pact, *self._descriptions)
