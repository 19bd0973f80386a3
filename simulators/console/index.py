"""Which exchanges are about what: by every id that stands in an exchange's path or in what it said."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulators.world.recorder import Exchange, Recorder

ID = re.compile(r"[a-z]+_[A-Za-z0-9]{6,}")
Numbered = tuple[int, "Exchange"]


class Index:
    """Reads each exchange of a world once, however often it is asked."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._read = 0
        self._by_id: dict[str, list[int]] = defaultdict(list)

    def about(self, ids: Iterable[str]) -> list[Numbered]:
        """Return the exchanges that name any of these ids, in the order in which they began."""
        self._read_on()
        numbers = sorted({number for each in ids for number in self._by_id.get(each, ())})
        everything = self._recorder.entries()
        return [everything[number] for number in numbers]

    def _read_on(self) -> None:
        for number, exchange in self._recorder.entries(self._read):
            said = (self._recorder.payloads or {}).get(number, {})
            for found in {exchange.saga_id or "", *ID.findall(exchange.path), *_ids(said)}:
                self._by_id[found].append(number)
            self._read = number + 1


def _ids(value: Any) -> Iterator[str]:  # noqa: ANN401 - whatever was said
    if isinstance(value, dict):
        for each in value.values():
            yield from _ids(each)
    elif isinstance(value, str) and ID.fullmatch(value):
        yield value
