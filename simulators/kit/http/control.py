"""The control routes under `/_sim`, which no real service has: look inside, break things, move time."""

from __future__ import annotations

import inspect
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from flask import Blueprint, current_app, jsonify, render_template, request
from werkzeug.exceptions import BadRequest, Conflict, HTTPException, NotFound

from simulators.kit.faults.fault import parameters_of
from simulators.kit.http.problems import BadField, problem
from simulators.kit.http.validation import json_body

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from simulators.kit.delivery import Schedule
    from simulators.kit.json_types import Json
    from simulators.kit.simulator import Simulator

SHOWN = 100
MAX_STATE_BYTES = 2**30
"""A state is as large as it has become, whatever other bodies may be."""
A_YEAR, LAST_YEAR = 31_556_952, 9000
"""In seconds; and after it calendars end before what is due later."""


def control_routes(simulator: Simulator) -> Blueprint:
    """Return the routes of this simulator; their errors are problem+json whatever the service's own look like."""
    routes = Blueprint("control", __name__, url_prefix="/_sim", template_folder="templates")
    routes.register_error_handler(HTTPException, problem)
    _look(routes, simulator)
    _schedule(routes)
    _state(routes, simulator)
    _faults(routes, simulator)
    _time(routes, simulator)
    return routes


def _look(routes: Blueprint, simulator: Simulator) -> None:
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
        """The newest messages it sent or is to send, newest first, with every attempt."""
        with simulator.store.transaction():
            newest = islice(simulator.store.table("deliveries").newest(), SHOWN)
            return jsonify(items=[{name: each[name] for name in each if name != "body"} for each in newest])


def _schedule(routes: Blueprint) -> None:
    def schedule() -> Schedule:
        if "deliveries" not in current_app.extensions:
            raise NotFound("it sends nothing")
        found: Schedule = current_app.extensions["deliveries"].schedule
        return found

    @routes.get("/schedule")
    def read_schedule() -> ResponseReturnValue:
        """When a message that failed is tried again (the last wait repeats), and when it is given up."""
        return {
            "retrySeconds": list(schedule().retry_seconds),
            "giveUpAfterSeconds": schedule().give_up_after.total_seconds(),
        }

    @routes.put("/schedule")
    def change_schedule() -> ResponseReturnValue:
        """Other waits (retrySeconds), another end (giveUpAfterSeconds), or both."""
        body, known = json_body(), schedule()
        waits, end = body.get("retrySeconds", known.retry_seconds), body.get("giveUpAfterSeconds")
        if not waits or not isinstance(waits, list | tuple) or not all(_is_wait(each) for each in waits):
            raise BadField("retrySeconds", "must be a list of numbers above 0 and up to 1e9")
        if end is not None and not _is_wait(end):
            raise BadField("giveUpAfterSeconds", "must be a number above 0 and up to 1e9")
        known.retry_seconds = waits
        known.give_up_after = known.give_up_after if end is None else timedelta(seconds=end)
        return read_schedule()


def _is_wait(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 1e9  # noqa: PLR2004 - years


def _state(routes: Blueprint, simulator: Simulator) -> None:
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
        tables, before = _tables(json_body()), simulator.store.export()
        try:
            simulator.store.load(tables)
            simulator.background.reload()
        except (LookupError, TypeError, ValueError):
            simulator.store.load(before)
            simulator.background.reload()
            raise BadRequest("this is not what an export returned") from None
        return "", 204


def _faults(routes: Blueprint, simulator: Simulator) -> None:
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


def _time(routes: Blueprint, simulator: Simulator) -> None:
    clock = simulator.seams.clock

    @routes.get("/clock")
    def read_clock() -> ResponseReturnValue:
        """The simulated time, and whether it passes by itself."""
        return {"now": clock.now().isoformat(), "running": clock.running}

    @routes.post("/clock")
    def move_clock() -> ResponseReturnValue:
        """Move time ahead (advanceSeconds), hold it still or let it run (running)."""
        body = json_body()
        advance, running = body.get("advanceSeconds", 0), body.get("running", clock.running)
        if not isinstance(advance, int | float) or not 0 <= advance <= 1e9:  # noqa: PLR2004 - thirty years
            raise BadField("advanceSeconds", "must be a number from 0 to 1e9")
        if not isinstance(running, bool):
            raise BadField("running", "must be true or false")
        if clock.now().year + advance / A_YEAR > LAST_YEAR:
            raise BadField("advanceSeconds", f"leads beyond the year {LAST_YEAR}")
        (clock.resume if running else clock.pause)()
        clock.advance(timedelta(seconds=advance))
        simulator.background.wake()
        return read_clock()

    @routes.post("/seed")
    def seed() -> ResponseReturnValue:
        """Start its randomness again from this seed (an integer)."""
        number = json_body().get("seed")
        if not isinstance(number, int):
            raise BadField("seed", "must be an integer")
        if type(simulator.seams.randomness).__name__ == "SystemRandom":
            raise Conflict("it draws from the machine's own randomness, which has no seed")
        simulator.seams.randomness.seed(number)
        return "", 204


def _overview(simulator: Simulator) -> Json:
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


def _tables(body: dict[str, Any]) -> dict[str, list[Json]]:
    for name, rows in body.items():
        whole = isinstance(rows, list) and all(isinstance(row, dict) and isinstance(row.get("id"), str) for row in rows)
        if not whole:
            raise BadField(name, "must be a list of objects with an id")
    return body
