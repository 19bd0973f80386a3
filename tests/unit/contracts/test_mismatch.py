"""What differs from a contract is named by its place; what is more than it needs does no harm."""

import pytest

from simulators.contracts.mismatch import mismatches

EXAMPLE = {"items": [{"id": 1, "state": "PAID"}], "next": None}
RULES = {
    "$.items": {"matchers": [{"match": "type", "min": 1}]},
    "$.items[*].id": {"matchers": [{"match": "integer"}]},
    "$.items[*].state": {"matchers": [{"match": "regex", "regex": "PAID|OPEN"}]},
}


def test_what_is_like_the_example_and_more_will_do() -> None:
    found = {"items": [{"id": 7, "state": "OPEN", "more": True}, {"id": 8, "state": "PAID"}], "next": None, "more": 1}
    assert mismatches(EXAMPLE, found, RULES) == []


@pytest.mark.parametrize(
    ("found", "why"),
    [
        ({"items": [], "next": None}, "items must be a list of at least 1, and has 0"),
        ({"items": [{"id": "7", "state": "PAID"}], "next": None}, "items[0].id must be any whole number, and is '7'"),
        (
            {"items": [{"id": 7, "state": "GONE"}], "next": None},
            "items[0].state must be one of OPEN or PAID, and is 'GONE'",
        ),
        ({"items": [{"id": 7, "state": "PAID"}, {"id": 8}], "next": None}, "items[1].state is missing"),
        ({"items": [{"id": 7, "state": "PAID"}], "next": "2"}, "next must be exactly null, and is '2'"),
        ({"items": [{"id": 7, "state": "PAID"}]}, "next is missing"),
        ({"items": "none", "next": None}, "items must be a list of at least 1, and is 'none'"),
        ([], "body must be any object, and is []"),
    ],
)
def test_what_differs_is_named(found: object, why: str) -> None:
    assert mismatches(EXAMPLE, found, RULES) == [why]
