"""How tightly a rule holds, and which of two lets more pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.contracts.rules import Both, Exactly, Form, Kind, OneOf, Pattern, Size

if TYPE_CHECKING:
    from simulators.contracts.rules import Rule


def strength(rule: Rule) -> str:
    """Say how tightly it holds: the value itself, a form, or only a kind."""
    match rule:
        case Exactly() | OneOf():
            return "exact"
        case Pattern() | Form() | Both():
            return "form"
    return "kind"


def within(narrow: Rule, wide: Rule) -> bool:
    """Whether all that the one lets pass, the other lets pass too, as far as can be told."""
    if narrow == wide or wide == Kind("anything"):
        return True
    if isinstance(wide, Both):
        return all(within(narrow, rule) for rule in wide.rules)
    if isinstance(narrow, Both):
        return any(within(rule, wide) for rule in narrow.rules)
    return _lies_within(narrow, wide)


def _lies_within(narrow: Rule, wide: Rule) -> bool:
    match narrow:
        case Exactly():
            return wide.accepts(narrow.value)
        case OneOf():
            return all(map(wide.accepts, narrow.choices))
        case Pattern():
            return wide == Kind("text") and not any(map(narrow.accepts, (7, -1.5, True, None)))
        case Form():
            return wide == Kind("text")
        case Size():
            return wide == Kind("list") or (isinstance(wide, Size) and _shorter(narrow, wide))
    return narrow in (Kind("whole number"), Kind("decimal number")) and wide == Kind("number")


def _shorter(narrow: Size, wide: Size) -> bool:
    fits = wide.most is None or (narrow.most is not None and narrow.most <= wide.most)
    return narrow.least >= wide.least and fits
