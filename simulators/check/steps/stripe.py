"""What students do at Stripe, and what is seen there."""

from __future__ import annotations

from pytest_bdd import given, parsers, then, when

from simulators.check.expect import expect
from simulators.check.steps.scenario import CurrentScenario, duration, money
from simulators.clients.student_app import GOOD_CARD
from simulators.kit.currencies import amount_at_stripe, money_at_stripe

CARDS = {
    "is declined": "pm_card_visa_chargeDeclined",
    "has insufficient funds": "pm_card_visa_chargeDeclinedInsufficientFunds",
    "was stolen": "pm_card_visa_chargeDeclinedStolenCard",
    "has expired": "pm_card_chargeDeclinedExpiredCard",
    "has a wrong CVC": "pm_card_chargeDeclinedIncorrectCvc",
    "fails in processing": "pm_card_chargeDeclinedProcessingError",
}
REFUNDS = {"take a while": "pm_card_pendingRefund", "fail": "pm_card_refundFail"}


@given(parsers.parse('"{who}" has paid'))
@when(parsers.parse('"{who}" pays'))
def pays(scenario: CurrentScenario, who: str) -> None:
    """Pay with a card that works."""
    scenario.who = who
    scenario.student.pay(scenario.saga_id)


@given("her card was declined for insufficient funds")
def was_declined(scenario: CurrentScenario) -> None:
    """Try a card with no money on it."""
    pays_with_bad_card(scenario, scenario.who, "has insufficient funds")


@when(parsers.parse('"{who}" pays with a card that {trouble}'))
def pays_with_bad_card(scenario: CurrentScenario, who: str, trouble: str) -> None:
    """Try a card that is declined."""
    code = scenario.world.student(who).try_card(scenario.saga_id, CARDS[trouble])
    expect(bool(code), wanted=True, what="whether the card was declined")


@when(parsers.re(r'"(?P<who>\w+)" pays with a card whose refunds (?P<how>.+)'))
def pays_with_odd_card(scenario: CurrentScenario, who: str, how: str) -> None:
    """Pay with a card that works, but takes nothing back easily."""
    scenario.world.student(who).pay(scenario.saga_id, REFUNDS[how])


@when("a person refunds the payment at Stripe")
def refunded_by_hand(scenario: CurrentScenario) -> None:
    """Give the money back past the payment-service."""
    world = scenario.world
    world.settle()
    world.clear_faults()
    (intent,) = world.eventually(lambda: world.stripe.intents(scenario.saga_id))
    world.stripe.refund(intent["id"])


@when(parsers.parse("a person gives {sum_} back at Stripe"))
@given(parsers.parse("a person has given {sum_} back at Stripe"))
def refunds_a_part(scenario: CurrentScenario, sum_: str) -> None:
    """Give a part back past the payment-service."""
    scenario.world.settle()
    (intent,) = scenario.world.eventually(lambda: scenario.world.stripe.intents(scenario.saga_id))
    scenario.world.stripe.refund(intent["id"], amount_at_stripe(*money(sum_)))


@given(parsers.parse("somebody has changed the payment at Stripe to {sum_}"))
def changes_the_payment(scenario: CurrentScenario, sum_: str) -> None:
    """Let the student be asked for another sum than was agreed."""
    (intent,) = scenario.world.eventually(lambda: scenario.world.stripe.intents(scenario.saga_id))
    amount, currency = money(sum_)
    scenario.world.stripe.change_sum(intent["id"], amount, currency)


@given(parsers.re(r'somebody has written at Stripe that the (?P<key>\w+) is "(?P<value>.*)"'))
def changes_the_metadata(scenario: CurrentScenario, key: str, value: str) -> None:
    """Let Stripe tell another story than was agreed, or less of it."""
    (intent,) = scenario.world.eventually(lambda: scenario.world.stripe.intents(scenario.saga_id))
    scenario.world.stripe.change_metadata(intent["id"], **{key: value})


@when("everybody pays")
def everybody_pays(scenario: CurrentScenario) -> None:
    """Pay for every purchase, each by its own student."""
    for saga_id in scenario.sagas:
        scenario.world.student((scenario.saga(saga_id) or {})["studentId"]).pay(saga_id)


@then("there was one refund")
def one_refund(scenario: CurrentScenario) -> None:
    """Whatever was tried, Stripe knows of one."""
    expect(len(scenario.world.stripe.refunds()), 1, "how many refunds Stripe has")


@when(parsers.parse('"{who}" pays in two tabs'))
def pays_in_two_tabs(scenario: CurrentScenario, who: str) -> None:
    """Confirm twice; the second tab is told that it is paid already."""
    scenario.who = who
    secret = scenario.student.client_secret(scenario.saga_id)
    scenario.student.pay_with_secret(secret)
    second = scenario.student.try_card_with_secret(secret, GOOD_CARD)
    expect(bool(second), wanted=True, what="whether the second tab was declined")


@when(parsers.parse('"{who}" leaves when her bank asks for a proof'))
def leaves_three_d_secure(scenario: CurrentScenario, who: str) -> None:
    """Pay with a card that asks, and never answer."""
    intent = scenario.world.student(who).pay(scenario.saga_id, "pm_card_authenticationRequired")
    expect(intent["status"], "requires_action", "the status of the payment at Stripe")


@then(parsers.parse('"{who}" has paid {price} in all'))
def has_paid(scenario: CurrentScenario, who: str, price: str) -> None:
    """Stripe took that much from the student, and kept it."""
    amount, currency = money(price)
    wanted = {currency: amount_at_stripe(amount, currency)}
    expect(in_words(paid_in_all(scenario, who)), in_words(wanted), f"what {who} has paid")


@then(parsers.parse('"{who}" has paid nothing'))
def has_paid_nothing(scenario: CurrentScenario, who: str) -> None:
    """Stripe took nothing, or has given all of it back."""
    sums = {currency: amount for currency, amount in paid_in_all(scenario, who).items() if amount}
    expect(in_words(sums), [], f"what {who} has paid")


@then(parsers.parse('"{who}" gets her money back'))
def money_back(scenario: CurrentScenario, who: str) -> None:
    """Money was taken, and all of it goes back."""
    scenario.world.eventually(lambda: (sums := paid_in_all(scenario, who)) and not any(sums.values()))


@then(parsers.re(r'"(?P<who>\w+)" gets her money back within (?P<span>.+)'))
def money_back_within(scenario: CurrentScenario, who: str, span: str) -> None:
    """All of it goes back, after a while."""
    scenario.world.pass_time(duration(span))
    money_back(scenario, who)


@then("nothing was asked of Stripe")
def nothing_asked(scenario: CurrentScenario) -> None:
    """Stripe has never heard of the purchase."""
    expect(scenario.world.stripe.intents(scenario.saga_id), [], "payments at Stripe")


@then("only one payment was asked of Stripe")
def one_asked(scenario: CurrentScenario) -> None:
    """Whatever happened, there is one intent for all purchases told of."""
    scenario.world.settle()
    expect(len(scenario.world.stripe.intents()), 1, "how many payments Stripe has")


@then(parsers.parse('"{who}" cannot pay any more'))
def cannot_pay(scenario: CurrentScenario, who: str) -> None:
    """The client secret that the student may hold is good for nothing, whether or not it is still shown."""
    (intent,) = scenario.world.eventually(lambda: scenario.world.stripe.intents(scenario.saga_id))
    code = scenario.world.student(who).try_card_with_secret(intent["client_secret"], GOOD_CARD)
    expect(code, "payment_intent_unexpected_state", "why the card was not taken")


@then(parsers.parse('Stripe tells that the payment was for the course enrollment "{course}"'))
def metadata_tells(scenario: CurrentScenario, course: str) -> None:
    """From Stripe's side alone one can tell what the payment was for."""
    (intent,) = scenario.world.eventually(lambda: scenario.world.stripe.intents(scenario.saga_id))
    expect(intent["metadata"]["contextId"], course, "what the payment was for")
    tells_what_for(scenario, "COURSE_ENROLLMENT")


@then("Stripe tells that the payment was for the session")
def tells_session(scenario: CurrentScenario) -> None:
    """From Stripe's side alone one can tell which session it was."""
    (session,) = scenario.world.communication.sessions()
    (intent,) = scenario.world.eventually(lambda: scenario.world.stripe.intents(scenario.saga_id))
    expect(intent["metadata"]["contextId"], session["sessionId"], "what the payment was for")
    tells_what_for(scenario, "SESSION_BOOKING")


@then(parsers.parse("Stripe's payment tells {context} and the id of what was bought"))
def tells_what_for(scenario: CurrentScenario, context: str) -> None:
    """The four keys, and no others."""
    scenario.world.settle()
    (intent,) = scenario.world.eventually(lambda: scenario.world.stripe.intents(scenario.saga_id))
    saga = scenario.saga() or {}
    metadata = {
        "paymentId": saga["payment"]["paymentId"],
        "sagaId": scenario.saga_id,
        "paymentContext": context,
        "contextId": saga["contextId"],
    }
    expect(intent["metadata"], metadata, "the metadata of the payment")


@then("the payment-service tells the same")
def we_tell_the_same(scenario: CurrentScenario) -> None:
    """The payment knows what it is for, too."""
    payment = (scenario.saga() or {})["payment"]
    (intent,) = scenario.world.eventually(lambda: scenario.world.stripe.intents(scenario.saga_id))
    expect(payment["context"], intent["metadata"]["paymentContext"], "the context of the payment")
    expect(payment["contextId"], intent["metadata"]["contextId"], "the contextId of the payment")


def paid_in_all(scenario: CurrentScenario, who: str) -> dict[str, int]:
    """Return what Stripe took from the student and did not give back, by currency."""
    sums: dict[str, int] = {}
    for intent in scenario.world.stripe.intents():
        saga = scenario.saga(intent["metadata"]["sagaId"]) or {}
        if saga.get("studentId") == who and intent["status"] == "succeeded":
            refunds = scenario.world.stripe.refunds(intent["id"])
            back = sum(each["amount"] for each in refunds if each["status"] == "succeeded")
            code = intent["currency"].upper()
            sums[code] = sums.get(code, 0) + intent["amount_received"] - back
    return sums


def in_words(sums: dict[str, int]) -> list[str]:
    """Return sums that Stripe counts, by currency, as a person reads them."""
    return [money_at_stripe(amount, currency) for currency, amount in sorted(sums.items())]
