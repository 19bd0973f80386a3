"""What a student is told while a bank has not answered."""

from __future__ import annotations

import pytest
from responses import RequestsMock

from tests.unit.reference.gateways.stripe_objects import event, with_bank
from tests.unit.reference.web.service_under_test import OUR_METADATA, Service, token

pytestmark = pytest.mark.fault(41)

ASKED = event("payment_intent.processing", with_bank(metadata=OUR_METADATA))


def test_a_student_is_told_that_the_bank_has_not_answered(service: Service, world: RequestsMock) -> None:
    service.event()
    service.work(world)
    assert service.saga().get_json()["waitingFor"] == "the student to pay"
    assert service.webhook(ASKED).status_code == 200
    saga = service.saga().get_json()
    assert (saga["state"], saga["outcome"], saga["payment"]["status"]) == ("AWAITING_PAYMENT", None, "PROCESSING")
    assert saga["waitingFor"].startswith("the student's bank to answer, which may take days")
    assert saga["waitingUntil"] == "2026-09-01T18:00:00.000Z", "that is when Stripe is asked again"
    assert saga["history"][-1]["text"] == "The bank was asked for the money; it may take days to answer."
    (listed,) = service.get("/sagas", headers=token()).get_json()["items"]
    assert listed == saga
