"""What a shell offers when a word is begun: names of stories, cases, parts, services, simulators and storms.

Each list is made when a shell asks for it, so that no verb waits for what only shells need.
"""

# ruff: noqa: PLC0415 - on purpose, see above
from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import click
from click.shell_completion import CompletionItem

CASE = re.compile(r"@([A-Z]{3}-\d\d)\b.*\n\s*Scenario(?: Outline)?: (.+)")
SIZE = re.compile(r"\d+/\d+x\d+/")
Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def offer(words: Callable[[click.Context], Mapping[str, str]], separator: str = "") -> Complete:
    """Return what completes one of these words, each with its explanation; or the last of several, separated."""

    def complete(context: click.Context, _: click.Parameter, begun: str) -> list[CompletionItem]:
        before, found, last = begun.rpartition(separator) if separator else ("", "", begun)
        whole = {f"{before}{found}{word}": text for word, text in words(context).items() if word.startswith(last)}
        return [CompletionItem(word, help=text) for word, text in whole.items()]

    return complete


def stories(_: click.Context) -> Mapping[str, str]:
    """Return the stories, with their titles."""
    from simulators.stories import STORIES

    return {each.name: each.title for each in STORIES}


def cases(_: click.Context) -> Mapping[str, str]:
    """Return the scenarios, by the ids that the features give them."""
    from simulators.package_data import FEATURES

    return dict(found for file in sorted(FEATURES.glob("*.feature")) for found in CASE.findall(file.read_text("utf-8")))


def cases_and_stories(context: click.Context) -> Mapping[str, str]:
    """Return all that `harness check --scenario` may name."""
    return {**cases(context), **stories(context)}


def parts(_: click.Context) -> Mapping[str, str]:
    """Return the parts of a check."""
    from simulators.check.parts import PARTS

    return {name: part.description for name, part in PARTS.items()}


def services(_: click.Context) -> Mapping[str, str]:
    """Return the services that need no import path."""
    from simulators.stories.run import SERVICES

    return SERVICES


def simulators(_: click.Context) -> Mapping[str, str]:
    """Return the simulators by their short names."""
    from simulators.world.topology import SIMULATORS

    return {name.removesuffix("-service"): name for name in SIMULATORS}


def wishes(_: click.Context) -> Mapping[str, str]:
    """Return what a storm may be wished to have, faults among it."""
    from simulators.explore.spec import VALUES

    return {f"{kind}={value}": "" for kind, values in VALUES.items() for value in sorted(values)}


def storms(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Complete the wishes of a storm, once its seed and size are there; the first comes after `/`, others after `+`."""
    return offer(wishes, "+" if "+" in begun else "/")(context, parameter, begun) if SIZE.match(begun) else []
