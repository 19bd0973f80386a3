"""The operations and events of the installed official SDK; run this file to write them down anew."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import stripe

HOME = Path(__file__).parents[3] / "simulators" / "stripe"
WRITTEN_DOWN, EVENTS = HOME / "operations.json", HOME / "webhooks" / "event_names.json"


def sdk_operations() -> list[str]:
    """Return all of them as `POST /v1/payment_intents/{intent}`, sorted by path."""
    files = sorted(Path(str(stripe.__file__)).parent.rglob("_*_service.py"))
    found = {operation for file in files for operation in _operations(ast.parse(file.read_text()))}
    return sorted(found, key=lambda operation: operation.partition(" ")[::-1])


def sdk_events() -> list[str]:
    """Return the names of all events that a webhook endpoint can ask for, sorted."""
    file = Path(str(stripe.__file__)).parent / "params" / "_webhook_endpoint_create_params.py"
    fields = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.AnnAssign)]
    [asked] = [field for field in fields if isinstance(field.target, ast.Name) and field.target.id == "enabled_events"]
    texts = [node.value for node in ast.walk(asked.annotation) if isinstance(node, ast.Constant)]
    return sorted(str(name) for name in texts if name != "*")


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
    EVENTS.write_text(json.dumps(sdk_events(), indent=0) + "\n")
