from __future__ import annotations

import re
from http import HTTPStatus

import pytest

from simulators.check.expect import expect


def test_what_is_not_as_expected_is_said_in_a_sentence() -> None:
    with pytest.raises(AssertionError, match=r"^what ada has paid: expected 4900, found 0$"):
        expect(0, 4900, "what ada has paid")


@pytest.mark.parametrize(
    ("found", "wanted", "words"),
    [
        (HTTPStatus.OK, HTTPStatus.CONFLICT, "expected 409, found 200"),
        ([], ["49.00 EUR"], "expected ['49.00 EUR'], found nothing"),
        (None, "declined", "expected 'declined', found nothing"),
    ],
)
def test_numbers_of_answers_and_nothing_are_told_as_such(found: object, wanted: object, words: str) -> None:
    with pytest.raises(AssertionError, match=re.escape(words)):
        expect(found, wanted, "it")


def test_what_is_as_expected_passes() -> None:
    expect([], [], "payments at Stripe")
