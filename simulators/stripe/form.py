"""Stripe's form encoding: `metadata[orderId]=o1&expand[0]=latest_charge` is a tree."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

MAX_DEPTH = 10


def decode_form(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return the tree that these names and values spell; where two disagree about its shape, the last one wins."""
    tree: dict[str, Any] = {}
    for name, value in pairs:
        head, *rest = re.split(r"\]\[|\[", name.removesuffix("]"), maxsplit=MAX_DEPTH)
        _plant(tree, [head, *rest], value)
    return {name: _as_list(branch) for name, branch in tree.items()}


def _plant(tree: dict[str, Any], path: list[str], value: str) -> None:
    for step in path[:-1]:
        branch = tree.get(step)
        if not isinstance(branch, dict):
            branch = tree[step] = {}
        tree = branch
    tree[path[-1] or str(len(tree))] = value


def _as_list(branch: Any) -> Any:  # noqa: ANN401 - a tree of JSON
    """Turn what is keyed by numbers into a list."""
    if not isinstance(branch, dict):
        return branch
    listed = {name: _as_list(inner) for name, inner in branch.items()}
    return list(listed.values()) if listed and all(name.isascii() and name.isdigit() for name in listed) else listed
