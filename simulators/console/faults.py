"""The page of the faults: every fault that a simulator knows, planted and lifted; services killed and started."""

from http import HTTPStatus

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from simulators.clients.messages import COMMANDS
from simulators.clients.stripe import ANY_PATH, REFUNDS
from simulators.console.responses import acknowledge, note_made, page, sent_parameters, session, world
from simulators.judge.fault_model import FAULTS
from simulators.kit.json_types import Json
from simulators.world.topology import COMMUNICATION, LEARNING, STRIPE, TUTORS

routes = Blueprint("faults", __name__)
IN_COLUMNS = {"id", "service", "fault", "times", "strikes", "probability"}
SUCCEEDED = {"event": "payment_intent.succeeded"}
# What one would want to break first: in plain words, where, by which fault, with what.
QUICK: tuple[tuple[str, str, str, Json], ...] = (
    ("The webhook of the next payment is lost", STRIPE, "lost_delivery", SUCCEEDED),
    ("The webhook of the next payment comes twice", STRIPE, "duplicate_delivery", SUCCEEDED),
    ("The webhook of the next payment comes an hour late", STRIPE, "delayed_delivery", {**SUCCEEDED, "seconds": 3600}),
    ("Stripe's webhooks come in any order", STRIPE, "shuffled_delivery", {}),
    ("The next webhook has a wrong signature", STRIPE, "wrong_signature", {}),
    ("Stripe acts, and its response is lost", STRIPE, "lost_answer", {"method": "POST", "path": ANY_PATH}),
    ("Stripe answers 500 three times", STRIPE, "server_error", {"times": 3}),
    ("The next refund is made, and answered 500", STRIPE, "kept_server_error", {"path": REFUNDS}),
    ("Stripe is down", STRIPE, "down", {}),
    ("The next enrollment is rejected after the payment", LEARNING, "rejected_enrollment", {}),
    ("The learning-service is down", LEARNING, "down", {}),
    ("The next tutor is on leave", TUTORS, "rejected_availability", {}),
    ("The next session is rejected after the payment", COMMUNICATION, "rejected_session", {}),
    ("The communication-service takes no commands", COMMUNICATION, "down", {"path": COMMANDS}),
)


@routes.get("/faults")
def list_faults() -> ResponseReturnValue:
    """What is broken now, what can be broken with one click, and every fault there is."""
    service = _simulator(request.args.get("service", STRIPE))
    names = ("words", "service", "fault", "parameters")
    planted = session().faults()
    return page(
        "faults.html",
        service=service,
        services=world().topology.simulators,
        planted=planted,
        quick=[{"number": number} | dict(zip(names, each, strict=True)) for number, each in enumerate(QUICK)],
        kinds=world().control(service).overview()["faults"],
        model=[{"number": each.number, "name": each.name, "sentence": each.sentence} for each in FAULTS],
        _parameters={each["id"]: _describe_parameters(each) for each in planted},
        _services=tuple(world().topology.urls),
    )


@routes.post("/faults/<service>/<name>")
def plant(service: str, name: str) -> ResponseReturnValue:
    """Plant one fault in one simulator; what is sent are its parameters."""
    note_made(world().control(_simulator(service)).plant_fault(name, **sent_parameters())["id"])
    return acknowledge(f"{name} is injected into {service}.")


@routes.post("/faults/<service>/<fault_id>/lift")
def lift(service: str, fault_id: str) -> ResponseReturnValue:
    """Take one fault away."""
    world().control(_simulator(service)).lift_fault(fault_id)
    return acknowledge(f"A fault of {service} is cleared.")


@routes.post("/services/<service>/<act>")
def kill_or_start(service: str, act: str) -> ResponseReturnValue:
    """Kill a service, or start it again: the payment-service on its database, a simulator as it was."""
    if service not in world().topology.urls or act not in ("kill", "start"):
        abort(HTTPStatus.NOT_FOUND)
    with session().acting():
        is_up = world().is_up(service)
        if is_up == (act == "start"):
            abort(HTTPStatus.CONFLICT, f"{service} is {'up' if is_up else 'down'} already")
        (world().take_down if is_up else world().bring_back)(service)
    return acknowledge(f"{service} is {'killed' if is_up else 'up again'}.")


@routes.post("/calm")
def clear_faults() -> ResponseReturnValue:
    """Take every fault away, everywhere, and start what is down."""
    count = len(session().active_faults())
    world().recover()
    return acknowledge(f"All clear: {count} fault{'s' if count != 1 else ''} cleared.")


def _simulator(name: str) -> str:
    return name if name in world().topology.simulators else abort(HTTPStatus.NOT_FOUND)


def _describe_parameters(fault: Json) -> str:
    """Return what a planted fault was given beside what its row shows anyway."""
    given = {name: value for name, value in fault.items() if name not in IN_COLUMNS and value not in ("*", None)}
    return " ".join(f"{name}={value}" for name, value in given.items())
