"""Services that decide otherwise where nothing is agreed, and are right: no scenario blames them."""

from __future__ import annotations

from typing import Any

import pytest

from reference.domain.payment import Payment
from reference.domain.payment_status import PaymentStatus
from reference.web import sagas
from reference.web.auth import Caller
from tests.wrong_services.test_wrong_services import findings


def test_what_is_closed_need_not_show_its_client_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    original = sagas._payment_view

    def view(payment: Payment, caller: Caller) -> dict[str, Any]:
        shown = original(payment, caller)
        return shown if payment.status == PaymentStatus.PENDING else {**shown, "clientSecret": None}

    monkeypatch.setattr(sagas, "_payment_view", view)
    found = findings("BKS-04", "BKS-09", "BKS-11", "ENR-11", "ENR-53", "PAY-07")
    assert found.ran == {"BKS-04", "BKS-09", "BKS-11", "ENR-11", "ENR-53", "PAY-07"}
    assert found.failures == {}
