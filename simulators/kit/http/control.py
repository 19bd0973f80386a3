"""Control routes under `/_sim`, which no real service has: look inside, break things, move time."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Protocol

from flask import Blueprint, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, Conflict, HTTPException, NotFound

from simulators.kit.faults.fault import Faults, parameters_of
from simulators.kit.http.calls import Calls
from simulators.kit.http.delivery_control import delivery_routes, schedule_routes
from simulators.kit.http.problems import BadField, problem
from simulators.kit.http.validation import (
    Shape,
    duration,
    flag,
    integer,
    json_body,
    optional,
    query_number,
    select,
    validate,
    validate_documents,
)
from simulators.kit.json_types import Json
from simulators.kit.redaction import redact
from simulators.kit.seams import Seams
from simulators.kit.storage.store import Store
from simulators.kit.time.background import Background

SHOWN, MOST_SHOWN = 100, 1000
MAX_STATE_BYTES = 2**30  # a state is as large as it has become, whatever other bodies may be
A_YEAR = 31_556_952  # in seconds
LAST_YEAR = 9000  # after it calendars end before what is due later
CLOCK: Shape = {"advanceSeconds": optional(duration), "running": optional(flag)}
SEED: Shape = {"seed": integer}


class Controlled(Protocol):
    """What the control routes need of a simulator."""

    seams: Seams
    store: Store
    faults: Faults
    calls: Calls
    documents: Mapping[str, Shape]
    background: Background

    def reset(self) -> None:
        """Begin anew."""
        ...


def control_routes(simulator: Controlled) -> Blueprint:
    """Return the routes of this simulator; their errors are problem+json whatever the service's own look like."""
    routes = Blueprint("control", __name__, url_prefix="/_sim", template_folder="templates")
    routes.register_error_handler(HTTPException, problem)
    _look(routes, simulator)
    schedule_routes(routes)
    delivery_routes(routes, simulator.faults)
    _state(routes, simulator)
    _faults(routes, simulator)
    _time(routes, simulator)
    return routes


def _look(routes: Blueprint, simulator: Controlled) -> None:
    @routes.get("")
    def overview() -> ResponseReturnValue:
        """What this simulator can do: JSON, or a page for a browser."""
        found = _overview(simulator)
        if request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html":
            return render_template("simulator.html", **found)
        return found

    @routes.get("/calls")
    def calls() -> ResponseReturnValue:
        """The newest calls it received, oldest first."""
        return jsonify(items=list(simulator.calls))

    @routes.get("/deliveries")
    def deliveries() -> ResponseReturnValue:
        """The newest messages it sent or is to send (`?limit=`), newest first, with every attempt."""
        limit = query_number("limit", SHOWN, 1, MOST_SHOWN)
        with simulator.store.transaction():
            newest = islice(simulator.store.table("deliveries").newest(), limit)
            return jsonify(items=[redact({name: each[name] for name in each if name != "body"}) for each in newest])

    @routes.get("/due")
    def list_due() -> ResponseReturnValue:
        """What falls due next, soonest first: timers, by what they do, and messages to send."""
        with simulator.store.transaction():
            timers = [(each["due"], each["handler"]) for each in simulator.store.table("timers").oldest()]
            pending = simulator.store.table("deliveries").oldest(status="PENDING")
            due = sorted([*timers, *((each["due"], each["event"]) for each in pending)], key=_instant)
            return jsonify(items=[{"at": at, "what": what} for at, what in due[:SHOWN]])


def _instant(due: tuple[str, str]) -> datetime:
    return datetime.fromisoformat(due[0])


def _state(routes: Blueprint, simulator: Controlled) -> None:
    @routes.post("/reset")
    def reset() -> ResponseReturnValue:
        """Begin anew: no state, no faults, no calls."""
        simulator.reset()
        return "", 204

    @routes.get("/state")
    def export_state() -> ResponseReturnValue:
        """Everything it remembers, as one JSON document."""
        return simulator.store.export()

    @routes.put("/state")
    def import_state() -> ResponseReturnValue:
        """Replace everything by what an export returned; what cannot be that changes nothing."""
        request.max_content_length = MAX_STATE_BYTES
        body, before = json_body(), simulator.store.export()
        tables = validate(body, dict.fromkeys(body, _documents))
        validate_documents(tables, simulator.documents)
        try:
            simulator.store.load(tables)
            simulator.background.reload()
        except (LookupError, TypeError, ValueError):
            simulator.store.load(before)
            simulator.background.reload()
            raise BadRequest("this is not what an export returned") from None
        return "", 204


def _faults(routes: Blueprint, simulator: Controlled) -> None:
    @routes.get("/faults")
    def list_faults() -> ResponseReturnValue:
        """The faults in place, and how often each has struck."""
        return jsonify(items=[each.to_json() for each in simulator.faults.all()])

    @routes.post("/faults/<name>")
    def plant(name: str) -> ResponseReturnValue:
        """Plant a fault: its parameters as a JSON object."""
        return simulator.faults.plant(name, json_body() if request.data else {}).to_json(), 201

    @routes.delete("/faults")
    def clear() -> ResponseReturnValue:
        """Take all faults away."""
        simulator.faults.clear()
        return "", 204

    @routes.delete("/faults/<fault_id>")
    def lift(fault_id: str) -> ResponseReturnValue:
        """Take one fault away."""
        if not simulator.faults.lift(fault_id):
            raise NotFound("no such fault is planted")
        return "", 204


def _time(routes: Blueprint, simulator: Controlled) -> None:
    clock = simulator.seams.clock

    @routes.get("/clock")
    def read_clock() -> ResponseReturnValue:
        """The simulated time, and whether it passes by itself."""
        return {"now": clock.now().isoformat(), "running": clock.running}

    @routes.post("/clock")
    def move_clock() -> ResponseReturnValue:
        """Move time ahead (advanceSeconds), hold it still or let it run (running)."""
        body = select(json_body(), CLOCK)
        advance, running = body["advanceSeconds"] or 0, body["running"]
        if clock.now().year + advance / A_YEAR > LAST_YEAR:
            raise BadField("advanceSeconds", f"leads beyond the year {LAST_YEAR}")
        if running is not None:
            (clock.resume if running else clock.pause)()
        clock.advance(timedelta(seconds=advance))
        return read_clock()

    @routes.post("/seed")
    def seed() -> ResponseReturnValue:
        """Start its randomness again from this seed (an integer)."""
        number = select(json_body(), SEED)["seed"]
        if type(simulator.seams.randomness).__name__ == "SystemRandom":
            raise Conflict("it draws from the machine's own randomness, which has no seed")
        simulator.seams.randomness.seed(number)
        return "", 204


def _overview(simulator: Controlled) -> Json:
    rules = sorted(current_app.url_map.iter_rules(), key=lambda rule: rule.rule)
    routes = [
        {"method": method, "path": rule.rule, "does": inspect.getdoc(current_app.view_functions[rule.endpoint]) or ""}
        for rule in rules
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        if rule.endpoint != "static"
    ]
    faults = [
        {"name": name, "does": inspect.getdoc(kind) or "", "parameters": parameters_of(kind)}
        for name, kind in sorted(simulator.faults.kinds.items())
    ]
    return {"name": current_app.name, "routes": routes, "faults": faults, "documents": simulator.store.counts()}


def _documents(value: object) -> str | None:
    fits = isinstance(value, list) and all(isinstance(each, dict) and isinstance(each.get("id"), str) for each in value)
    return None if fits else "must be a list of objects with an id"
