"""Whoever draws the sagas is told their tables, and nobody has to know our code for it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.reference.web.service_under_test import Service


def flows(service: Service) -> dict[str, Any]:
    return {flow["saga"]: flow for flow in service.client.get("/flows").get_json()["items"]}


@pytest.mark.parametrize(
    ("saga", "way"),
    [
        ("EnrollInCourseSaga", ["INITIATED", "VERIFYING_COURSE", "AWAITING_PAYMENT", "ENROLLING", "COMPLETED"]),
        (
            "BookAndPayForSessionSaga",
            ["INITIATED", "CHECKING_AVAILABILITY", "AWAITING_PAYMENT", "CONFIRMING_SESSION", "COMPLETED"],
        ),
    ],
)
def test_the_first_moves_lead_to_where_all_went_well(service: Service, saga: str, way: list[str]) -> None:
    first = {move["from"]: move["to"] for move in reversed(flows(service)[saga]["moves"])}
    taken = ["INITIATED"]
    while taken[-1] != "COMPLETED":
        taken.append(first[taken[-1]])
    assert taken == way


def test_each_move_is_between_states_that_are_described(service: Service) -> None:
    for flow in flows(service).values():
        states = {each["state"] for each in flow["states"]}
        assert {move[side] for move in flow["moves"] for side in ("from", "to")} <= states
        assert {each["state"] for each in flow["states"] if each["isEnd"]} >= {"COMPLETED", "REFUNDED", "PARKED"}
