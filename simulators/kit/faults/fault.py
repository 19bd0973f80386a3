"""What goes wrong on purpose: planted by name, for a while, by a seeded chance."""

from __future__ import annotations

import re
from dataclasses import MISSING, asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

from simulators.kit.http.problems import BadField
from simulators.kit.seams import new_id

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator, Sequence


@dataclass(kw_only=True)
class Fault:
    """One thing that goes wrong, `times` often (null: until lifted), each time with this probability."""

    times: int | None = 1
    probability: float = 1.0

    within_call = True  # whether it strikes while the call still runs that may ask for it

    def draw_from(self, randomness: random.Random) -> None:
        """Take its chances from the simulator's own randomness."""
        self.randomness = randomness

    def covers(self, *where: str) -> bool:
        """Tell whether this is a place where it strikes."""
        raise NotImplementedError


F = TypeVar("F", bound=Fault)
MOST = 1e9
"""No number of a fault's is larger: thirty years are enough to wait."""


@dataclass
class PlantedFault:
    """A fault in place, and how often it has struck."""

    id: str
    fault: Fault
    strikes: int = 0

    @property
    def is_spent(self) -> bool:
        """Whether it has struck as often as it was to."""
        return self.fault.times is not None and self.strikes >= self.fault.times

    def to_json(self) -> dict[str, Any]:
        """Return it as the control routes show it."""
        parameters = {_camel(name): value for name, value in asdict(self.fault).items()}
        return {"id": self.id, "fault": name_of(type(self.fault)), **parameters, "strikes": self.strikes}


class Faults:
    """The faults that a simulator can suffer, and those it suffers now."""

    def __init__(self, randomness: random.Random, kinds: Sequence[type[Fault]]) -> None:
        self.kinds = {name_of(kind): kind for kind in kinds}
        self._randomness = randomness
        self._planted: dict[str, PlantedFault] = {}
        self.own: Callable[[], Sequence[Fault]] = tuple
        """Returns the faults that the call in hand has asked for itself."""

    def plant(self, name: str, parameters: dict[str, Any]) -> PlantedFault:
        """Plant one; BadField if it cannot be."""
        planted = PlantedFault(new_id(self._randomness, "flt"), self.make(name, parameters))
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
            if isinstance(fault, kind) and not planted.is_spent and fault.covers(*where) and self._chance(fault):
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
    hints = get_type_hints(kind)
    known = {_camel(each.name): each for each in fields(kind)}
    for name, value in parameters.items():
        if name not in known:
            raise BadField(name, f"is none of {', '.join(known)}")
        if not _fits(value, hints[known[name].name]):
            raise BadField(name, "is of the wrong type")
        if isinstance(value, int | float) and not abs(value) <= MOST:
            raise BadField(name, f"must be a number from -{MOST:g} to {MOST:g}")
    for name, each in known.items():
        if name not in parameters and each.default is MISSING:
            raise BadField(name, "is missing")
    return kind(**{known[name].name: value for name, value in parameters.items()})


def _fits(value: object, hint: Any) -> bool:  # noqa: ANN401 - a type or a union of types
    if isinstance(value, bool):
        return hint is bool
    return isinstance(value, int | float if hint is float else hint)


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.title() for word in rest)
