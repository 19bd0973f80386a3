"""How a purchase stands, as its own service tells."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus

from pytest_bdd import given, parsers, then, when

from simulators.check.expect import expect
from simulators.check.steps.scenario import CurrentScenario, duration
from simulators.clients.http_client import Refused


@then(parsers.re(r"the purchase is (?P<outcome>completed|rejected|expired|cancelled|refunded|parked)"))
def has_ended(scenario: CurrentScenario, outcome: str) -> None:
    """It ended like this."""
    scenario.world.eventually(lambda: (scenario.saga() or {}).get("outcome") == outcome.upper())


@then(parsers.re(r"the purchase is (?P<outcome>\w+) within (?P<span>.+)"))
def has_ended_within(scenario: CurrentScenario, outcome: str, span: str) -> None:
    """It ended like this, after a while."""
    scenario.world.pass_time(duration(span))
    has_ended(scenario, outcome)


A_MOMENT = timedelta(seconds=2)


@given("the purchase is completed")
def is_completed(scenario: CurrentScenario) -> None:
    """It is delivered, whatever has happened so far."""
    scenario.world.settle()
    expect((scenario.saga() or {})["outcome"], "COMPLETED", "the outcome of the purchase")


@then(parsers.parse("every purchase is in the list once, {size:d} at a time"))
def is_listed(scenario: CurrentScenario, size: int) -> None:
    """Nothing is left out between two pages, and nothing shown twice."""
    listed = [each["sagaId"] for each in scenario.world.payment.sagas(size)]
    expect(sorted(listed), sorted(scenario.sagas), f"what is listed, {size} at a time")


@when(
    parsers.parse(
        'somebody looks through the list, {size:d} at a time, while "{first}" and "{second}" ask for "{course}"'
    )
)
def looks_while_others_begin(scenario: CurrentScenario, size: int, first: str, second: str, course: str) -> None:
    """Turn the pages, and let a purchase begin before each."""
    page, cursor = scenario.world.payment.saga_page(size)
    seen = page
    for who in (first, second):
        scenario.world.pass_time(A_MOMENT)
        scenario.world.student(who).enroll(course)
        scenario.world.settle()
        if cursor:
            page, cursor = scenario.world.payment.saga_page(size, cursor)
            seen = seen + page
    scenario.seen = [each["sagaId"] for each in seen]


@then("every purchase that had begun before is seen once")
def was_seen_once(scenario: CurrentScenario) -> None:
    """What is new comes before what was seen, and pushes nothing onto the next page."""
    expect(
        sorted(each for each in scenario.seen if each in scenario.sagas),
        sorted(scenario.sagas),
        "what was listed, page by page",
    )


@then("the second purchase is rejected")
def second_rejected(scenario: CurrentScenario) -> None:
    """The first one goes on."""
    has_ended(scenario, "rejected")
    expect((scenario.saga(scenario.sagas[0]) or {})["outcome"], None, "the outcome of the first purchase")


@then("the purchase waits for the payment")
def waits_for_payment(scenario: CurrentScenario) -> None:
    """Nothing is lost: the student can still pay."""
    scenario.world.settle()
    saga = scenario.saga() or {}
    expect((saga["state"], saga["payment"]["status"]), ("AWAITING_PAYMENT", "PENDING"), "purchase and payment")


@then(parsers.parse("the purchase waits for the payment within {span}"))
def waits_for_payment_within(scenario: CurrentScenario, span: str) -> None:
    """It can be paid, after a while."""
    scenario.world.pass_time(duration(span))
    waits_for_payment(scenario)


@when(parsers.parse('"{who}" cancels'))
def cancels(scenario: CurrentScenario, who: str) -> None:
    """Change one's mind."""
    scenario.world.student(who).cancel(scenario.saga_id)
    scenario.world.settle()


@when(parsers.parse('"{who}" tries to cancel'))
def tries_to_cancel(scenario: CurrentScenario, who: str) -> None:
    """Change one's mind, or somebody else's."""
    try:
        cancels(scenario, who)
    except Refused as refusal:
        scenario.answers.append(refusal.status)
    else:
        scenario.answers.append(HTTPStatus.ACCEPTED)


@then("she is told that it is too late")
def too_late(scenario: CurrentScenario) -> None:
    """What is delivered stays delivered."""
    expect(scenario.answers[-1], HTTPStatus.CONFLICT, "the answer to who cancels")


@then("he is told that there is no such purchase")
def no_such_purchase(scenario: CurrentScenario) -> None:
    """Nobody learns what others buy."""
    expect(scenario.answers[-1], HTTPStatus.NOT_FOUND, "the answer to who cancels")


@then("an operator can let it go on")
def operator_resumes(scenario: CurrentScenario) -> None:
    """What waits for a person goes on when the person says so: Stripe is asked for another refund."""
    world = scenario.world
    before = len(world.stripe.refunds())
    world.operator("olga").resume(scenario.saga_id, "the student has a new card")
    world.eventually(lambda: len(world.stripe.refunds()) == before + 1)


@then("the payment is known to be paid at once")
def is_known_to_be_paid(scenario: CurrentScenario) -> None:
    """No time has to pass for it."""
    scenario.world.settle()
    expect((scenario.saga() or {})["payment"]["status"], "SUCCEEDED", "the status of the payment")
