"""The operations of the installed official SDK; run this file to write them down anew."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import stripe

WRITTEN_DOWN = Path(__file__).parents[3] / "simulators" / "stripe" / "operations.json"


def sdk_operations() -> list[str]:
    """Return all of them as `POST /v1/payment_intents/{intent}`, sorted by path."""
    files = sorted(Path(str(stripe.__file__)).parent.rglob("_*_service.py"))
    found = {operation for file in files for operation in _operations(ast.parse(file.read_text()))}
    return sorted(found, key=lambda operation: operation.partition(" ")[::-1])


def _operations(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "_request":
            method, path = node.args[0], node.args[1]
            if isinstance(path, ast.Call) and isinstance(path.func, ast.Attribute):  # "...".format(...)
                path = path.func.value
            yield f"{_text(method).upper()} {_text(path)}"


def _text(node: Any) -> str:
    return str(ast.literal_eval(node))


if __name__ == "__main__":
    WRITTEN_DOWN.write_text(json.dumps(sdk_operations(), indent=0) + "\n")
