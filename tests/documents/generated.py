"""The parts of documents that are written from what they tell of: the flows, the wire's names, the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import click
from transitions.extensions import GraphMachine

from reference.app import SAGAS
from reference.sagas.paid_saga import PaidSaga
from simulators.cli import main
from tests.rooms.source import ROOT

WIDTH = 110
METHODS = ("get", "post", "put", "patch", "delete")
BEGIN = "<!-- below, all is written by: pytest tests/documents/test_generated.py --write-tables -->\n"
WHO = {"service": "services", "person": "people", "stripe": "Stripe"}


def described(name: str) -> Any:
    return json.loads((ROOT / "reference" / "web" / name).read_text())


class Drawn:
    """What a drawing needs a saga to be: something that has states."""


def flows() -> str:
    """Return every saga as a diagram of its table, by the library that runs the table."""
    return "\n".join(f"## {saga.__name__}\n\n```mermaid\n{drawn(saga)}\n```\n" for saga in SAGAS)


def drawn(saga: type[PaidSaga]) -> str:
    model: Any = Drawn()
    states, moves = [state.name for state in saga.STATES], [list(move) for move in saga.moves()]
    GraphMachine(model, states, "initiated", moves, auto_transitions=False, graph_engine="mermaid", title="")
    arrows = [line.strip() for line in model.get_graph().source.splitlines() if "-->" in line]
    ends = [f"{state.name} --> [*]" for state in saga.STATES if state.final]
    return "\n    ".join(["stateDiagram-v2", *sorted(arrows, key=lambda line: "[*]" not in line), *ends])


def wire() -> str:
    """Return what the payment-service hears and says, as its two documents describe it."""
    openapi, asyncapi = described("openapi.json"), described("asyncapi.json")
    parts = (("Requests", requests(openapi)), ("Errors", errors(openapi)), ("Messages", messages(asyncapi)))
    return "\n".join(f"## {title}\n\n{table}" for title, table in parts)


def requests(openapi: Any) -> str:
    rows = []
    for place, each in operations(openapi):
        who = ", ".join(WHO[name] for way in each.get("security", []) for name in way) or "anyone"
        rows.append([f"`{place}`", f"{each['summary']}.", who, " ".join(each["responses"])])
    return table(["request", "does", "for", "answers"], rows)


def operations(openapi: Any) -> Iterator[tuple[str, Any]]:
    for path, methods in openapi["paths"].items():
        yield from ((f"{name.upper()} {path}", each) for name, each in methods.items() if name in METHODS)


def errors(openapi: Any) -> str:
    rows = []
    for name, each in openapi["components"]["responses"].items():
        answers = [pair for _, operation in operations(openapi) for pair in operation["responses"].items()]
        used = {status for status, answer in answers if answer.get("$ref", "").endswith(f"/{name}")}
        rows += [[f"`{status}`", each["description"]] for status in sorted(used)]
    return table(["status", "means"], rows)


def messages(asyncapi: Any) -> str:
    channels, parts = asyncapi["channels"], asyncapi["components"]
    rows = []
    for operation in asyncapi["operations"].values():
        channel = channels[last(operation["channel"])]
        names = [last(each) for each in operation["messages"]]
        to = "us" if operation["action"] == "receive" else last(channel["servers"][0])
        rows += [[*message(parts, name), to] for name in names]
    merged: dict[str, list[str]] = {}
    for name, says, holds, source, to in rows:
        known = merged.setdefault(name, [name, says, holds, source, to])
        known[4] = to if to in known[4] else f"{known[4]}, {to}"
    return table(["message", "says", "data (optional in brackets)", "from", "to"], list(merged.values()))


def message(parts: Any, name: str) -> list[str]:
    each, data = parts["messages"][name], parts["schemas"][name]
    source = each["payload"]["allOf"][1]["properties"]["source"]["const"].removeprefix("edtech.")
    needed = set(data.get("required", []))
    holds = " ".join(f"`{field}`" if field in needed else f"[`{field}`]" for field in data["properties"])
    return [f"`{name}`", each["summary"], holds, "us" if source == "payment-service" else source]


def last(reference: Any) -> str:
    return str(reference["$ref"]).rpartition("/")[2]


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(each) + " |\n" for each in lines)


def command_line() -> str:
    """Return the help of every verb, as it is told in a terminal."""
    return "\n".join(f"## {name}\n\n```text\n{text}\n```\n" for name, text in helps(main, "harness"))


def helps(command: click.Command, name: str) -> Iterator[tuple[str, str]]:
    context = click.Context(command, info_name=name, max_content_width=WIDTH, terminal_width=WIDTH)
    context.help_option_names = ["-h", "--help"]
    if isinstance(command, click.Group):
        if name != "harness":
            yield name, command.get_help(context).strip()
        for verb in command.list_commands(context):
            inner = command.get_command(context, verb)
            if inner and not inner.hidden:
                yield from helps(inner, f"{name} {verb}")
    else:
        yield name, command.get_help(context).strip()
