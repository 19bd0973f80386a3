"""Payments from bank accounts, which the bank answers days later."""

from __future__ import annotations

from pytest_bdd import given, parsers, then, when

from simulators.check.expect import expect
from simulators.check.steps.booking import notices
from simulators.check.steps.scenario import CurrentScenario
from simulators.clients.student_app import EMPTY_ACCOUNT, GOOD_ACCOUNT


@given(parsers.parse('"{who}" has paid from her bank account'))
@when(parsers.parse('"{who}" pays from her bank account'))
def pays_from_account(scenario: CurrentScenario, who: str) -> None:
    """Let the bank be asked for money that is there."""
    _ask_bank(scenario, who, GOOD_ACCOUNT)


@given(parsers.parse('"{who}" has paid from a bank account that is empty'))
@when(parsers.parse('"{who}" pays from a bank account that is empty'))
def pays_from_empty_account(scenario: CurrentScenario, who: str) -> None:
    """Let the bank be asked for money that is not there."""
    _ask_bank(scenario, who, EMPTY_ACCOUNT)


@then("the purchase waits for her bank")
def waits_for_bank(scenario: CurrentScenario) -> None:
    """It is neither paid nor lost, and the student is told so."""
    scenario.world.settle()
    saga = scenario.saga() or {}
    expect((saga["outcome"], saga["payment"]["status"]), (None, "PROCESSING"), "the outcome and the payment's status")
    expect("bank" in saga["waitingFor"], wanted=True, what=f"whether she is told of the bank: {saga['waitingFor']}")


@then(parsers.parse('"{who}" is told once that it is declined, and once that it is over'))
def hears_of_the_end(scenario: CurrentScenario, who: str) -> None:
    """The bank's answer and its consequence are two notices."""
    scenario.world.settle()
    expect(sorted(notices(scenario, who)), ["DECLINED", "EXPIRED"], f"notices to {who}")


def _ask_bank(scenario: CurrentScenario, who: str, account: str) -> None:
    scenario.who = who
    student = scenario.student
    intent = student.pay_from_account(student.client_secret(scenario.saga_id), account)
    expect(intent["status"], "processing", "the status of the payment at Stripe")
    scenario.world.settle()
