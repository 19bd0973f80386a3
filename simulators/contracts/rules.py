"""Matching rules in words: which values a consumer accepts for a field."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Protocol

from simulators.contracts.pattern_names import NAMED, TOGETHER, name_of, required_word

WORD = r"[\w-]+"
ONE_OF = re.compile(rf"\^?\(?({WORD}(?:\|{WORD})+)\)?\$?")


class Rule(Protocol):
    """Says which values will do."""

    @property
    def words(self) -> str:
        """What a person reads: `any whole number`."""
        ...

    def accepts(self, value: object) -> bool:
        """Whether this value will do."""
        ...


@dataclass(frozen=True)
class Exactly:
    """One value alone."""

    value: Any

    @property
    def words(self) -> str:
        """As JSON writes it."""
        return f"exactly {json_text(self.value)}"

    def accepts(self, value: object) -> bool:
        """Tell 1 from true, as JSON does."""
        return json_text(value) == json_text(self.value)


@dataclass(frozen=True)
class ValueKind:
    """Every value of a kind."""

    name: str

    @property
    def words(self) -> str:
        """Say it with its article."""
        return WORDS[self.name]

    def accepts(self, value: object) -> bool:
        """Whether the value is of this kind; Pact counts 1.5 and 1 as numbers alike."""
        return self.name == "anything" or self.name in kinds_of(value)


@dataclass(frozen=True)
class Pattern:
    """Text of a form; Pact wants the whole of it to fit, and reads what is no text as JSON writes it."""

    regex: str

    @property
    def words(self) -> str:
        """Name it, beside the expression itself if that says more."""
        return f"{self.name} ({self.detail})" if self.detail else self.name

    @property
    def detail(self) -> str:
        """The expression, unless the name says it all."""
        return "" if required_word(self.regex) else self.regex

    @property
    def name(self) -> str:
        """Name it by what it asks for, or else by what it lets pass."""
        word = required_word(self.regex)
        return f"text that contains {word}" if word else name_of(self.accepts)

    def accepts(self, value: object) -> bool:
        """Whether the whole text fits; an expression that only Rust can read refuses nothing here."""
        try:
            return re.fullmatch(self.regex, value if isinstance(value, str) else json_text(value)) is not None
        except (re.error, OverflowError, RecursionError):
            return True


@dataclass(frozen=True)
class OneOf:
    """One of a few words."""

    choices: frozenset[str]

    @property
    def words(self) -> str:
        """List them, the last one after an `or`."""
        *most, last = sorted(self.choices)
        return f"one of {', '.join(most)} or {last}"

    def accepts(self, value: object) -> bool:
        """Whether it is among them."""
        return value in self.choices


@dataclass(frozen=True)
class Form:
    """Text that follows a form which Pact names: a date, a uuid, a part that it contains."""

    name: str
    detail: str = ""

    @property
    def words(self) -> str:
        """Name the form, and its detail."""
        return f"{FORMS.get(self.name, f'what Pact calls “{self.name}”')}{f' ({self.detail})' if self.detail else ''}"

    def accepts(self, value: object) -> bool:
        """Judge only what Python can judge alike."""
        return isinstance(value, str) and (self.name != "include" or self.detail in value)


@dataclass(frozen=True)
class Size:
    """A list of so many items."""

    least: int = 0
    most: int | None = None

    @property
    def words(self) -> str:
        """Say how many there are."""
        if self.least == self.most:
            return f"a list of exactly {self.least}"
        bounds = [f"at least {self.least}"] if self.least else []
        bounds += [] if self.most is None else [f"at most {self.most}"]
        return f"a list of {' and '.join(bounds)}" if bounds else "a list"

    def accepts(self, value: object) -> bool:
        """Whether it is a list of that length."""
        return isinstance(value, list) and self.least <= len(value) <= (len(value) if self.most is None else self.most)


@dataclass(frozen=True)
class Both:
    """Several rules, each of which must be kept."""

    rules: tuple[Rule, ...]

    @property
    def words(self) -> str:
        """Say them together, with their details."""
        name, detail = label(self)
        return f"{name} ({detail})" if detail else name

    @property
    def telling(self) -> list[Rule]:
        """Those that say more than another one does: that a text is a text goes without saying."""
        has_form = any(isinstance(rule, Pattern | Form) for rule in self.rules)
        telling = [rule for rule in self.rules if not (has_form and rule == ValueKind("text"))]
        return [rule for rule in telling if isinstance(rule, Exactly)] or telling

    def accepts(self, value: object) -> bool:
        """Whether every one does."""
        return all(rule.accepts(value) for rule in self.rules)


WORDS = {
    "text": "any text",
    "whole number": "any whole number",
    "decimal number": "any decimal number",
    "number": "any number",
    "flag": "true or false",
    "nothing": "null",
    "object": "any object",
    "list": "any list",
    "anything": "anything",
}
FORMS = {
    "date": "a date",
    "time": "a time of day",
    "timestamp": "a date and time",
    "datetime": "a date and time",
    "include": "text that contains",
    "uuid": "a UUID",
    "semver": "a semantic version",
}


def kinds_of(value: object) -> tuple[str, ...]:
    """Name what a JSON value is, the narrowest first."""
    if isinstance(value, bool):
        return ("flag",)
    if isinstance(value, int | float):
        return ("whole number" if isinstance(value, int) else "decimal number", "number")
    kinds = {str: "text", list: "list", dict: "object", type(None): "nothing"}
    return (kinds[type(value)],)


def label(rule: Rule) -> tuple[str, str]:
    """Return what a rule is called, and apart from it what only a careful reader wants to know."""
    match rule:
        case Exactly():
            return "exactly", json_text(rule.value)
        case Pattern():
            return rule.name, rule.detail
        case Form():
            return Form(rule.name).words, rule.detail
        case Both():
            names, details = zip(*map(label, rule.telling), strict=True)
            together = " and ".join(names)
            return TOGETHER.get(together, together), " and ".join(filter(None, details))
    return rule.words, ""


def plain(rule: Rule) -> str:
    """Return the words of a rule, without the expression behind a form that goes by a name."""
    name, _ = label(rule)
    return name if name in NAMED else rule.words


def pattern(regex: str) -> Rule:
    """Return the rule of an expression; one that is a word, or lists words, is read as that."""
    if re.fullmatch(WORD, regex):
        return Exactly(regex)
    if found := ONE_OF.fullmatch(regex):
        return OneOf(frozenset(found[1].split("|")))
    return Pattern(regex)


def json_text(value: object) -> str:
    """Return a value as JSON writes it."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
