"""What became of the contracts: interactions added, removed, loosened, tightened or changed otherwise, by field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from simulators.contracts.fields import Field
from simulators.contracts.pact import Interaction, Pact
from simulators.contracts.parts import Part
from simulators.contracts.rules import plain
from simulators.contracts.strength import within

ADDED, REMOVED, TIGHTENED, LOOSENED, CHANGED = KINDS = ("added", "removed", "tightened", "loosened", "changed")
Name = tuple[str, str, str]


@dataclass(frozen=True)
class FieldChange:
    """One field that differs; `was` or `now` is empty when there was or is none."""

    part: str
    field: str
    change: str
    was: str
    now: str

    @property
    def sentence(self) -> str:
        """Say it plainly."""
        if self.was and self.now:
            return f"{self.part} {self.field} was {self.was}, now {self.now}"
        verb = "sent" if self.part == "request" else "needed"
        if self.now:
            return f"{self.part} {self.field} is {verb} now: {self.now}"
        return f"{self.part} {self.field} is no longer {verb}; it was {self.was}"


@dataclass(frozen=True)
class InteractionChange:
    """One interaction that differs."""

    consumer: str
    provider: str
    interaction: str
    change: str
    details: tuple[FieldChange, ...] = ()


def changes(old: Iterable[Pact], new: Iterable[Pact]) -> list[InteractionChange]:
    """Compare two sets of contracts, interaction by interaction; tighter asks more of a provider, looser less."""
    was, now = _by_name(old), _by_name(new)
    return [change for name in sorted({*was, *now}) if (change := _change(name, was.get(name), now.get(name)))]


def counts(found: Iterable[InteractionChange]) -> dict[str, int]:
    """Count them by their kinds."""
    found_kinds = Counter(each.change for each in found)
    return {kind: found_kinds[kind] for kind in KINDS if found_kinds[kind]}


def _by_name(pacts: Iterable[Pact]) -> dict[Name, Interaction]:
    return {(each.consumer, each.provider, each.description): each for pact in pacts for each in pact.interactions}


def _change(name: Name, was: Interaction | None, now: Interaction | None) -> InteractionChange | None:
    if not (was and now):
        return InteractionChange(*name, ADDED if now else REMOVED)
    details = tuple(_details(was, now))
    kinds = {each.change for each in details}
    return InteractionChange(*name, kinds.pop() if len(kinds) == 1 else CHANGED, details) if details else None


def _details(was: Interaction, now: Interaction) -> Iterator[FieldChange]:
    yield from _states(was, now)
    yield from _request_changes(was.request, now.request)
    part = "answer" if now.request else "message"
    yield from (_expectation_change(part, *pair) for pair in _pairs(was.expected, now.expected))


def _states(was: Interaction, now: Interaction) -> Iterator[FieldChange]:
    old, new = ({state.name: state.words for state in each.states} for each in (was, now))
    for name in [*old, *(name for name in new if name not in old)]:
        if old.get(name) != new.get(name):
            yield FieldChange("state", name, CHANGED, old.get(name, ""), new.get(name, ""))


def _request_changes(was: Part | None, now: Part | None) -> Iterator[FieldChange]:
    """Tell what is asked otherwise: that is neither more nor less."""
    for name, old, new in _pairs(was, now):
        yield FieldChange("request", name, CHANGED, *_words(old, new))


def _expectation_change(part: str, name: str, old: Field | None, new: Field | None) -> FieldChange:
    change = _strength(old, new) if old and new else LOOSENED if old else TIGHTENED
    return FieldChange(part, name, change, *_words(old, new))


def _words(old: Field | None, new: Field | None) -> tuple[str, str]:
    """Say both: what goes by a name by that alone, and an example only where it has changed."""
    if not (old and new):
        return old.words if old else "", new.words if new else ""
    if old.example != new.example:
        return old.words, new.words
    was, now = plain(old.rule), plain(new.rule)
    return (old.rule.words, new.rule.words) if was == now else (was, now)


def _strength(old: Field, new: Field) -> str:
    is_tighter, is_looser = within(new.rule, old.rule), within(old.rule, new.rule)
    return CHANGED if is_tighter == is_looser else TIGHTENED if is_tighter else LOOSENED


def _pairs(was: Part | None, now: Part | None) -> Iterator[tuple[str, Field | None, Field | None]]:
    """Yield the fields that differ, old and new; an example counts as well, since a provider is asked by it."""
    old, new = ({each.name: each for each in part.fields} if part else {} for part in (was, now))
    for name in [*old, *(name for name in new if name not in old)]:
        if old.get(name) != new.get(name):
            yield name, old.get(name), new.get(name)
