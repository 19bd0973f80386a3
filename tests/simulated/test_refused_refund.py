"""A refund that Stripe refuses has failed, although there is no refund to be seen."""

from datetime import timedelta
from pathlib import Path

from simulators.judge.verdict import must_hold
from simulators.world.inside import Inside


def test_a_disputed_payment_that_cannot_be_given_back_waits_for_a_person_and_breaks_no_promise(tmp_path: Path) -> None:
    with Inside(tmp_path) as world:
        world.learning.create_course("algebra")
        ada = world.student("ada")
        saga_id = ada.enroll("algebra")
        ada.client_secret(saga_id)
        world.learning.unpublish("algebra")
        ada.pay(saga_id, "pm_card_createDispute")
        world.pass_time(timedelta(days=4))
        saga = world.payment.find_saga(saga_id) or {}
        assert (saga["outcome"], saga["payment"]["status"]) == ("PARKED", "REFUND_FAILED")
        assert world.stripe.refunds() == []
        must_hold(world)
