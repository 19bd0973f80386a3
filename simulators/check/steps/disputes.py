"""Steps about disputes."""

from __future__ import annotations

from pytest_bdd import given, parsers, then, when

from simulators.check.expect import expect
from simulators.check.steps.scenario import CurrentScenario, duration


@given(parsers.parse('"{who}" has paid with a card whose owner disputes it'))
@when(parsers.parse('"{who}" pays with a card whose owner disputes it'))
def pays_and_disputes(scenario: CurrentScenario, who: str) -> None:
    """Pay, and let the bank take it back."""
    scenario.world.student(who).pay(scenario.saga_id, "pm_card_createDispute")


@then(parsers.parse("the payment shows an open dispute within {span}"))
def shows_dispute(scenario: CurrentScenario, span: str) -> None:
    """It is recorded beside the status."""
    scenario.world.pass_time(duration(span))
    expect_dispute(scenario, "needs_response")


@when("a person wins the dispute at Stripe")
def wins_dispute(scenario: CurrentScenario) -> None:
    """Answer the bank so that it gives in."""
    scenario.world.settle()
    (dispute,) = scenario.world.stripe.newest("disputes")
    scenario.world.stripe.answer_dispute(dispute["id"], "winning_evidence")


@then("the payment shows a won dispute")
def shows_won_dispute(scenario: CurrentScenario) -> None:
    """The bank has given in."""
    expect_dispute(scenario, "won")


@then("the payment shows a lost dispute")
def shows_lost_dispute(scenario: CurrentScenario) -> None:
    """Nobody answered the bank in time: it keeps what it took back."""
    expect_dispute(scenario, "lost")


def expect_dispute(scenario: CurrentScenario, status: str) -> None:
    """Expect one dispute, beside a status that it did not change."""
    payment = (scenario.saga() or {})["payment"]
    expect(payment["status"], "SUCCEEDED", "the status of the payment")
    expect(list(payment["disputes"].values()), [status], "its disputes")
