"""How a purchase stands, as its own service tells."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from pytest_bdd import parsers, then, when

from simulators.check.steps.story import Story, duration
from simulators.clients.http_client import Refused


@then(parsers.re(r"the purchase is (?P<outcome>completed|rejected|expired|cancelled|refunded|parked)"))
def has_ended(story: Story, outcome: str) -> None:
    """It ended like this."""
    story.world.eventually(lambda: (story.saga() or {}).get("outcome") == outcome.upper())


@then(parsers.re(r"the purchase is (?P<outcome>\w+) within (?P<span>.+)"))
def has_ended_within(story: Story, outcome: str, span: str) -> None:
    """It ended like this, after a while."""
    story.world.pass_time(duration(span))
    has_ended(story, outcome)


@then("the second purchase is rejected")
def second_rejected(story: Story) -> None:
    """The first one goes on."""
    has_ended(story, "rejected")
    assert (story.saga(story.sagas[0]) or {})["outcome"] is None  # noqa: S101 - a step is a test


@then("the purchase waits for the payment")
def waits_for_payment(story: Story) -> None:
    """Nothing is lost: the student can still pay."""
    story.world.settle()
    saga = story.saga() or {}
    assert (saga["state"], saga["payment"]["status"]) == ("AWAITING_PAYMENT", "PENDING")  # noqa: S101


@then(parsers.parse("the purchase waits for the payment within {span}"))
def waits_for_payment_within(story: Story, span: str) -> None:
    """It can be paid, after a while."""
    story.world.pass_time(duration(span))
    waits_for_payment(story)


@when(parsers.parse('"{who}" cancels'))
def cancels(story: Story, who: str) -> None:
    """Change one's mind."""
    story.world.student(who).cancel(story.saga_id)
    story.world.settle()


@when(parsers.parse('"{who}" tries to cancel'))
def tries_to_cancel(story: Story, who: str) -> None:
    """Change one's mind, or somebody else's."""
    with pytest.raises(Refused) as refusal:
        cancels(story, who)
    story.answers.append(refusal.value.status)


@then("she is told that it is too late")
def too_late(story: Story) -> None:
    """What is delivered stays delivered."""
    assert story.answers[-1] == HTTPStatus.CONFLICT  # noqa: S101 - a step is a test


@then("he is told that there is no such purchase")
def no_such_purchase(story: Story) -> None:
    """Nobody learns what others buy."""
    assert story.answers[-1] == HTTPStatus.NOT_FOUND  # noqa: S101 - a step is a test


@then("an operator can let it go on")
def operator_resumes(story: Story) -> None:
    """What waits for a person goes on when the person says so."""
    world = story.world
    world.operator("olga").resume(story.saga_id, "the student has a new card")
    world.settle()
    told = (story.saga() or {})["history"]
    assert any("olga let the saga go on: the student has a new card" in each["text"] for each in told)  # noqa: S101
