"""How tightly a rule holds, and which of two lets more pass."""

from __future__ import annotations

from simulators.contracts.rules import Both, Exactly, Form, OneOf, Pattern, Rule, Size, ValueKind


def strength(rule: Rule) -> str:
    """Say how tightly it holds: the value itself, a form, or only a kind."""
    match rule:
        case Exactly() | OneOf():
            return "exact"
        case Pattern() | Form() | Both():
            return "form"
    return "kind"


def within(narrow: Rule, wide: Rule) -> bool:
    """Whether all that the one lets pass, the other lets pass too, as far as can be known."""
    if narrow == wide or wide == ValueKind("anything"):
        return True
    if isinstance(wide, Both):
        return all(within(narrow, rule) for rule in wide.rules)
    if isinstance(narrow, Both):
        return any(within(rule, wide) for rule in narrow.rules)
    return _fits_within(narrow, wide)


def _fits_within(narrow: Rule, wide: Rule) -> bool:
    match narrow:
        case Exactly():
            return wide.accepts(narrow.value)
        case OneOf():
            return all(map(wide.accepts, narrow.choices))
        case Pattern():
            return wide == ValueKind("text") and not any(map(narrow.accepts, (7, -1.5, True, None)))
        case Form():
            return wide == ValueKind("text")
        case Size():
            return wide == ValueKind("list") or (isinstance(wide, Size) and _shorter(narrow, wide))
    return narrow in (ValueKind("whole number"), ValueKind("decimal number")) and wide == ValueKind("number")


def _shorter(narrow: Size, wide: Size) -> bool:
    fits = wide.most is None or (narrow.most is not None and narrow.most <= wide.most)
    return narrow.least >= wide.least and fits
