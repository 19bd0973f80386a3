"""Break things on purpose: every fault that a simulator knows, planted and lifted; and all calm again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, request

from simulators.console.responses import done, page, stage, world
from simulators.judge.fault_model import FAULTS
from simulators.world.topology import COMMUNICATION, LEARNING, PORTS, SIMULATORS, STRIPE, TUTORS

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from simulators.kit.json_types import Json

routes = Blueprint("faults", __name__)
SUCCEEDED = {"event": "payment_intent.succeeded"}
QUICK: tuple[tuple[str, str, str, Json], ...] = (
    ("The news of the next payment is lost", STRIPE, "lost_delivery", SUCCEEDED),
    ("The news of the next payment comes twice", STRIPE, "duplicate_delivery", SUCCEEDED),
    ("The news of the next payment comes an hour late", STRIPE, "delayed_delivery", {**SUCCEEDED, "seconds": 3600}),
    ("All of Stripe's news come in any order", STRIPE, "shuffled_delivery", {}),
    ("The next webhook is signed by a stranger", STRIPE, "wrong_signature", {}),
    ("Stripe does the work, and its answer is lost", STRIPE, "lost_answer", {"method": "POST", "path": "/v1/*"}),
    ("Stripe fails three times", STRIPE, "server_error", {"times": 3}),
    ("The next refund hears a 500 although it was made", STRIPE, "kept_server_error", {"path": "/v1/refunds"}),
    ("Nobody can reach Stripe", STRIPE, "down", {}),
    ("The next enrollment is rejected after the payment", LEARNING, "rejected_enrollment", {}),
    ("Nobody can reach the learning-service", LEARNING, "down", {}),
    ("The next tutor is on leave", TUTORS, "rejected_availability", {}),
    ("The next session is rejected after the payment", COMMUNICATION, "rejected_session", {}),
    ("Nobody can be told anything", COMMUNICATION, "down", {"path": "/commands"}),
)
"""What one would want to break first: in plain words, where, by which fault, with what."""


@routes.get("/faults")
def overview() -> ResponseReturnValue:
    """What is broken now, what can be broken with one click, and every fault there is."""
    shown = request.args.get("service", STRIPE)
    if shown not in SIMULATORS:
        abort(404)
    quick = [
        {"number": number, "words": words, "service": service, "fault": fault, "parameters": parameters}
        for number, (words, service, fault, parameters) in enumerate(QUICK)
    ]
    kinds = stage().simulator(shown).get("/_sim")["faults"]
    model = [{"number": each.number, "name": each.name, "sentence": each.sentence} for each in FAULTS]
    planted = stage().faults()
    return page(
        "faults.html",
        service=shown,
        services=SIMULATORS,
        planted=planted,
        quick=quick,
        kinds=kinds,
        model=model,
        _ports=PORTS,
    )


@routes.post("/faults/<service>/<name>")
def plant(service: str, name: str) -> ResponseReturnValue:
    """Plant one fault in one simulator; what is sent are its parameters."""
    if service not in SIMULATORS:
        abort(404)
    parameters = _parameters()
    stage().simulator(service).post(f"/_sim/faults/{name}", parameters)
    return done(f"{name} is planted in {service}.")


@routes.post("/faults/<service>/<fault_id>/lift")
def lift(service: str, fault_id: str) -> ResponseReturnValue:
    """Take one fault away."""
    if service not in SIMULATORS:
        abort(404)
    stage().simulator(service).delete(f"/_sim/faults/{fault_id}")
    return done(f"A fault is lifted from {service}.")


@routes.post("/services/<service>/<act>")
def kill_or_start(service: str, act: str) -> ResponseReturnValue:
    """Kill a service in mid-work, or start it again: the payment-service on its database, a simulator as it was."""
    if service not in PORTS or act not in ("kill", "start"):
        abort(404)
    with stage().acting():
        is_up = world().is_up(service)
        if is_up == (act == "start"):
            abort(409, f"{service} is {'up' if is_up else 'down'} already")
        (world().take_down if is_up else world().bring_back)(service)
    return done(f"{service} is {'killed' if is_up else 'up again'}.")


@routes.post("/calm")
def calm() -> ResponseReturnValue:
    """Take every fault away, everywhere, and start what is down."""
    many = len(stage().active_faults())
    world().recover()
    return done(f"All is calm: {many} fault{'s' if many != 1 else ''} lifted.")


def _parameters() -> dict[str, Any]:
    """Return what was sent, numbers as numbers; an empty field stands for the default."""
    sent = request.get_json(silent=True) if request.is_json else request.form.to_dict()
    if not isinstance(sent, dict):
        abort(400, "The parameters must be an object.")
    return {name: _value(value) for name, value in sent.items() if value != ""}


def _value(value: Any) -> Any:  # noqa: ANN401 - whatever was sent
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
