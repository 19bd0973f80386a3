"""The operations and events of the installed official SDK; run this file to write them down anew."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import stripe

Json = dict[str, Any]
SDK = Path(str(stripe.__file__)).parent
HOME = Path(__file__).parents[3] / "simulators" / "stripe"
WRITTEN_DOWN, EVENTS = HOME / "operations.json", HOME / "webhooks" / "event_names.json"
VERSIONS = HOME / "api_versions.json"


def sdk_operations() -> list[str]:
    """Return all of them as `POST /v1/payment_intents/{intent}`, sorted by path."""
    files = sorted(SDK.rglob("_*_service.py"))
    found = {operation for file in files for operation in _operations(ast.parse(file.read_text()))}
    return sorted(found, key=lambda operation: operation.partition(" ")[::-1])


def sdk_events() -> list[str]:
    """Return the names of all events that a webhook endpoint can ask for, sorted."""
    file = SDK / "params" / "_webhook_endpoint_create_params.py"
    fields = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.AnnAssign)]
    [asked] = [field for field in fields if isinstance(field.target, ast.Name) and field.target.id == "enabled_events"]
    texts = [node.value for node in ast.walk(asked.annotation) if isinstance(node, ast.Constant)]
    return sorted(str(name) for name in texts if name != "*")


def sdk_versions() -> list[str]:
    """Return all versions of the API that a webhook endpoint can ask for, oldest first."""
    [hint] = [hint for name, hint in _fields("WebhookEndpointCreateParams", ".") if name == "api_version"]
    return sorted(str(node.value) for node in ast.walk(hint) if isinstance(node, ast.Constant))


def sdk_parameters(method: str, path: str) -> Json:
    """Return what an operation takes: by name the type as it is written, and what lies inside of it."""
    wanted = _shape(path)
    for file in sorted(SDK.rglob("_*_service.py")):
        for function in [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.FunctionDef)]:
            if any(_shape(each) == f"{method} {wanted}" for each in _operations(function)):
                [asked] = [each.annotation for each in function.args.args if each.arg == "params"]
                name = re.findall(r"\w+Params", ast.unparse(asked or function))[0]
                return _declared(name, str(file.parent.relative_to(SDK)))
    raise LookupError(f"{method} {path}")


def _declared(name: str, folder: str) -> Json:
    found = {}
    for field, hint in _fields(name, folder):
        written = ast.unparse(hint).replace('"', "'")
        inner = re.findall(rf"\b({name}\w+)", written)
        found[field] = (written, _declared(inner[0], folder) if len(inner) == 1 else None)
    return found


@cache
def _parameter_classes(folder: str) -> dict[str, ast.ClassDef]:
    trees = [ast.parse(file.read_text()) for file in sorted((SDK / "params" / folder).glob("_*.py"))]
    return {node.name: node for tree in trees for node in tree.body if isinstance(node, ast.ClassDef)}


def _fields(name: str, folder: str) -> list[tuple[str, ast.expr]]:
    body = _parameter_classes(folder)[name].body
    return [
        (node.target.id, node.annotation)
        for node in body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    ]


def _shape(operation: str) -> str:
    return re.sub(r"[{<][^}>]*[}>]", "*", operation)


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
    VERSIONS.write_text(json.dumps(sdk_versions(), indent=0) + "\n")
