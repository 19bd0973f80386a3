"""The index of a world's exchanges: which are about what, by every id in an exchange's path or body."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from simulators.diagram.sequence import Numbered
from simulators.world.recorder import Recorder

ID = re.compile(r"[a-z]+_[A-Za-z0-9]{6,}")


class ExchangeIndex:
    """Reads each exchange of a world once, however often it is asked."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._next = 0
        self._numbers: dict[str, list[int]] = defaultdict(list)

    def find(self, ids: Iterable[str]) -> list[Numbered]:
        """Return the exchanges that name any of these ids, in the order in which they began."""
        self._add_new()
        numbers = sorted({number for each in ids for number in self._numbers.get(each, ())})
        everything = self._recorder.entries()
        return [everything[number] for number in numbers]

    def _add_new(self) -> None:
        for number, exchange in self._recorder.entries(self._next):
            payload = (self._recorder.payloads or {}).get(number, {})
            for each in {exchange.saga_id or "", *ID.findall(exchange.path), *_ids(payload)}:
                self._numbers[each].append(number)
            self._next = number + 1


def _ids(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        for each in value.values():
            yield from _ids(each)
    elif isinstance(value, str) and ID.fullmatch(value):
        yield value
