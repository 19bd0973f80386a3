"""A fault: something that goes wrong on purpose, planted by name, for a while, by a seeded chance."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, asdict, dataclass, fields
from typing import Any, TypeVar, get_type_hints

from simulators.kit.http.problems import BadField
from simulators.kit.http.validation import Check, flag, integer, number, optional, string, validate
from simulators.kit.redaction import redact
from simulators.kit.seams import new_id


@dataclass(kw_only=True)
class Fault:
    """One thing that goes wrong, `times` often (null: until lifted), each time with this probability."""

    times: int | None = 1
    probability: float = 1.0

    within_call = True  # whether it strikes while the call still runs that may ask for it
    skip = 0  # so often it lets pass what it covers, before it strikes

    def draw_from(self, randomness: random.Random) -> None:
        """Take its chances from the simulator's own randomness."""
        self.randomness = randomness

    def covers(self, *where: str) -> bool:
        """Tell whether this is a place where it strikes."""
        raise NotImplementedError


F = TypeVar("F", bound=Fault)
# What a parameter must be, by the type of its field.
CHECKS: Mapping[Any, Check] = {
    bool: flag,
    str: string,
    int: lambda value: integer(value) or number(value),
    float: number,
    int | None: optional(lambda value: integer(value) or number(value)),
}


@dataclass
class PlantedFault:
    """A fault in place, and how often it has struck."""

    id: str
    fault: Fault
    strikes: int = 0
    skipped: int = 0

    @property
    def is_spent(self) -> bool:
        """Whether it has struck as often as it was to."""
        return self.fault.times is not None and self.strikes >= self.fault.times

    def is_due(self) -> bool:
        """Count one more chance to strike, and tell whether it is past those that the fault lets pass."""
        self.skipped += 1
        return self.skipped > self.fault.skip

    def to_json(self) -> dict[str, Any]:
        """Return it as the control routes show it."""
        parameters = {_camel(name): value for name, value in asdict(self.fault).items()}
        return {"id": self.id, "fault": name_of(type(self.fault)), **redact(parameters), "strikes": self.strikes}


class Faults:
    """The faults that a simulator can suffer, and those it suffers now."""

    def __init__(self, randomness: random.Random, kinds: Sequence[type[Fault]]) -> None:
        self.kinds = {name_of(kind): kind for kind in kinds}
        self._randomness = randomness
        self._planted: dict[str, PlantedFault] = {}
        self.own: Callable[[], Sequence[Fault]] = tuple  # the faults that the call in hand has asked for itself

    def plant(self, name: str, parameters: dict[str, Any]) -> PlantedFault:
        """Plant one; BadField if it cannot be."""
        return self.add(self.make(name, parameters))

    def add(self, fault: Fault) -> PlantedFault:
        """Put this one in place."""
        fault.draw_from(self._randomness)
        planted = PlantedFault(new_id(self._randomness, "flt"), fault)
        self._planted[planted.id] = planted
        return planted

    def make(self, name: str, parameters: dict[str, Any]) -> Fault:
        """Return one that is not in place yet; BadField if there is none such."""
        if name not in self.kinds:
            raise BadField("fault", f"is none of {', '.join(sorted(self.kinds))}")
        fault = _build(self.kinds[name], parameters)
        fault.draw_from(self._randomness)
        return fault

    def all(self) -> list[PlantedFault]:
        """Return those in place, spent ones too, oldest first."""
        return list(self._planted.values())

    def lift(self, fault_id: str) -> bool:
        """Take one away; False if it was not there."""
        return self._planted.pop(fault_id, None) is not None

    def clear(self) -> None:
        """Take all away."""
        self._planted.clear()

    def strike(self, kind: type[F], *where: str) -> Iterator[F]:
        """Yield the faults of this kind that strike here, now; each is counted as it does."""
        for planted in self.all():
            fault = planted.fault
            if not isinstance(fault, kind) or planted.is_spent or not fault.covers(*where):
                continue
            if planted.is_due() and self._chance(fault):
                planted.strikes += 1
                yield fault
        yield from (fault for fault in self.own() if isinstance(fault, kind) and fault.covers(*where))

    def _chance(self, fault: Fault) -> bool:
        return fault.probability >= 1 or self._randomness.random() < fault.probability


def name_of(kind: type[Fault]) -> str:
    """Return the name under which it is planted: LostAnswer is lost_answer."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


def parameters_of(kind: type[Fault]) -> dict[str, Any]:
    """Return its parameters with their defaults ("required" where there is none), as JSON names them."""
    return {_camel(each.name): "required" if each.default is MISSING else each.default for each in fields(kind)}


def _build(kind: type[Fault], parameters: dict[str, Any]) -> Fault:
    hints, known = get_type_hints(kind), {_camel(each.name): each for each in fields(kind)}
    defaults = {name: each.default for name, each in known.items() if each.default is not MISSING}
    shape = {name: CHECKS[hints[each.name]] for name, each in known.items()}
    values = validate(defaults | parameters, shape)
    return kind(**{known[name].name: value for name, value in values.items()})


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.title() for word in rest)
