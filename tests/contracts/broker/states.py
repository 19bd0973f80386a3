"""The states that the official client's contract asks for, by the sentences in which it names them."""

from __future__ import annotations

from collections.abc import Callable

from tests.contracts.broker.books import Books, Pact
from tests.contracts.expectations import Json

Enter = Callable[[Books], object]
COMMIT = "5556b8149bf8bac76bc30f50a8a2dd4c22c85f30"
VERIFIED, CONDOR = (
    "the pact for Foo version 1.2.3 has been verified by Bar version 4.5.6",
    "'Condor' exists in the pact-broker",
)


def content(consumer: str, provider: str, *interactions: str) -> Json:
    named: Json = {"consumer": {"name": consumer}, "provider": {"name": provider}}
    return named | {"interactions": [{"description": each} for each in interactions]}


def needs(books: Books, version: str, *interactions: str, consumer: str = "Foo", provider: str = "Bar") -> Pact:
    return books.publish(books.version(consumer, version), provider, content(consumer, provider, *interactions))


def _verified(books: Books, *versions: str) -> None:
    pact = needs(books, "1.2.3")
    for version in versions:
        books.verified(pact, version, success=True)


def _deployable(books: Books) -> None:
    books.deployed = {"test": {}}
    books.version("Foo", COMMIT)


def _nothing(books: Books) -> None:
    """It is so from the start."""


STATES: dict[str, Enter] = {
    "": _nothing,
    VERIFIED: lambda books: _verified(books, "4.5.6"),
    VERIFIED + " and version 5.6.7": lambda books: _verified(books, "4.5.6", "5.6.7"),
    f"version {COMMIT} of pacticipant Foo exists with a test environment available for deployment": _deployable,
    "a pacticipant with name Foo exists": lambda books: books.pacticipant("Foo"),
    "'Condor' does not exist in the pact-broker": _nothing,
    CONDOR: lambda books: books.version("Condor", "1.2.3"),
    CONDOR + " with version 1.3.0, tagged with 'prod'": lambda books: books.version("Condor", "1.3.0").tags.add("prod"),
    "no pact between Condor and the Pricing Service exists": _nothing,
    "a pact between Condor and the Pricing Service exists": lambda books: needs(
        books, "1.3.0", consumer="Condor", provider="Pricing Service"
    ),
    "the pb:pacticipant-version and pb:environments relations exist in the index resource": _nothing,
    "the pb:publish-contracts relations exists in the index resource": _nothing,
    "the pacticipant relations are present": _nothing,
}
