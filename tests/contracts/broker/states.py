"""The states that the official client's contract asks for, by the sentences in which it names them."""

from __future__ import annotations

from collections.abc import Callable

from tests.contracts.broker.books import Books, Pact
from tests.contracts.expectations import Json

Enter = Callable[[Books], object]
UUID, DEPLOYABLE = "16926ef3-590f-4e3f-838e-719717aa88c9", "cb632df3-0a0d-4227-aac3-60114dd36479"
COMMIT = "5556b8149bf8bac76bc30f50a8a2dd4c22c85f30"
VERIFIED, CONDOR = (
    "the pact for Foo version 1.2.3 has been verified by Bar version 4.5.6",
    "'Condor' exists in the pact-broker",
)
ONE_BROKEN = (
    "the pact for Foo version 1.2.3 has been successfully verified by Bar version 4.5.6{}, "
    "and 1.2.4 unsuccessfully by 9.9.9"
)


def content(consumer: str, provider: str, *interactions: str) -> Json:
    named: Json = {"consumer": {"name": consumer}, "provider": {"name": provider}}
    return named | {"interactions": [{"description": each} for each in interactions]}


def needs(books: Books, version: str, *interactions: str, consumer: str = "Foo", provider: str = "Bar") -> Pact:
    return books.publish(books.version(consumer, version), provider, content(consumer, provider, *interactions))


def _verified(books: Books, *versions: str, consumer: str = "Foo") -> None:
    pact = needs(books, "1.2.3", consumer=consumer)
    for version in versions:
        books.verified(pact, version, success=True)


def _one_broken(books: Books) -> None:
    _verified(books, "4.5.6")
    books.version("Bar", "4.5.6").tags.add("prod")
    books.verified(needs(books, "1.2.4", "something new"), "9.9.9", success=False)


def _tagged(books: Books) -> None:
    _verified(books, "4.5.6", "5.6.7")
    books.version("Bar", "4.5.6").tags.add("prod")


def _two_versions(books: Books) -> None:
    _verified(books, "4.5.6")
    needs(books, "1.2.4")


def _one_ignored(books: Books) -> None:
    books.verified(needs(books, "1.2.3"), "4.5.6", success=True)
    books.verified(needs(books, "3.4.5", "something new"), "4.5.6", success=False)
    for version in ("1.2.3", "3.4.5"):
        books.version("Foo", version).tags.add("prod")


def _only(books: Books, *environments: str) -> None:
    """A version, which can go to these environments."""
    books.environments.clear()
    for name in environments:
        books.open(name, DEPLOYABLE if name == "test" else None)
    books.version("Foo", COMMIT)


def _described(books: Books) -> None:
    team = {"name": "Foo team", "details": {"emailAddress": "foo@bar.com"}}
    books.environments.clear()
    books.open("test", displayName="Test", production=False, contacts=[team])


def _deployed(books: Books) -> None:
    books.open("test", UUID)
    books.deploy(books.version("Foo", "2"), UUID, "customer-1")


def _undeployable(books: Books) -> None:
    _deployed(books)
    uuid = "ff3adecf-cfc5-4653-a4e3-f1861092f8e0"
    books.deployments[uuid] = next(iter(books.deployments.values()))


def _condor(books: Books, *tags: str, version: str = "1.2.3") -> None:
    books.version("Condor", version).tags.update(tags)


def _nothing(books: Books) -> None:
    """It is so from the start."""


STATES: dict[str, Enter] = {
    "": _nothing,
    VERIFIED: lambda books: _verified(books, "4.5.6"),
    VERIFIED.replace("Foo", "Foo Thing"): lambda books: _verified(books, "4.5.6", consumer="Foo Thing"),
    VERIFIED + " and version 5.6.7": lambda books: _verified(books, "4.5.6", "5.6.7"),
    VERIFIED.replace("1.2.3", "1.2.3 and 1.2.4"): _two_versions,
    ONE_BROKEN.format(""): _one_broken,
    ONE_BROKEN.format(" with tag prod"): _one_broken,
    VERIFIED.replace("been", "been successfully") + " (tagged prod) and version 5.6.7": _tagged,
    "provider Bar version 4.5.6 has a successful verification for Foo version 1.2.3 tagged prod "
    "and a failed verification for version 3.4.5 tagged prod": _one_ignored,
    "an environment exists": _described,
    "an environment with name test exists": _described,
    f"an environment with name test and UUID {UUID} exists": lambda books: books.open("test", UUID),
    f"an version is deployed to environment with UUID {UUID} with target customer-1": _deployed,
    "a currently deployed version exists": _undeployable,
    f"version {COMMIT} of pacticipant Foo exists with a test environment available for deployment": lambda books: _only(
        books, "test"
    ),
    f"version {COMMIT} of pacticipant Foo exists with 2 environments that aren't test available for deployment": (
        lambda books: _only(books, "prod", "dev")
    ),
    "a pacticipant with name Foo exists": lambda books: books.pacticipant("Foo"),
    "'Condor' does not exist in the pact-broker": _nothing,
    CONDOR: _condor,
    CONDOR + " with version 1.3.0, tagged with 'prod'": lambda books: _condor(books, "prod", version="1.3.0"),
    CONDOR + " with the latest version 1.2.3": _condor,
    CONDOR + " with the latest tagged 'production' version 1.2.3": lambda books: _condor(books, "production"),
    "no pact between Condor and the Pricing Service exists": _nothing,
}
for _state in ("a latest pact", "a pact"):
    STATES[f"{_state} between Condor and the Pricing Service exists"] = lambda books: needs(
        books, "1.3.0", consumer="Condor", provider="Pricing Service"
    )
for _relation in ("environments", "latest-tagged-version", "latest-version", "pacticipant-branch"):
    STATES[f"the pb:{_relation} relation exists in the index resource"] = _nothing
STATES["the pb:pacticipant-version and pb:environments relations exist in the index resource"] = _nothing
STATES["the pb:publish-contracts relations exists in the index resource"] = _nothing
STATES["the pacticipant relations are present"] = _nothing
