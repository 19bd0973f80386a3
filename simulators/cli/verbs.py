"""The verbs of a command, each of which is loaded when it is called: what one needs keeps no other waiting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module
from typing import cast

import click


class Verbs(MutableMapping[str, click.Command]):
    """Commands by their names, made of the places where they are, `package.module:name`."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self._places, self._loaded = dict(places), dict[str, click.Command]()

    def __getitem__(self, name: str) -> click.Command:
        """Load a command, or raise KeyError when there is none of this name."""
        if name not in self._loaded:
            module, _, function = self._places[name].partition(":")
            self._loaded[name] = cast("click.Command", getattr(import_module(module), function))
        return self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        """Tell the names, and load nothing."""
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __setitem__(self, name: str, command: click.Command) -> None:
        """Take one that is there already."""
        self._places[name], self._loaded[name] = "", command

    def __delitem__(self, name: str) -> None:
        del self._places[name]
