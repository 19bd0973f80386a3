"""What a person did to the world, act by act, as a document that can be kept, sent and played again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from simulators.kit.json_types import Json

FORMAT = "payment-flow-harness acts 1"
MOST_ACTS = 1000
ID = re.compile(r"(?:saga|flt|evt|dlv)_\w+")
PAGES = "school|pay|faults|services|clock|webhooks|deliveries|sagas|stories|dead-letters"
PLAYABLE = re.compile(rf"/(?:calm|(?:{PAGES})/[\w./-]+)")
WEEK = timedelta(days=7)
SLOT = "scheduledAt"


@dataclass(frozen=True)
class Act:
    """One button pressed, so many simulated seconds after the beginning; `made` and `named` are ids, as they were."""

    after: float
    path: str
    fields: Json
    made: tuple[str, ...] = ()
    named: Json = field(default_factory=dict)
    """What the ids are that the act names and that no act has made: a message by its sender, its name and its saga."""


@dataclass
class ActLog:
    """All acts of one world since this instant, by its clock."""

    began: datetime
    acts: list[Act] = field(default_factory=list)

    def note(
        self, at: datetime, path: str, fields: Json, made: tuple[str, ...], messages: Callable[[], Messages]
    ) -> None:
        """Keep an act that is over, if it is one that can be played again."""
        if PLAYABLE.fullmatch(path):
            strangers = set(ID.findall(path)) - {each for act in self.acts for each in act.made}
            known = messages() if strangers else None
            named = {each: known.describe(each) for each in sorted(strangers)} if known else {}
            self.acts.append(Act((at - self.began).total_seconds(), path, fields, made, named))

    @property
    def sagas(self) -> list[str]:
        """The purchases that were begun, the first one first."""
        return [made for act in self.acts for made in act.made if made.startswith("saga_")]


@dataclass(frozen=True)
class Messages:
    """The messages of a world by what they are, since their ids are new in each."""

    deliveries: list[Json]

    def describe(self, wanted: str) -> Json | None:
        """Return what the message of this id is: its sender, name, saga, and its number among such; None if unknown."""
        for each in self.deliveries:
            if wanted in (each["id"], each.get("about")):
                return {**_kind(each), "number": self._alike(each).index(each)}
        return None

    def find(self, about: Json, prefix: str) -> str | None:
        """Return the id of the message that was described; None if there is none."""
        alike = self._alike(about)
        number = about["number"]
        return str(alike[number]["about" if prefix == "evt" else "id"]) if number < len(alike) else None

    def _alike(self, about: Json) -> list[Json]:
        return [each for each in reversed(self.deliveries) if _kind(each) == _kind(about)]


def read_acts(text: str) -> Json | None:
    """Return the document of a hand-made run; None if it is something else, ValueError says why it cannot be played."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        return None
    try:
        datetime.fromisoformat(found["began"])
        acts = [Act(**each) for each in found["acts"]]
        wrong = next((each for each in acts if not _is_playable(each)), None)
    except (TypeError, KeyError, ValueError) as problem:
        raise ValueError(f"this is no whole run by hand: {problem}") from problem
    if wrong or len(acts) > MOST_ACTS:
        raise ValueError(f"it has more than {MOST_ACTS} acts" if wrong is None else f"{wrong.path} is no act")
    return found | {"acts": acts}


def weeks_later(found: Json, now: datetime) -> timedelta:
    """Return by how many whole weeks a run must be later, for the calendar to be the same and not over yet."""
    if not any(SLOT in each.fields for each in found["acts"]):
        return timedelta(0)
    return ceil((now - datetime.fromisoformat(found["began"])) / WEEK) * WEEK


def adapt(act: Act, ids: dict[str, str], messages: Messages, later: timedelta) -> tuple[str, Json]:
    """Return an act's path and fields with the ids that the same things have in this world; LookupError if none."""

    def now_called(found: re.Match[str]) -> str:
        was = found[0]
        about = act.named.get(was)
        if about and about.get("sagaId"):
            about = about | {"sagaId": ids.get(about["sagaId"], about["sagaId"])}
        known = ids.get(was) or (messages.find(about, was[:3]) if about else None)
        if known is None:
            raise LookupError(f"what was {was} is not there")
        return known

    fields = {name: value for name, value in act.fields.items() if name != SLOT}
    if SLOT in act.fields:
        fields[SLOT] = (datetime.fromisoformat(act.fields[SLOT]) + later).isoformat()
    return ID.sub(now_called, act.path), fields


def _is_playable(act: Act) -> bool:
    fields = all(isinstance(each, str | int | float) for each in act.fields.values())
    return (
        fields
        and isinstance(act.named, dict)
        and act.after >= 0
        and bool(PLAYABLE.fullmatch(act.path))
        and ".." not in act.path
    )


def _kind(delivery: Json) -> Json:
    return {name: delivery.get(name) for name in ("sender", "event", "sagaId")}
