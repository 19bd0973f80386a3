"""How sagas are searched: the service is asked by id, student, thing and state; then the newest for a part of any."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice

from simulators.clients.http_client import Refused
from simulators.clients.payments import PaymentsClient
from simulators.kit.json_types import Json

SHOWN, SEARCHED, PAGE_SIZE = 100, 1000, 200
TEXT_FIELDS = ("sagaId", "studentId", "contextId", "state", "saga", "waitingFor")
ID = re.compile(r"\w[\w-]{3,99}")
SagaPage = tuple[list[Json], str | None]  # The sagas, and where the next page begins; None after the last.


def search_sagas(payments: PaymentsClient, words: str, cursor: str | None, filters: Mapping[str, str]) -> SagaPage:
    """Return a page of those that fit the filters and these words; Refused if the service has no such filter."""
    if not words:
        return payments.saga_page(SHOWN, cursor, **filters)
    if ID.fullmatch(words) and (saga := payments.find_saga(words)) and _fits(saga, filters):
        return [saga], None
    for exact in _exact_filters(words, filters):
        found = _page(payments, cursor, exact)
        if found[0]:
            return found
    newest = islice(payments.sagas(PAGE_SIZE, **filters), SEARCHED)
    return [each for each in newest if words.lower() in _text(each)], None


def _fits(saga: Json, filters: Mapping[str, str]) -> bool:
    return all(saga["studentId" if name == "student" else name] == value for name, value in filters.items())


def _exact_filters(words: str, filters: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Yield the questions to the service in which the words are the whole of something."""
    meant = {"student": words, "contextId": words, "state": words.replace(" ", "_").upper()}
    yield from ({**filters, name: value} for name, value in meant.items() if filters.get(name, value) == value)


def _page(payments: PaymentsClient, cursor: str | None, filters: Mapping[str, str]) -> SagaPage:
    try:
        return payments.saga_page(SHOWN, cursor, **filters)
    except Refused:
        return [], None  # There is no such state.


def _text(saga: Json) -> str:
    return " ".join(saga[name] or "" for name in TEXT_FIELDS).lower()
