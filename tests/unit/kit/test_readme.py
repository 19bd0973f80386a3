"""The table of faults says what the classes say."""

from __future__ import annotations

import inspect
import json
from pathlib import Path

import pytest

from simulators.communication.faults import RejectedSession
from simulators.kit.faults.deliveries import DELIVERY_FAULTS
from simulators.kit.faults.fault import Fault, name_of, parameters_of
from simulators.kit.faults.links import LINK_FAULTS
from simulators.kit.faults.network import NETWORK_FAULTS
from simulators.kit.faults.requests import REQUEST_FAULTS, RouteFault
from simulators.learning.faults import RejectedEnrollment
from simulators.stripe.faults import STRIPE_FAULTS, BankAnswerFault
from simulators.tutor_matching.faults import LapsingHold, RejectedAvailability

README = Path(__file__).parents[3] / "simulators" / "kit" / "README.md"
HEAD = "| fault | of | does | parameters |\n| --- | --- | --- | --- |\n"
KINDS = {
    "every call": (*REQUEST_FAULTS, *NETWORK_FAULTS),
    "every delivery": DELIVERY_FAULTS,
    "every link": LINK_FAULTS,
    "Stripe": STRIPE_FAULTS,
    "learning's enrollments": (RejectedEnrollment,),
    "tutor-matching's holds": (RejectedAvailability, LapsingHold),
    "communication's sessions": (RejectedSession,),
}
SAID_ABOVE = {
    "times": 1,
    "probability": 1.0,
    "method": "*",
    "path": "*",
    "event": "*",
    "receiver": "*",
    "message": "*",
    "caller": "*",
    "callee": "*",
    "skip": 0,
}


def row(of: str, kind: type[Fault]) -> str:
    own = [(name, value) for name, value in parameters_of(kind).items() if SAID_ABOVE.get(name, "") != value]
    written = ", ".join(f"`{name}`" + ("" if value == "required" else f" {json.dumps(value)}") for name, value in own)
    if of == "Stripe":
        of += "'s calls" if issubclass(kind, RouteFault) else "'s deliveries"
    if issubclass(kind, BankAnswerFault):
        of = "Stripe's bank debits"
    does = " ".join((inspect.getdoc(kind) or "").split())
    return f"| `{name_of(kind)}` | {of} | {does} | {written} |\n"


def test_the_table_of_faults_says_what_the_classes_say(request: pytest.FixtureRequest) -> None:
    table = "".join(row(of, kind) for of, kinds in KINDS.items() for kind in kinds)
    text = README.read_text()
    above = text.partition(HEAD)[0]
    if request.config.getoption("--write-tables"):
        README.write_text(above + HEAD + table)
    assert README.read_text() == above + HEAD + table
