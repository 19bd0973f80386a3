"""The console's own OpenAPI document, made of its routes, of their docstrings and of the fields that they read."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator
from textwrap import dedent
from types import FunctionType, ModuleType
from typing import TypeVar, cast

from flask import Blueprint, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.routing import Rule

from simulators.kit.json_types import Json

N = TypeVar("N", bound=ast.AST)
routes = Blueprint("openapi", __name__)
METHODS = {"GET", "POST"}
VARIABLE = re.compile(r"<(?:\w+:)?(\w+)>")
READERS = {"request.args.get": "query", "field": "body"}  # What a view reads a field with, and where that is sent.
FORMS = ("application/x-www-form-urlencoded", "application/json")
TEXT = {"type": "string"}
SAID = {"type": "object", "properties": {"said": TEXT}, "required": ["said"]}
TROUBLE = {"type": "object", "properties": {"status": {"type": "integer"}, "detail": TEXT}}
DESCRIPTION = (
    "The pages of harness demo: each is HTML for people, and JSON for who accepts application/json. "
    "Each act is one POST, with a form or the same as JSON, and says what was done."
)


@routes.get("/openapi.json")
def describe() -> ResponseReturnValue:
    """What can be asked of these pages, and what each act takes."""
    paths: dict[str, Json] = {}
    for rule in sorted(current_app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if not rule.endpoint.endswith("static"):
            operations = paths.setdefault(VARIABLE.sub(r"{\1}", rule.rule), {})
            operations |= {method.lower(): _operation(rule) for method in METHODS & (rule.methods or set())}
    info = {"title": "The console of harness demo", "version": "1", "description": DESCRIPTION}
    servers = [{"url": request.host_url.rstrip("/")}]
    return jsonify(openapi="3.1.0", info=info, servers=servers, paths=paths)


def _operation(rule: Rule) -> Json:
    view = current_app.view_functions[rule.endpoint]
    fields = _fields_of(cast("FunctionType", view))
    parameters = [_parameter(name, "path") for name in VARIABLE.findall(rule.rule)]
    about: Json = {
        "operationId": rule.endpoint.replace(".", "_"),
        "tags": [rule.endpoint.partition(".")[0]],
        "summary": inspect.cleandoc(view.__doc__ or "").partition("\n")[0],
        "parameters": parameters + [_parameter(name, "query") for name in sorted(fields["query"])],
    }
    if "POST" not in (rule.methods or ()):
        page = {"description": "The page.", "content": {"text/html": {}, "application/json": {}}}
        return about | {"responses": {"200": page, **_trouble()}}
    schema = {"type": "object", "properties": dict.fromkeys(sorted(fields["body"]), TEXT)}
    done = {"description": "What was done.", "content": {"application/json": {"schema": SAID}}}
    led = {"description": "Where a person is led, who asked for no JSON."}
    about |= {"requestBody": {"content": {kind: {"schema": schema} for kind in FORMS}}}
    return about | {"responses": {"200": done, "303": led, **_trouble()}}


def _parameter(name: str, where: str) -> Json:
    return {"name": name, "in": where, "required": where == "path", "schema": TEXT}


def _trouble() -> Json:
    return {"default": {"description": "Why not.", "content": {"application/json": {"schema": TROUBLE}}}}


def _fields_of(view: FunctionType) -> dict[str, set[str]]:
    """Return the names that a view reads, also by way of functions of its own module; by where they are sent."""
    module = sys.modules[view.__module__]
    found = {where: set[str]() for where in READERS.values()}
    for tree in map(_tree, _functions(view, module, [])):
        several = {ast.unparse(each.target): ast.unparse(each.iter) for each in _nodes(tree, ast.comprehension)}
        for call in _nodes(tree, ast.Call):
            if call.args and (where := READERS.get(ast.unparse(call.func))):
                found[where] |= _names(call.args[0], several, module)
    return found


def _names(argument: ast.expr, several: dict[str, str], module: ModuleType) -> set[str]:
    """Return the name that is read, or those of the module's constant that are read one after the other."""
    if isinstance(argument, ast.Constant):
        return {str(argument.value)}
    return set(getattr(module, several.get(ast.unparse(argument), ""), ()))


def _functions(function: FunctionType, module: ModuleType, found: list[FunctionType]) -> list[FunctionType]:
    """Return a function and all of its module's own that it names."""
    if function not in found:
        found.append(function)
        for name in _nodes(_tree(function), ast.Name):
            called = getattr(module, name.id, None)
            if isinstance(called, FunctionType) and called.__module__ == module.__name__:
                _functions(called, module, found)
    return found


def _tree(function: FunctionType) -> ast.AST:
    return ast.parse(dedent(inspect.getsource(function)))


def _nodes(tree: ast.AST, kind: type[N]) -> Iterator[N]:
    return (node for node in ast.walk(tree) if isinstance(node, kind))
