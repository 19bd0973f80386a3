"""The pages of the contracts: an overview, one for each two parties and each feature; HTML without a script."""

from __future__ import annotations

import json
from collections.abc import Mapping
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

INDEX = "index.html"
ENVELOPE = {"id", "source", "type", "subject", "time", "specversion", "datacontenttype"}


@dataclass(frozen=True)
class ContractPair:
    """Two parties, what they talk about, and where that is told."""

    one: str
    other: str
    topics: tuple[Topic, ...]

    @property
    def page(self) -> str:
        """The file of its page."""
        return f"{slug(self.one, self.other)}.html"


@dataclass(frozen=True)
class FeatureScenarios:
    """A feature with the scenarios of each of its rules, and where they are told."""

    name: str
    rules: tuple[tuple[str, tuple[Scenario, ...]], ...]

    @property
    def page(self) -> str:
        """The file of its page."""
        return f"scenarios.{slug(self.name).lower()}.html"


@dataclass(frozen=True)
class Contracts:
    """All that the pages show: the contracts, the scenarios, and which of them plays what."""

    pacts: tuple[Pact, ...]
    scenarios: tuple[Scenario, ...] = ()
    played: Mapping[Link, tuple[str, ...]] | None = None

    @cached_property
    def topics(self) -> tuple[Topic, ...]:
        """What is talked about, between whom."""
        found = topics(self.pacts)
        order = places_of(found).order
        return tuple(sorted(found, key=lambda topic: (order(topic.sender), order(topic.receiver))))

    @cached_property
    def pairs(self) -> tuple[ContractPair, ...]:
        """The topics of each two parties."""
        order = places_of(self.topics).order

        def pair(topic: Topic) -> tuple[str, str]:
            one, other = sorted((topic.sender, topic.receiver), key=order)
            return one, other

        by_pair = sorted(self.topics, key=lambda topic: tuple(map(order, pair(topic))))
        return tuple(ContractPair(*parties, tuple(group)) for parties, group in groupby(by_pair, pair))

    @cached_property
    def features(self) -> tuple[FeatureScenarios, ...]:
        """The scenarios of each rule of each feature."""
        features = groupby(self.scenarios, lambda each: each.feature)
        return tuple(
            FeatureScenarios(
                name, tuple((rule, tuple(group)) for rule, group in groupby(found, lambda each: each.rule))
            )
            for name, found in features
        )

    @cached_property
    def forms(self) -> dict[str, str]:
        """The forms that go by a name, with the expression behind each."""
        fields = (each for pact in self.pacts for every in pact.interactions for each in every.expected.fields)
        named = {name: detail for field in fields for name, detail in [label(field.rule)]}
        return {name: named[name] for name in sorted(NAMED & named.keys())}

    def page_of_topic(self, topic: Topic) -> str:
        """Return the file in which a topic is told."""
        return self._pages[_name(topic)]

    def page_of_scenario(self, scenario: Scenario) -> str:
        """Return the file in which a scenario is told."""
        return self._pages[scenario.id]

    def plays(self, each: Interaction) -> list[Scenario]:
        """Return the scenarios whose runs play an interaction."""
        return self._plays.get(_link(each), [])

    def played_by(self, scenario: Scenario) -> list[tuple[Topic, list[Interaction]]]:
        """Return what a scenario plays of each topic, in the order of the pages."""
        everything = (topic for pair in self.pairs for topic in pair.topics)
        found = ((topic, [each for each in topic.interactions if scenario in self.plays(each)]) for topic in everything)
        return [(topic, group) for topic, group in found if group]

    @cached_property
    def _pages(self) -> dict[str, str]:
        topics = {_name(topic): pair.page for pair in self.pairs for topic in pair.topics}
        return topics | {each.id: found.page for found in self.features for _, group in found.rules for each in group}

    @cached_property
    def _plays(self) -> dict[Link, list[Scenario]]:
        ids = {link: set(map(scenario_of, runs)) for link, runs in (self.played or {}).items()}
        return {link: [each for each in self.scenarios if each.id in found] for link, found in ids.items()}


def contracts_in(pacts: Path, features: Path) -> Contracts:
    """Return what lies in these directories; ValueError or OSError says what does not."""
    played = played_in(pacts)
    scenarios = scenarios_in(features) if played else ()  # what they play was never recorded
    return Contracts(pacts_in(pacts), scenarios, played)


def pages(contracts: Contracts) -> dict[str, str]:
    """Return all pages as HTML, by the names of their files."""
    names = (INDEX, *(each.page for each in contracts.pairs), *(each.page for each in contracts.features))
    return {name: page(contracts, name) for name in names}


def page(contracts: Contracts, name: str = INDEX, *, framed: bool = False) -> str:
    """Return one page as HTML: whole, or `framed`, as the part that another page puts its own frame around.

    LookupError if there is no page of this name.
    """
    template, about = _about(contracts, name)
    layout = "fragment.html" if framed else "layout.html"
    everything = {"contracts": contracts, "name": name, "layout": layout, "framed": framed, **about}
    return _templates().get_template(template).render(everything)


def stylesheet() -> str:
    """Return the style of the pages, for whoever puts a frame around them."""
    return "".join(_templates().get_template(name).render() + "\n" for name in ("contracts.css", "network.css"))


def _about(contracts: Contracts, name: str) -> tuple[str, dict[str, Any]]:
    """Return a page's template, and what only this page shows."""
    if name == INDEX:
        return "overview.html", {"network": network(contracts.topics)}
    if pair := next((each for each in contracts.pairs if each.page == name), None):
        return "pair.html", {"pair": pair}
    if feature := next((each for each in contracts.features if each.page == name), None):
        return "scenarios.html", {"feature": feature}
    raise LookupError(f"there is no page {name!r} of the contracts")


def anchor(each: Interaction) -> str:
    """Return the anchor of an interaction on its page."""
    return slug(each.consumer, each.provider, each.description)


def _name(topic: Topic) -> str:
    return slug(topic.sender, topic.receiver, topic.name)


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
    templates.globals |= {"named": NAMED, "index": INDEX}
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
