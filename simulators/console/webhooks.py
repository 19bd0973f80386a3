"""The pages of the deliveries: every message that a simulator sends, with every attempt, and faults for the next."""

from http import HTTPStatus

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from simulators.clients.http_client import Refused
from simulators.console.responses import acknowledge, page, sent_parameters, session, world
from simulators.kit.json_types import Json
from simulators.kit.redaction import redact
from simulators.world.topology import STRIPE

routes = Blueprint("webhooks", __name__)
SUCCEEDED = "payment_intent.succeeded"
STATUSES = ("PENDING", "DELIVERED", "FAILED", "LOST")
SHOWN = 100
HELD_SECONDS = 3 * 24 * 3600
# What may happen to the next message, or to one of them: the button, the fault, its parameters, and what that means.
TROUBLES: tuple[tuple[str, str, Json, str], ...] = (
    ("Duplicate", "duplicate_delivery", {}, "it arrives twice"),
    ("Delay by a minute", "delayed_delivery", {"seconds": 60}, "it arrives a minute late, after younger ones"),
    ("Hold", "delayed_delivery", {"seconds": HELD_SECONDS}, "it waits for three days, or until you resend it"),
    ("Drop", "lost_delivery", {}, "it never arrives, and nobody tries again"),
    ("Reorder the next four", "shuffled_delivery", {"times": 4}, "each arrives at a moment of its own within 5 s"),
    ("Corrupt", "tampered_body", {}, "the body is changed after it was signed; the next attempt is whole"),
    ("Wrong signature", "wrong_signature", {}, "the first attempt is signed with a stranger\u2019s secret"),
    ("Old timestamp", "stale_timestamp", {}, "the first attempt is signed an hour ago"),
    ("Ignore the response", "ignored_answer", {}, "it is taken, the sender does not hear so, and sends it again"),
)
ONLY_SIGNED = ("tampered_body", "stale_timestamp")  # Of these only Stripe's webhooks know: events are not signed.


@routes.get("/webhooks")
def list_deliveries() -> ResponseReturnValue:
    """The newest messages of one sender (or of one saga), newest first, with every attempt."""
    saga, status = request.args.get("saga", ""), request.args.get("status", "")
    sender = request.args.get("sender", "" if saga else STRIPE)
    senders = world().topology.simulators
    if sender not in ("", *senders) or status not in ("", *STATUSES):
        abort(HTTPStatus.NOT_FOUND)
    filters = {name: value for name, value in (("sender", sender), ("sagaId", saga), ("status", status)) if value}
    items = [each for each in session().deliveries() if filters.items() <= each.items()]
    counts = {each: sum(item["status"] == each for item in items) for each in STATUSES}
    events = sorted({each["event"] for each in items}) or ([SUCCEEDED] if sender == STRIPE else [])
    troubles = {name: [t for t in TROUBLES if name == STRIPE or t[1] not in ONLY_SIGNED] for name in senders}
    return page(
        "webhooks.html", items=items if saga else items[:SHOWN], sender=sender, saga=saga, status=status, counts=counts,
        _senders=senders, _troubles=troubles.get(sender, []), _this_troubles=troubles, _events=events,
    )  # fmt: skip


@routes.get("/webhooks/<event_id>")
def show_event(event_id: str) -> ResponseReturnValue:
    """One of Stripe's events: what it says, and how it was brought to whom."""
    try:
        event = world().stripe.read("events", event_id)
    except Refused:
        abort(HTTPStatus.NOT_FOUND)
    deliveries = [each for each in session().deliveries() if each.get("about") == event_id]
    return page("webhook.html", event=redact(event), deliveries=deliveries, _troubles=TROUBLES)


@routes.post("/webhooks/<event_id>/resend")
def resend(event_id: str) -> ResponseReturnValue:
    """Bring one of Stripe's events once more, as Stripe's own Dashboard does."""
    world().stripe.resend_event(event_id)
    return acknowledge(f"{event_id} is sent once more.")


@routes.post("/deliveries/<sender>/<delivery_id>/<act>")
def send(sender: str, delivery_id: str, act: str) -> ResponseReturnValue:
    """Send this message once more, whoever sent it; or now, when it waits."""
    control = world().control(_sender(sender))
    acts = {"resend": control.resend, "now": control.send_now}
    if act not in acts:
        abort(HTTPStatus.NOT_FOUND)
    acts[act](delivery_id)
    return acknowledge("It is sent once more." if act == "resend" else "It waits no longer.")


@routes.post("/deliveries/<sender>/<delivery_id>/faults/<fault>")
def strike(sender: str, delivery_id: str, fault: str) -> ResponseReturnValue:
    """Let a fault strike this message only: as it waits, or, when it was tried already, as it is sent once more."""
    world().control(_sender(sender)).strike_delivery(delivery_id, fault, **sent_parameters())
    return acknowledge(f"{fault} strikes this message, and no other.")


def _sender(name: str) -> str:
    return name if name in world().topology.simulators else abort(HTTPStatus.NOT_FOUND)
