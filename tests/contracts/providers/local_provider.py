"""One of our own services as a provider, in this process: its app, its provider states and its message handlers."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from simulators.cli.contracts.provider import Content, NotDone, Provider
from simulators.cli.contracts.source import FromFiles
from simulators.cli.contracts.verification import verify
from simulators.contracts.provider_requirements import ProviderRequirements
from tests.contracts.expectations import Json

SECONDS = 300  # To say a message a whole story may be played, on a machine that does much else.
EnterState = Callable[[Json], None]  # Gets a provider into a state with these parameters.
SayMessage = Callable[[], Content]


@dataclass(frozen=True)
class LocalProvider:
    """A service, how it gets into each state, and how it is brought to say each message (by its description)."""

    name: str
    app: Flask
    states: Mapping[str, EnterState]
    messages: Mapping[str, SayMessage]

    def enter_state(self, asked: Json) -> Content:
        self.states[asked["state"]](asked["params"])
        return Content(b"{}", "application/json")

    def say_message(self, asked: Json) -> Content:
        return self.messages[asked["description"]]()


def broken_interactions(local: LocalProvider, contract: Path) -> dict[str, str]:
    """Return what the provider does not keep: the mismatches by description."""
    source = FromFiles(contract)
    requirements = source.requirements(local.name)
    _must_be_prepared(local, requirements)
    provider = Provider(local.app, _or_not_done(local.enter_state), _or_not_done(local.say_message))
    failed = verify(provider, requirements, source, SECONDS).failed
    [consumer] = {each.consumer for each in requirements.contracts}
    return {
        name.removesuffix(f" ({consumer})"): "\n".join([*reasons, *provider.troubles])
        for name, reasons in failed.items()
    }


def _must_be_prepared(local: LocalProvider, requirements: ProviderRequirements) -> None:
    """A state or a message for which nobody asks proves nothing."""
    messages = {each["description"] for each in requirements.messages()}
    for what, needed, known in (("state", requirements.states(), local.states), ("message", messages, local.messages)):
        if set(needed) != set(known):
            differing = sorted(set(needed) ^ set(known))
            raise AssertionError(f"{local.name} differs from the contract in the {what}s {differing}")


def _or_not_done(act: Callable[[Json], Content]) -> Callable[[Json], Content]:
    def do(asked: Json) -> Content:
        try:
            return act(asked)
        except Exception as error:
            raise NotDone("".join(traceback.format_exception(error))) from error

    return do
