"""The person in charge finds what is parked, learns what to do, and does it; who and why is recorded."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from simulators.cli import main
from simulators.world.inside import Inside
from simulators.world.topology import PAYMENT, STRIPE

Harness = Callable[..., Result]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Inside]:
    with Inside(tmp_path) as world:
        world.learning.create_course("algebra")
        yield world


@pytest.fixture
def harness(world: Inside, monkeypatch: pytest.MonkeyPatch) -> Harness:
    monkeypatch.setattr("simulators.cli.operators.served_session", world.connect)

    def call(*arguments: str) -> Result:
        environ = {
            "HARNESS_SERVICE_URL": world.topology.urls[PAYMENT],
            "HARNESS_TOKEN": world.token("olga", "operator"),
        }
        return CliRunner(env=environ).invoke(main, arguments)

    return call


def parked(world: Inside) -> str:
    """Return a saga whose refund came back."""
    ada = world.student("ada")
    saga_id = ada.enroll("algebra")
    ada.client_secret(saga_id)
    world.learning.unpublish("algebra")
    ada.pay(saga_id, "pm_card_refundFail")
    world.pass_time(timedelta(minutes=1))
    return saga_id


def test_a_parked_saga_is_found_understood_and_resumed(world: Inside, harness: Harness) -> None:
    saga_id = parked(world)
    world.learning.create_course("biology")
    other = world.student("ben").enroll("biology")
    world.settle()

    found = harness("sagas", "list", "--parked").output.splitlines()
    assert [line.split()[0] for line in found] == ["SAGA", saga_id]
    output = harness("sagas", "show", saga_id).output
    assert re.search(r"Z  The refund failed: expired_or_canceled_card\.\nnext step\n  See at Stripe why", output)

    answer = harness("sagas", "resume", saga_id, "--why", "the card works again")
    assert (answer.exit_code, answer.output) == (0, f"{saga_id} goes on: it is REFUNDING\n")
    world.settle()
    output = harness("sagas", "show", saga_id).output
    assert "olga let the saga go on: the card works again" in output
    assert "next step" not in output
    assert other in harness("sagas", "list").output


def test_sagas_are_found_by_what_is_known_of_them(world: Inside, harness: Harness) -> None:
    saga_id = parked(world)
    ask = [["--student", "ada"], ["--state", "PARKED"], ["--context", "COURSE_ENROLLMENT"]]
    assert [saga_id in harness("sagas", "list", *each).output for each in ask] == [True] * 3
    other = [["--student", "ben"], ["--state", "EXPIRED"], ["--context", "SESSION_BOOKING"]]
    assert [harness("sagas", "list", *each).output for each in other] == [""] * 3
    assert harness("sagas", "list", "--state", "LOST").exit_code == 2
    (line,) = harness("sagas", "list", "--json").output.splitlines()
    assert json.loads(line)["sagaId"] == saga_id


def test_what_cannot_be_resumed_is_reported(world: Inside, harness: Harness) -> None:
    saga_id = world.student("ada").enroll("algebra")
    world.settle()
    answer = harness("sagas", "resume", saga_id, "--why", "impatience")
    assert answer.exit_code == 1
    assert "AWAITING_PAYMENT does not expect ResumeRequested" in answer.output
    assert harness("sagas", "show", "saga_of_nobody").output == "Error: There is no such saga.\n"
    assert harness("sagas", "show", "../healthz").exit_code == 1


def test_a_saga_whose_refund_takes_too_long_has_a_next_step_of_its_own(tmp_path: Path) -> None:
    with Inside(tmp_path, settings={"REFUND_SECONDS": "60"}) as world:
        world.learning.create_course("algebra")
        world.plant_fault(STRIPE, "server_error", path="/v1/refunds", times=None)
        saga_id = parked(world)
        world.pass_time(timedelta(minutes=1))
        saga = world.payment.saga(saga_id)
    assert (saga["outcome"], saga["payment"]["status"]) == ("PARKED", "REFUND_PENDING")
    assert saga["nextStep"].startswith("See at Stripe how far the refund is")


def test_a_dead_letter_is_seen_and_resolved_once(world: Inside, harness: Harness) -> None:
    form = {"amount": "4900", "currency": "eur", "payment_method_types[0]": "card"}
    world.stripe.client.post("/v1/payment_intents", form=form | {"metadata[paymentId]": "p", "metadata[sagaId]": "s"})
    world.settle()
    output = harness("dead-letters", "list").output
    number = output.partition(":")[0]
    assert output.startswith(f"{number}: IntentCreated about s, stripe, ")

    again = harness("dead-letters", "retry", number, "--why", "perhaps now")
    assert (again.exit_code, again.output) == (1, "Error: no payment is known that IntentCreated could be about\n")
    done = harness("dead-letters", "resolve", number, "--why", "another shop's")
    assert (done.exit_code, done.output) == (0, f"{number} is dealt with\n")
    assert harness("dead-letters", "resolve", number, "--why", "again").exit_code == 1
    assert harness("dead-letters", "list").output == ""
