"""Routes that are worked out once a process: each world makes five services anew, and they have two hundred."""

from __future__ import annotations

from types import MethodType
from typing import Any

from flask import Flask
from werkzeug.routing import Map, Rule

_WORKED_OUT: dict[tuple[object, ...], dict[str, Any]] = {}


class SharedRule(Rule):
    """A rule that takes over what an equal one has worked out, but for what is the app's own."""

    def compile(self) -> None:
        """Work out how it matches and how its URLs are built, unless an equal rule has."""
        assert self.map is not None, "a rule is compiled as it is added to a map"  # noqa: S101
        if self.defaults or self.map.converters != Map.default_converters:
            super().compile()
            return
        key = (self.rule, self.subdomain, self.host, self.map.host_matching, self.merge_slashes)
        if key not in _WORKED_OUT:
            super().compile()
            names = ("_parts", "_trace", "_converters", "arguments")
            _WORKED_OUT[key] = {name: getattr(self, name) for name in names}
            _WORKED_OUT[key] |= {name: getattr(self, name).__func__ for name in ("_build", "_build_unknown")}
            return
        for name, found in _WORKED_OUT[key].items():
            setattr(self, name, MethodType(found, self) if name.startswith("_build") else found)


def share_routes() -> None:
    """Let all Flask apps of this process that are made from now on, and ask for nothing else, share their routes."""
    Flask.url_rule_class = SharedRule
