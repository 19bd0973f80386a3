"""The routes of disputes: a customer's bank takes the money back, and the merchant may answer with evidence."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint
from flask.typing import ResponseReturnValue

from simulators.kit.http.problems import BadField
from simulators.kit.http.validation import Shape, integer, json_body, optional, string, validate
from simulators.kit.json_types import Json
from simulators.kit.simulator import simulator
from simulators.stripe.account import amend, fetch, table
from simulators.stripe.api import takes
from simulators.stripe.errors import UnexpectedStateError
from simulators.stripe.lists import PAGE, page
from simulators.stripe.parameters import Clearable, Table, boolean, metadata, one_of, text, tree
from simulators.stripe.payments.amounts import step
from simulators.stripe.payments.dispute_lifecycle import (
    CHARGEBACK,
    DECIDED_AFTER,
    INQUIRY,
    NO_EVIDENCE,
    OPEN,
    REASON_CODES,
    close,
    decide,
    disputable,
    open_dispute,
)
from simulators.stripe.webhooks.events import emit_change

routes = Blueprint("disputes", __name__)

EVIDENCE: Table = {name: Clearable(text) for name in NO_EVIDENCE if name != "appeal"}
METHODS = one_of("manual", "prefer_manual", "prefer_smart_disputes", "smart_disputes")
UPDATE: Table = {
    "evidence": tree(EVIDENCE), "intended_submission_method": METHODS, "metadata": metadata, "submit": boolean,
}  # fmt: skip


@routes.get("/v1/disputes/<dispute_id>")
@takes({})
def retrieve_dispute(params: Json, dispute_id: str) -> Json:  # noqa: ARG001 - it takes no parameters
    """One dispute."""
    return fetch("disputes", dispute_id)


@routes.get("/v1/disputes")
@takes({**PAGE, "charge": text, "payment_intent": text})
def list_disputes(params: Json) -> Json:
    """Disputes, newest first, all or those of one charge or intent."""
    return page("disputes", params, by=("charge", "payment_intent"))


@routes.post("/v1/disputes/<dispute_id>")
@takes(UPDATE)
def update_dispute(params: Json, dispute_id: str) -> Json:
    """Evidence, sent to the bank at once unless `submit` is false; `winning_evidence` and its like decide the case."""
    before = fetch("disputes", dispute_id)
    evidence, submit = params.pop("evidence", None), params.pop("submit", None)
    dispute = amend(before, params)
    if evidence is not None or submit:
        _require_open(before)
        _respond(dispute, evidence or {}, submit=submit is not False)
    return emit_change("charge.dispute.updated", before, table("disputes").put(dispute))


@routes.post("/v1/disputes/<dispute_id>/close")
@takes({})
def close_dispute(params: Json, dispute_id: str) -> Json:  # noqa: ARG001 - it takes no parameters
    """The merchant gives in; there is no way back."""
    dispute = fetch("disputes", dispute_id)
    _require_open(dispute)
    return close(dispute, "warning_closed" if dispute["status"] in INQUIRY else "lost")


@routes.post("/_sim/disputes")
def dispute_charge() -> ResponseReturnValue:
    """A dispute by the customer's bank: of a `charge`, all that is left of it or an `amount`, for a `reason`."""
    body = validate(json_body(), BY_HAND)
    charge = table("charges").find(body["charge"])
    left = disputable(charge) if charge else 0
    amount = left if body.get("amount") is None else body["amount"]
    if charge is None or not 0 < amount <= left or amount % step(charge["currency"]):
        raise BadField("charge" if left == 0 else "amount", f"must be a part of what is left of a paid charge ({left})")
    with simulator().store.transaction():
        return open_dispute(charge, amount, body.get("reason") or "fraudulent"), HTTPStatus.CREATED


def _is_reason(value: object) -> str | None:
    return None if value in REASON_CODES else f"is none of {', '.join(REASON_CODES)}"


BY_HAND: Shape = {"charge": string, "amount": optional(integer), "reason": optional(_is_reason)}


def _require_open(dispute: Json) -> None:
    if dispute["status"] not in OPEN:
        closed = dispute["status"] not in {*CHARGEBACK, *INQUIRY}
        raise UnexpectedStateError(f"This dispute is already {'closed' if closed else 'under review'}")


def _respond(dispute: Json, evidence: Json, *, submit: bool) -> None:
    """Stage the evidence, or send all that is staged to the bank; only a magic text makes it decide."""
    dispute["evidence"] = dispute["evidence"] | evidence
    details = dispute["evidence_details"] = dispute["evidence_details"] | {"has_evidence": True}
    if submit:
        details |= {"submission_count": details["submission_count"] + 1, "submission_method": "manual"}
        dispute["status"] = "under_review" if dispute["status"] in CHARGEBACK else "warning_under_review"
        simulator().timers.after(DECIDED_AFTER, decide, dispute_id=dispute["id"])
