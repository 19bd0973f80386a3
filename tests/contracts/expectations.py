"""What consumers expect of what they are told: the examples, and which values would do as well."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pact import match
from pact.match.matcher import GenericMatcher

from simulators.kit.http.auth import Person, token

CLOUDEVENT, PROBLEM = "application/cloudevents+json", "application/problem+json"
SAGA = "saga-1"
INSTANT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)"  # Pact's own date formats refuse one or the other.
TOKEN = "pact-service-token"
STRANGE_TOKEN = "pact-stranger-token"
KNOWN, UNKNOWN = "a service token that is known", "a service token that is not known"
STUDENT, OPERATOR, NOBODY = "a student who is signed in", "an operator who is signed in", "nobody who is signed in"
SECRET_KEY, PUBLISHABLE_KEY = "an account with this secret key", "an account with this publishable key"
NO_KEY = "no account with this key"
HEARD_BEFORE, OBEYED = "a message that was handed over before", "a command that was obeyed before"
JWT_SECRET = "a secret that only these tests know"
YEARS_LATER = datetime(2100, 1, 1, tzinfo=UTC)  # Whoever verifies has a clock of their own.
TOKENS = {
    KNOWN: TOKEN,
    UNKNOWN: STRANGE_TOKEN,
    STUDENT: token(Person("ada", "student"), JWT_SECRET, YEARS_LATER),
    OPERATOR: token(Person("olga", "operator"), JWT_SECRET, YEARS_LATER),
    NOBODY: STRANGE_TOKEN,
    SECRET_KEY: "sk_test_contracts",
    PUBLISHABLE_KEY: "pk_test_contracts",
    NO_KEY: "sk_nobodys",
}
STUDENT_APP, HARNESS = "student-app", "harness"

Json = dict[str, Any]


class _Both(GenericMatcher[Any]):
    """A type and a pattern at once: alone, Pact's types let pass "" and -1, and its patterns 7 and null."""

    def to_integration_json(self) -> Json:
        rules = [{"pact:matcher:type": self.type}, {"pact:matcher:type": "regex", **self._extra_fields}]
        return {"pact:matcher:type": rules, "value": self.value}


def text(example: str, like: str = r"[\s\S]+") -> Any:
    """Text that says something, or as a pattern has it."""
    return _Both("type", example, regex=like)


def whole(example: int) -> Any:
    """A whole number, not below zero."""
    return _Both("integer", example, regex=r"\d+")


def one_of(*members: str) -> Any:
    """The first is the example; any other would do as well. Within a list a plain value would match by its type."""
    return match.regex(members[0], regex="|".join(members))


def money(amount: int, currency: str) -> Json:
    return {"amount": whole(amount), "currency": match.regex(currency, regex="[A-Z]{3}")}


def instant(example: str) -> Any:
    return match.regex(example, regex=INSTANT)


def plain(expected: Any) -> Any:
    """The example alone."""
    if isinstance(expected, dict):
        return {name: plain(each) for name, each in expected.items()}
    return getattr(expected, "value", expected)


def envelope(name: str, source: str, **data: Any) -> Json:
    """The whole envelope of a message about the saga of all examples."""
    return {
        "specversion": "1.0",
        "id": text(f"{SAGA}:{name}"),
        "source": f"edtech.{source}",
        "type": name,
        "subject": text(SAGA),
        "time": instant("2026-09-01T09:00:00.000Z"),
        "datacontenttype": "application/json",
        "data": {"sagaId": text(SAGA), **data},
    }


def problem(status: int, naming: str = "") -> Json:
    """An RFC 9457 problem whose detail names the field that is wrong."""
    return {
        "title": text("Refused"),
        "status": status,
        "detail": text(f"{naming} is wrong", like=f".*{naming}.*") if naming else text("It is not allowed."),
    }
