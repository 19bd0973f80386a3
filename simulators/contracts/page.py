"""The page of the contracts: one file of HTML that needs neither a network nor a script."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from simulators.contracts.fields import Field
from simulators.contracts.network import network, party_name
from simulators.contracts.pact import Interaction, Pact, pacts_in
from simulators.contracts.parts import Part
from simulators.contracts.pattern_names import NAMED
from simulators.contracts.places import places_of
from simulators.contracts.rules import json_text, label
from simulators.contracts.scenarios import Link, Scenario, played_in, scenario_of, scenarios_in
from simulators.contracts.strength import strength
from simulators.contracts.topics import Topic, slug, topics

ENVELOPE = {"id", "source", "type", "subject", "time", "specversion", "datacontenttype"}


@dataclass(frozen=True)
class Contracts:
    """All that a page shows: the contracts, the scenarios, and which of them plays what."""

    pacts: tuple[Pact, ...]
    scenarios: tuple[Scenario, ...] = ()
    played: Mapping[Link, tuple[str, ...]] | None = None
    home: str = ""
    """Where one came from: the console, if the page is read there."""

    @cached_property
    def topics(self) -> tuple[Topic, ...]:
        """What is talked about, between whom."""
        found = topics(self.pacts)
        order = places_of(found).order
        return tuple(sorted(found, key=lambda topic: (order(topic.sender), order(topic.receiver))))

    @cached_property
    def pairs(self) -> list[tuple[tuple[str, str], list[Topic]]]:
        """The topics of each two parties."""
        order = places_of(self.topics).order

        def pair(topic: Topic) -> tuple[str, str]:
            one, other = sorted((topic.sender, topic.receiver), key=order)
            return one, other

        by_pair = sorted(self.topics, key=lambda topic: tuple(map(order, pair(topic))))
        return [(parties, list(group)) for parties, group in groupby(by_pair, pair)]

    @cached_property
    def forms(self) -> dict[str, str]:
        """The forms that are party_name by a name, with the expression behind each."""
        fields = (each for pact in self.pacts for every in pact.interactions for each in every.expected.fields)
        named = {name: detail for field in fields for name, detail in [label(field.rule)]}
        return {name: named[name] for name in sorted(NAMED & named.keys())}

    @cached_property
    def promises(self) -> list[tuple[str, list[tuple[str, list[Scenario]]]]]:
        """The scenarios of each rule of each feature."""
        features = groupby(self.scenarios, lambda each: each.feature)
        return [
            (feature, [(rule, list(group)) for rule, group in groupby(found, lambda each: each.rule)])
            for feature, found in features
        ]

    def plays(self, each: Interaction) -> list[Scenario]:
        """Return the scenarios whose runs play an interaction."""
        return self._plays.get(_link(each), [])

    def played_by(self, scenario: Scenario) -> list[Interaction]:
        """Return what a scenario plays, in the order of the page."""
        everything = (each for _, group in self.pairs for topic in group for each in topic.interactions)
        return [each for each in everything if scenario in self.plays(each)]

    @cached_property
    def _plays(self) -> dict[Link, list[Scenario]]:
        ids = {link: set(map(scenario_of, runs)) for link, runs in (self.played or {}).items()}
        return {link: [each for each in self.scenarios if each.id in found] for link, found in ids.items()}


def page_of(pacts: Path, features: Path, home: str = "") -> str:
    """Return the page of what lies in these directories; ValueError or OSError says what does not."""
    played = played_in(pacts)
    scenarios = scenarios_in(features) if played else ()  # what they play was never recorded
    return page(Contracts(pacts_in(pacts), scenarios, played, home))


def page(contracts: Contracts) -> str:
    """Return the page as HTML."""
    return _templates().get_template("contracts.html").render(contracts=contracts, network=network(contracts.topics))


def drawing(pacts: Iterable[Pact], link: str = "") -> str:
    """Return the network alone, as SVG with its style, for another page; `link` is where that finds this one."""
    module: Any = _templates().get_template("network.svg").module
    return str(module.drawing(network(topics(pacts)), link))


def anchor(each: Interaction) -> str:
    """Return the anchor of an interaction on the page."""
    return slug(each.consumer, each.provider, each.description)


def _link(each: Interaction) -> Link:
    return each.consumer, each.provider, each.description


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=PackageLoader("simulators.contracts"),
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined,
    )  # fmt: skip
    templates.filters |= {
        "party_name": party_name,
        "anchor": anchor,
        "label": label,
        "strength": strength,
        "json_text": json_text,
    }
    templates.globals |= {"named": NAMED}
    templates.filters |= {"pretty": _pretty, "data": _data, "envelope": _envelope, "slug": slug}
    return templates


def _pretty(part: Part) -> str:
    """Return an example as people read it."""
    return part.content if isinstance(part.content, str) else json.dumps(part.content, indent=2, ensure_ascii=False)


def _data(part: Part) -> list[Field]:
    """Return what a body says itself, without the envelope that all messages share."""
    return [field for field in part.body if field not in _envelope(part)]


def _envelope(part: Part) -> list[Field]:
    is_message = part.media == "application/cloudevents+json"
    return [field for field in part.body if is_message and field.name in ENVELOPE]
