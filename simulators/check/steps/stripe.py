"""What students do at Stripe, and what is seen there."""

from __future__ import annotations

from pytest_bdd import given, parsers, then, when

from simulators.check.steps.story import Story, duration, money

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
def pays(story: Story, who: str) -> None:
    """Pay with a card that works."""
    story.who = who
    story.student.pay(story.saga_id)


@given("her card was declined for insufficient funds")
def was_declined(story: Story) -> None:
    """Try a card with no money on it."""
    pays_with_bad_card(story, story.who, "has insufficient funds")


@when(parsers.parse('"{who}" pays with a card that {trouble}'))
def pays_with_bad_card(story: Story, who: str, trouble: str) -> None:
    """Try a card that is declined."""
    assert story.world.student(who).try_card(story.saga_id, CARDS[trouble])  # noqa: S101 - a step is a test


@when(parsers.re(r'"(?P<who>\w+)" pays with a card whose refunds (?P<how>.+)'))
def pays_with_odd_card(story: Story, who: str, how: str) -> None:
    """Pay with a card that works, but takes nothing back easily."""
    story.world.student(who).pay(story.saga_id, REFUNDS[how])


@when("a person refunds the payment at Stripe")
def refunded_by_hand(story: Story) -> None:
    """Give the money back past the payment-service."""
    world = story.world
    world.settle()
    world.clear_faults()
    (intent,) = world.stripe.intents(story.saga_id)
    world.stripe.refund(intent["id"])


@then("there was one refund")
def one_refund(story: Story) -> None:
    """Whatever was tried, Stripe knows of one."""
    assert len(story.world.stripe.refunds()) == 1  # noqa: S101 - a step is a test


@when(parsers.parse('"{who}" pays in two tabs'))
def pays_in_two_tabs(story: Story, who: str) -> None:
    """Confirm twice; the second tab is told that it is paid already."""
    pays(story, who)
    assert story.world.student(who).try_card(story.saga_id, "pm_card_visa")  # noqa: S101 - a step is a test


@when(parsers.parse('"{who}" leaves when her bank asks for a proof'))
def leaves_three_d_secure(story: Story, who: str) -> None:
    """Pay with a card that asks, and never answer."""
    intent = story.world.student(who).pay(story.saga_id, "pm_card_authenticationRequired")
    assert intent["status"] == "requires_action"  # noqa: S101 - a step is a test


@when(parsers.parse('"{who}" pays with a card whose owner disputes it'))
def pays_and_disputes(story: Story, who: str) -> None:
    """Pay, and let the bank take it back."""
    story.world.student(who).pay(story.saga_id, "pm_card_createDispute")
    story.world.pass_time(duration("a minute"))


@then("the payment shows an open dispute")
def shows_dispute(story: Story) -> None:
    """It is recorded beside the status."""
    payment = (story.saga() or {})["payment"]
    assert (payment["status"], list(payment["disputes"].values())) == ("SUCCEEDED", ["needs_response"])  # noqa: S101


@then(parsers.parse('"{who}" has paid {price} in all'))
def has_paid(story: Story, who: str, price: str) -> None:
    """Stripe took that much from the student, and kept it."""
    amount, currency = money(price)
    assert kept(story, who) == {currency: amount}  # noqa: S101 - a step is a test


@then(parsers.parse('"{who}" has paid nothing'))
def has_paid_nothing(story: Story, who: str) -> None:
    """Stripe took nothing, or has given all of it back."""
    assert not any(kept(story, who).values())  # noqa: S101 - a step is a test


@then(parsers.parse('"{who}" gets her money back'))
def money_back(story: Story, who: str) -> None:
    """Money was taken, and all of it goes back."""
    story.world.eventually(lambda: (sums := kept(story, who)) and not any(sums.values()))


@then(parsers.re(r'"(?P<who>\w+)" gets her money back within (?P<span>.+)'))
def money_back_within(story: Story, who: str, span: str) -> None:
    """All of it goes back, after a while."""
    story.world.pass_time(duration(span))
    money_back(story, who)


@then("nothing was asked of Stripe")
def nothing_asked(story: Story) -> None:
    """Stripe has never heard of the purchase."""
    assert story.world.stripe.intents(story.saga_id) == []  # noqa: S101 - a step is a test


@then("only one payment was asked of Stripe")
def one_asked(story: Story) -> None:
    """Whatever happened, there is one intent for all purchases told of."""
    story.world.settle()
    assert len(story.world.stripe.intents()) == 1  # noqa: S101 - a step is a test


@then(parsers.parse('"{who}" cannot pay any more'))
def cannot_pay(story: Story, who: str) -> None:
    """The client secret that the student holds is good for nothing."""
    assert story.world.student(who).try_card(story.saga_id, "pm_card_visa") == "payment_intent_unexpected_state"  # noqa: S101


@then(parsers.parse('Stripe tells that the payment was for the course enrollment "{course}"'))
def metadata_tells(story: Story, course: str) -> None:
    """From Stripe's side alone one can tell what the payment was for."""
    (intent,) = story.world.stripe.intents(story.saga_id)
    assert intent["metadata"]["contextId"] == course  # noqa: S101 - a step is a test
    tells_what_for(story, "COURSE_ENROLLMENT")


@then("Stripe tells that the payment was for the session")
def tells_session(story: Story) -> None:
    """From Stripe's side alone one can tell which session it was."""
    (session,) = story.world.communication.sessions()
    (intent,) = story.world.stripe.intents(story.saga_id)
    assert intent["metadata"]["contextId"] == session["sessionId"]  # noqa: S101 - a step is a test
    tells_what_for(story, "SESSION_BOOKING")


@then(parsers.parse("Stripe's payment tells {context} and the id of what was bought"))
def tells_what_for(story: Story, context: str) -> None:
    """The four keys, and no others."""
    story.world.settle()
    (intent,) = story.world.stripe.intents(story.saga_id)
    saga = story.saga() or {}
    assert intent["metadata"] == {  # noqa: S101 - a step is a test
        "paymentId": saga["payment"]["paymentId"],
        "sagaId": story.saga_id,
        "paymentContext": context,
        "contextId": saga["contextId"],
    }


@then("the payment-service tells the same")
def we_tell_the_same(story: Story) -> None:
    """The payment knows what it is for, too."""
    payment = (story.saga() or {})["payment"]
    (intent,) = story.world.stripe.intents(story.saga_id)
    told = {"paymentContext": payment["context"], "contextId": payment["contextId"]}
    assert told.items() <= intent["metadata"].items()  # noqa: S101 - a step is a test


def kept(story: Story, who: str) -> dict[str, int]:
    """Return what Stripe took from the student and did not give back, by currency."""
    sums: dict[str, int] = {}
    for intent in story.world.stripe.intents():
        saga = story.saga(intent["metadata"]["sagaId"]) or {}
        if saga.get("studentId") == who and intent["status"] == "succeeded":
            refunds = story.world.stripe.refunds(intent["id"])
            back = sum(each["amount"] for each in refunds if each["status"] == "succeeded")
            code = intent["currency"].upper()
            sums[code] = sums.get(code, 0) + intent["amount_received"] - back
    return sums
