"""Routes that are worked out once a process: each world makes five services anew, and they have two hundred."""

from __future__ import annotations

from typing import Any

from flask import Flask
from werkzeug.routing import Map, Rule, RuleFactory

_WORKED_OUT: dict[tuple[object, ...], Map] = {}


class Route:
    """What an app says of one route, before anything is worked out."""

    def __init__(self, rule: str, **options: Any) -> None:  # noqa: ANN401 - as a Rule takes them
        self._rule, self._options = rule, options
        self.provide_automatic_options: bool | None = None  # An app sets it.

    @property
    def key(self) -> tuple[object, ...]:
        """What equal routes have in common; it can be hashed if what the route has by default can be."""
        by_default = tuple(sorted((self._options.get("defaults") or {}).items()))
        options = self._options | {"methods": frozenset(self._options["methods"]), "defaults": by_default}
        return (self._rule, self.provide_automatic_options, *sorted(options.items()))

    def make(self) -> Rule:
        """Return the rule itself."""
        rule = Rule(self._rule, **self._options)
        rule.provide_automatic_options = self.provide_automatic_options  # type: ignore[attr-defined]
        return rule


class SharedMap(Map):
    """Takes over what a map with the same routes has worked out, as soon as somebody asks for them."""

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - as a Map takes them
        self._routes: list[Route] = []
        self._has_rules = False
        super().__init__(*arguments, **options)

    def add(self, rulefactory: Route | RuleFactory) -> None:
        """Add one, to be worked out later if it is a Route."""
        if isinstance(rulefactory, Route):
            self._routes.append(rulefactory)
            self._remap = True
        else:
            self._has_rules = True
            super().add(rulefactory)

    def update(self) -> None:
        """Work out all routes, unless they have been worked out for another app."""
        with self._remap_lock:
            if self._remap and self._routes:
                self._work_out()
        super().update()

    def _work_out(self) -> None:
        try:
            key = tuple(each.key for each in self._routes)
            known = _WORKED_OUT.get(key)
        except TypeError:
            known, self._has_rules = None, True
        if self._has_rules or _settings(self) != USUAL:
            self._has_rules = True
            while self._routes:
                super().add(self._routes.pop(0).make())
            return
        if known is None:
            known = _WORKED_OUT[key] = Map([each.make() for each in self._routes])
            known.update()
        self._matcher, self._rules_by_endpoint, self._remap = known._matcher, known._rules_by_endpoint, False  # noqa: SLF001


def _settings(routes: Map) -> dict[str, object]:
    return {name: each for name, each in vars(routes).items() if not name.startswith("_")} | {
        "merge_slashes": routes.merge_slashes
    }


USUAL = _settings(Map())


def share_routes() -> None:
    """Let all Flask apps of this process that are made from now on, and ask for nothing else, share their routes."""
    Flask.url_rule_class = Route  # type: ignore[assignment]
    Flask.url_map_class = SharedMap
