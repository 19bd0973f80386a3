"""Random requests, valid and not, made from the routes' own tables of parameters."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from flask import Flask
from hypothesis import strategies as st

from simulators.stripe import api_version, lists, parameters, texts
from simulators.stripe.parameters import Clearable, Required
from simulators.stripe.payments import amounts
from simulators.stripe.payments.payment_methods import INSTRUMENTS

Form = dict[str, Any]
Draw = Callable[[st.SearchStrategy[Any]], Any]

AMOUNTS = ("4900", "4900", "1200", "100", "50", "49", "1", "0", "-1", "99999999", "100000000", "9" * 30)
JUNK = st.sampled_from(["", "nonsense", "-1", "1e9", "ü", "x" * 6000, "true", "[]", {"a": "b"}, {"0": "x", "b": ""}])
KINDS = {
    "payment_intent": "pi", "intent_id": "pi", "charge": "ch", "charge_id": "ch", "refund_id": "re",
    "dispute_id": "du", "transaction_id": "txn", "source": "ch", "method_id": "pm", "customer": "cus",
    "customer_id": "cus", "product": "prod", "product_id": "prod", "price": "price", "price_id": "price",
    "session_id": "cs", "event_id": "evt", "endpoint_id": "we", "webhook_endpoint": "we",
}  # fmt: skip
"""Whose id is meant by a parameter of this name."""


MONEY = ("/v1/payment_intents", "/v1/refunds", "/v1/disputes")


class Route(NamedTuple):
    """A route with what it takes."""

    method: str
    path: str
    names: tuple[str, ...]
    table: Mapping[str, Any]


class Id(NamedTuple):
    """Stands for the id of an object of this kind, the `number`-th from the newest on: known only when it is asked."""

    kind: str
    number: int


class Request(NamedTuple):
    """What is sent; ids are still to be put in."""

    route: Route
    path: dict[str, Any]
    form: Form


def routes_of(app: Flask) -> list[Route]:
    """Return every route that has a table of parameters."""
    found = []
    for rule in app.url_map.iter_rules():
        closure = inspect.getclosurevars(app.view_functions[rule.endpoint]).nonlocals
        if "parameters" in closure:
            [method] = (rule.methods or set()) - {"HEAD", "OPTIONS"}
            found.append(Route(method, rule.rule, tuple(sorted(rule.arguments)), closure["parameters"]))
    return sorted(found, key=lambda route: (route.path, route.method))


@st.composite
def requests(draw: Draw, routes: list[Route]) -> Request:
    """Draw one request; most are about money, many about giving it back."""
    money = [route for route in routes if route.method == "POST" and route.path.startswith(MONEY)]
    back = [route for route in money if route.path == "/v1/refunds"]
    route = draw(st.sampled_from([*routes, *money * 6, *back * 30]))
    path = {name: Id(KINDS.get(name, "pi"), draw(st.integers(0, 3))) for name in route.names}
    return Request(route, path, _form(draw, route.table, wild=draw(st.integers(0, 3)) == 0))


def _form(draw: Draw, table: Mapping[str, Any], *, wild: bool) -> Form:
    """Draw what is sent: little and mostly sensible, or (wild) much, broken here and there."""
    chances = draw(st.lists(st.integers(0, 19), min_size=len(table), max_size=len(table)))
    form = {
        name: draw(JUNK) if wild and chance == 0 else _value(draw, name, entry, wild=wild)
        for (name, entry), chance in zip(table.items(), chances, strict=True)
        if isinstance(entry, Required) or chance < (6 if wild else 8 if name in KINDS else 2)
    }
    return form | ({"unheard_of": "1"} if wild and chances[:2] == [19, 19] else {})


def _value(draw: Draw, name: str, entry: Any, *, wild: bool) -> Any:
    check = entry.check if isinstance(entry, Required | Clearable) else entry
    if check in FIXED:
        return draw(FIXED[check] if wild else SANE.get(check, FIXED[check]))
    parts = inspect.getclosurevars(check).nonlocals
    return _composed(draw, name, parts, wild=wild) if parts else _text(draw, name)


def _composed(draw: Draw, name: str, parts: Mapping[str, Any], *, wild: bool) -> Any:
    """Draw a value of a check that is made of others: `one_of`, `tree`, `either`, `text_up_to` or `list_of`."""
    if "choices" in parts:
        return draw(st.sampled_from(parts["choices"]))
    if "table" in parts:
        return _form(draw, parts["table"], wild=wild)
    if "otherwise" in parts:
        return _value(draw, name, parts[draw(st.sampled_from(["then", "otherwise"]))], wild=wild)
    if "most" in parts:
        return draw(st.text("ab c", min_size=1, max_size=parts["most"] + wild))
    count = draw(st.integers(0 if wild else 1, 2))
    return {str(number): _value(draw, name, parts["item"], wild=wild) for number in range(count)}


def _text(draw: Draw, name: str) -> Any:
    if name == "payment_method":
        return draw(st.sampled_from([*INSTRUMENTS, Id("pm", 0)]))
    if name in {"starting_after", "ending_before"}:
        return Id(draw(st.sampled_from(sorted(set(KINDS.values())))), draw(st.integers(0, 3)))
    if name in KINDS:
        return Id(KINDS[name], draw(st.integers(0, 3)))
    if name == "uncategorized_text":
        return draw(st.sampled_from(["winning_evidence", "losing_evidence", "escalate_inquiry_evidence"]))
    return draw(st.sampled_from(["Algebra", "latest_charge", "data.charge", "*", "http://127.0.0.1:1/x"]))


FIXED: dict[Any, st.SearchStrategy[Any]] = {
    parameters.integer: st.sampled_from(AMOUNTS),
    parameters.boolean: st.sampled_from(["true", "false"]),
    parameters.metadata: st.sampled_from([{"sagaId": "s1"}, {"sagaId": ""}, "", {"k" * 41: "x"}, {"a": {"b": "c"}}]),
    amounts.currency: st.sampled_from(["eur", "usd", "jpy", "EUR", "kwd", "xyz"]),
    lists.limit: st.sampled_from(["1", "3", "100", "0", "101"]),
    parameters.new_metadata: st.sampled_from([{"sagaId": "s1"}, {"sagaId": ""}, {"k" * 41: "x"}, {"a": {"b": "c"}}]),
    texts.web_address: st.sampled_from(["http://127.0.0.1:1/hook", "https://example.org/", "nowhere"]),
    texts.return_address: st.sampled_from(["http://127.0.0.1:1/done", "app:done", "nowhere", "http://["]),
    texts.email: st.sampled_from(["ada@example.org", "nobody"]),
    texts.statement_descriptor: st.sampled_from(["ALGEBRA", "A*", "12345"]),
    texts.descriptor_suffix: st.sampled_from(["A 12", "12", "x" * 23]),
    api_version.version: st.sampled_from(["2026-10-28.endive", "2026-03-25.dahlia", "2019-02-19", "nonsense"]),
}


SANE: dict[Any, st.SearchStrategy[Any]] = {
    parameters.integer: st.sampled_from(["4900", "2500", "1200", "100"]),
    amounts.currency: st.sampled_from(["eur", "usd"]),
    lists.limit: st.just("3"),
    texts.web_address: st.just("http://127.0.0.1:1/hook"),
    texts.return_address: st.just("http://127.0.0.1:1/done"),
    texts.email: st.just("ada@example.org"),
    texts.descriptor_suffix: st.just("A 12"),
    api_version.version: st.just("2026-10-28.endive"),
}


def flat(tree: Form, inside: str = "") -> dict[str, str]:
    """Spell a tree as Stripe's form encoding does."""
    pairs: dict[str, str] = {}
    for name, value in tree.items():
        full = f"{inside}[{name}]" if inside else name
        pairs |= flat(value, full) if isinstance(value, dict) else {full: str(value)}
    return pairs
