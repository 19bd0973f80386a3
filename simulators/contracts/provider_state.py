"""Provider states: what must be true of a provider before an interaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulators.contracts.rules import json_text
from simulators.kit.json_types import Json


class NotAState(ValueError):  # noqa: N818 - says what it is
    """An interaction has something else where its states should be; it says what."""


@dataclass(frozen=True)
class ProviderState:
    """One state by its name, with what it is about."""

    name: str
    params: Mapping[str, Any]

    @property
    def words(self) -> str:
        """The state with what it is about: `a published course (courseId "algebra")`."""
        about = ", ".join(f"{name} {json_text(value)}" for name, value in self.params.items())
        return f"{self.name} ({about})" if about else self.name


def states_of(interaction: Json) -> tuple[ProviderState, ...]:
    """Read the states, or raise NotAState; Pact's older versions know one at most, without parameters."""
    older = interaction.get("providerState") or interaction.get("provider_state")
    found = interaction.get("providerStates") or ([{"name": older}] if older else [])
    if not isinstance(found, list | tuple):
        raise NotAState("has provider states that are no list")
    return tuple(map(_state, found))


def _state(written: Any) -> ProviderState:  # noqa: ANN401 - whatever is written
    if not isinstance(written, dict) or not isinstance(written.get("name"), str):
        raise NotAState("has a provider state without a name")
    params = {} if written.get("params") is None else written["params"]
    if not isinstance(params, dict):
        raise NotAState("has a provider state whose params are no object")
    return ProviderState(written["name"], params)
