"""Control routes for what a simulator sends: once more, struck by a fault, and when it is tried again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from simulators.kit.delivery import Deliveries
from simulators.kit.faults.deliveries import AttemptFault, SendFault
from simulators.kit.faults.fault import Faults
from simulators.kit.http.problems import BadField
from simulators.kit.http.validation import MAX_NUMBER, Shape, duration, json_body, optional, select


def delivery_routes(routes: Blueprint, faults: Faults) -> None:
    """Add what can be done with one message."""

    @routes.post("/deliveries/<delivery_id>/resend")
    def resend(delivery_id: str) -> ResponseReturnValue:
        """Send this message once more."""
        return _attempt(lambda: _deliveries().resend(delivery_id))

    @routes.post("/deliveries/<delivery_id>/now")
    def send_now(delivery_id: str) -> ResponseReturnValue:
        """Let this message, which is to be sent later, be sent now."""
        return _attempt(lambda: _deliveries().send_now(delivery_id))

    @routes.post("/deliveries/<delivery_id>/faults/<name>")
    def strike(delivery_id: str, name: str) -> ResponseReturnValue:
        """Let a fault of deliveries strike this message only: as it waits, or as it is sent once more."""
        fault = faults.make(name, json_body() if request.data else {})
        if not isinstance(fault, SendFault | AttemptFault):
            raise BadField("fault", f"{name} strikes no deliveries")
        return _attempt(lambda: _deliveries().strike(delivery_id, fault))


def _attempt(act: Callable[[], None]) -> ResponseReturnValue:
    try:
        act()
    except LookupError as missing:
        raise NotFound(str(missing)) from missing
    return "", 204


def _deliveries() -> Deliveries:
    if "deliveries" not in current_app.extensions:
        raise NotFound("it sends nothing")
    found: Deliveries = current_app.extensions["deliveries"]
    return found


def schedule_routes(routes: Blueprint) -> None:
    """Add when a message that failed is tried again."""

    @routes.get("/schedule")
    def read_schedule() -> ResponseReturnValue:
        """When a message that failed is tried again (the last wait repeats), and when it is given up."""
        return {
            "retrySeconds": list(_deliveries().schedule.retry_seconds),
            "giveUpAfterSeconds": _deliveries().schedule.give_up_after.total_seconds(),
        }

    @routes.put("/schedule")
    def change_schedule() -> ResponseReturnValue:
        """Other waits (retrySeconds), another end (giveUpAfterSeconds), or both."""
        body, known = select(json_body(), SCHEDULE), _deliveries().schedule
        known.retry_seconds = body["retrySeconds"] or known.retry_seconds
        if body["giveUpAfterSeconds"] is not None:
            known.give_up_after = timedelta(seconds=body["giveUpAfterSeconds"])
        return read_schedule()


def _waits(value: object) -> str | None:
    fits = isinstance(value, list) and value and not any(_wait(each) for each in value)
    return None if fits else f"must be a list of numbers above 0 and up to {MAX_NUMBER:g}"


def _wait(value: object) -> str | None:
    return duration(value) or (None if value else "must be above 0")


SCHEDULE: Shape = {"retrySeconds": optional(_waits), "giveUpAfterSeconds": optional(_wait)}
