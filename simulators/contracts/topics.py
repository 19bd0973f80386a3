"""What two services talk about: a route that is called, or a message that travels, with all its interactions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from simulators.contracts.pact import Interaction, Pact
from simulators.contracts.rules import Exactly

CALL, EVENT, COMMAND = "call", "event", "command"


@dataclass(frozen=True)
class Topic:
    """A route of the receiver that the sender calls, or a message that it sends there."""

    sender: str
    receiver: str
    name: str
    kind: str
    interactions: tuple[Interaction, ...]

    @property
    def anchor(self) -> str:
        """Its anchor on the page of its two parties."""
        return slug(self.sender, self.name)

    @property
    def verb(self) -> str:
        """What the sender does to the receiver."""
        return "asks" if self.kind == CALL else "tells"


def topics(pacts: Iterable[Pact]) -> tuple[Topic, ...]:
    """Gather the interactions of all contracts: a message's from both files of its pair, refusals last."""
    found: dict[tuple[str, str, str, str], list[Interaction]] = {}
    for each in (each for pact in pacts for each in pact.interactions):
        kind, name = _subject(each)
        found.setdefault((each.sender, each.receiver, kind, name), []).append(each)
    return tuple(
        Topic(sender, receiver, name, kind, tuple(sorted(group, key=_good_news_first)))
        for (sender, receiver, kind, name), group in sorted(found.items())
    )


def slug(*words: str) -> str:
    """Return an anchor made of these words."""
    return ".".join(re.sub(r"[^\w]+", "-", word).strip("-") for word in words)


def _good_news_first(each: Interaction) -> tuple[bool, int, str]:
    return each.request is not None, each.expected["status"] if each.is_call else 0, each.description


def _subject(each: Interaction) -> tuple[str, str]:
    if each.message:
        return COMMAND if each.message.isupper() else EVENT, each.message
    if each.request is None:
        return EVENT, each.description
    return CALL, f"{each.request['method']} {_route(each)}" if each.is_call else each.description


def _route(each: Interaction) -> str:
    """Return the path with names in place of what stands for others: `/courses/{courseId}`."""
    path = next(field for field in each.request.head if field.name == "path") if each.request else None
    if path is None or not isinstance(path.rule, Exactly):
        return str(path.example) if path else ""
    names = {str(value): name for state in each.states for name, value in state.params.items()}
    steps = str(path.example).split("/")
    return "/".join("{id}" if step.isdigit() else f"{{{names[step]}}}" if step in names else step for step in steps)
