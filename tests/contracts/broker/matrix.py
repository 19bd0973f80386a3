"""Who was verified with whom, and whether one may be deployed: the part of a broker that gives an answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tests.contracts.broker.books import Books, Pact, Result, Version

ANYBODY = NONE = ""


class Unknown(Exception):  # noqa: N818 - says what happened
    """The question names somebody of whom nobody has heard."""


@dataclass(frozen=True)
class Selector:
    """Which versions of one pacticipant are meant; all of them when nothing more is said."""

    pacticipant: str
    version: str | None = None
    branch: str | None = None
    tag: str | None = None
    latest: bool = False
    environment: str | None = None


@dataclass(frozen=True)
class Question:
    """The pacticipants that are asked about, and what is meant by all others (in an environment, the latest, ...)."""

    asked: tuple[Selector, ...]
    others: Selector = Selector(ANYBODY)
    ignored: tuple[Selector, ...] = ()
    latest_by: str = ""
    successes: frozenset[bool] = frozenset()


@dataclass(frozen=True)
class Row:
    pact: Pact
    result: Result | None
    is_ignored: bool = False

    @property
    def success(self) -> bool | None:
        return self.result.success if self.result else None


@dataclass(frozen=True)
class Answer:
    """`deployable` is None while that is not known yet."""

    rows: list[Row]
    deployable: bool | None
    reasons: list[str]


def answer(books: Books, question: Question) -> Answer:
    for selector in (*question.asked, *question.ignored):
        if selector.pacticipant not in books.pacticipants:
            raise Unknown(f"Pacticipant {selector.pacticipant} not found")
    rows = [_judged(books, question, row) for row in _latest(list(_rows(books, question)), question.latest_by)]
    if question.successes:
        rows = [row for row in rows if row.success in question.successes]
    missing = [each for each in question.asked if each.version and not selected(books, each)]
    considered = [row for row in rows if not row.is_ignored]
    return Answer(rows, _deployable(considered, missing), list(_reasons(considered, missing)))


def selected(books: Books, selector: Selector) -> list[Version]:
    """Return the versions that are meant, the oldest first."""
    versions = [each for each in books.pacticipants[selector.pacticipant].versions.values() if _fits(selector, each)]
    if selector.environment:
        there = [each.version for each in books.deployed(selector.environment, selector.pacticipant)]
        versions = [each for each in versions if each in there]
    return versions[-1:] if selector.latest else versions


def _fits(selector: Selector, version: Version) -> bool:
    return (
        selector.version in {None, version.number}
        and (selector.branch is None or selector.branch in version.branches)
        and (selector.tag is None or selector.tag in version.tags)
    )


def _rows(books: Books, question: Question) -> Iterator[Row]:
    asked = {each.pacticipant: each for each in question.asked}
    for pact in books.pacts.values():
        consumer, provider = asked.get(pact.consumer), asked.get(pact.provider)
        if not consumer and not provider:
            continue
        if not (consumer and provider) and len(asked) > 1:
            continue
        needing = selected(books, consumer or replace(question.others, pacticipant=pact.consumer))
        if books.version(pact.consumer, pact.version) in needing:
            yield from _verified(books, pact, provider or replace(question.others, pacticipant=pact.provider))


def _verified(books: Books, pact: Pact, by: Selector) -> Iterator[Row]:
    """Each version that is meant has a row, without a result when it did not verify the pact; so has nobody at all."""
    content = (pact.consumer, pact.provider, pact.sha)
    results = [each for each in books.results if (each.consumer, each.provider, each.sha) == content]
    if by == Selector(pact.provider):
        yield from _each(pact, results)
        return
    for version in selected(books, by) or [Version(pact.provider, NONE)]:
        yield from _each(pact, [each for each in results if each.version == version.number])


def _each(pact: Pact, results: list[Result]) -> list[Row]:
    return [Row(pact, result) for result in results] or [Row(pact, None)]


def _latest(rows: list[Row], by: str) -> list[Row]:
    """Of several results keep the last: for each pair of versions (cvpv), or for each of the consumer's (cvp)."""
    last = {}
    for number, row in enumerate(rows):
        version = row.result.version if row.result and by == "cvpv" else ""
        last[(row.pact.consumer, row.pact.version, row.pact.provider, version) if by else number] = row
    return list(last.values())


def _judged(books: Books, question: Question, row: Row) -> Row:
    sides = {row.pact.consumer: row.pact.version, row.pact.provider: row.result and row.result.version}
    ignored = any(
        each.pacticipant in sides and each.version in {None, sides[each.pacticipant]} for each in question.ignored
    )
    return replace(row, is_ignored=ignored)


def _deployable(rows: list[Row], missing: list[Selector]) -> bool | None:
    if missing:
        return False
    return None if any(row.success is None for row in rows) else all(row.success for row in rows)


def _reasons(rows: list[Row], missing: list[Selector]) -> Iterator[str]:
    yield from (
        f"No pacts or verifications have been published for version {s.version} of {s.pacticipant}." for s in missing
    )
    for row in rows:
        pair = f"{row.pact.consumer} ({row.pact.version}) and {row.pact.provider}"
        if row.success is None:
            yield f"There is no verified pact between {pair} as it is there."
        elif not row.success:
            yield f"The verification for the pact between {pair} failed."
    if not missing and all(row.success for row in rows):
        yield (
            "All required verification results are published and successful."
            if rows
            else "No dependencies are missing."
        )
