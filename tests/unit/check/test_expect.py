from __future__ import annotations

import pytest

from simulators.check.expect import expect


def test_what_is_not_as_expected_is_said_in_a_sentence() -> None:
    with pytest.raises(AssertionError, match=r"^what ada has paid: expected 4900, found 0$"):
        expect(0, 4900, "what ada has paid")


def test_what_is_as_expected_passes() -> None:
    expect([], [], "payments at Stripe")
