"""What goes wrong at Stripe, or on the way to it and back."""

from __future__ import annotations

from pytest_bdd import given, parsers

from simulators.check.steps.scenario import duration, money
from simulators.clients.stripe import CANCEL_ANY_INTENT, INTENTS, REFUNDS
from simulators.world.topology import LEARNING, STRIPE
from simulators.world.world import World

TROUBLES: dict[str, tuple[str, dict[str, object]]] = {
    "with a failure before the work": ("server_error", {}),
    "with a failure after the work": ("server_error_after", {}),
    "with a failure that it keeps, work done": ("kept_server_error", {"done": True}),
    "with a failure that it keeps, not done": ("kept_server_error", {"done": False}),
    "by asking to slow down": ("rate_limited", {}),
    "that the object is locked": ("lock_timeout", {}),
    "and the answer is lost": ("lost_answer", {}),
    "later than anybody would wait": ("latency", {"latency": 100_000}),
    "and the connection breaks before": ("reset_peer", {}),
    "and the connection breaks after": ("lost_answer", {}),
    "with half of what it has to say": ("limit_data", {"bytes": 100}),
    "drop by drop": ("slicer", {"averageSize": 8, "delay": 1_000_000}),
}
OLDER_NEWS = {
    "of the decline": "payment_intent.payment_failed",
    "that the payment can be made": "payment_intent.created",
    "that a refund has begun": "refund.created",
    "that a dispute has begun": "charge.dispute.created",
}
ASKING = {"method": "POST", "path": INTENTS}
REFUNDING = {"method": "POST", "path": REFUNDS}


@given("Stripe cannot cancel payments for a while")
def cannot_cancel(world: World) -> None:
    """Let every cancel fail until all is calm again."""
    world.plant_fault(STRIPE, "server_error", path=CANCEL_ANY_INTENT, times=None)


@given(parsers.re(r"Stripe's webhooks take (?P<span>.+)"))
def webhooks_late(world: World, span: str) -> None:
    """Keep every webhook back."""
    world.plant_fault(STRIPE, "delayed_delivery", seconds=duration(span).total_seconds(), times=None)


@given(parsers.parse("Stripe's news of disputes take {span}"))
def dispute_news_late(world: World, span: str) -> None:
    """Keep them back."""
    seconds = duration(span).total_seconds()
    world.plant_fault(STRIPE, "delayed_delivery", event="charge.dispute.*", seconds=seconds, times=None)


@given(parsers.re(rf"Stripe's news (?P<what>{'|'.join(OLDER_NEWS)}) comes last"))
def older_news_late(world: World, what: str) -> None:
    """Keep the older news back until the younger have long been taken."""
    world.plant_fault(STRIPE, "delayed_delivery", event=OLDER_NEWS[what], seconds=172_800, times=None)


@given("Stripe sends every webhook twice")
def webhooks_twice(world: World) -> None:
    """At least once is sometimes twice."""
    world.plant_fault(STRIPE, "duplicate_delivery", times=None)


@given("Stripe's webhooks are lost")
def webhooks_lost(world: World) -> None:
    """Send none, and try none again."""
    world.plant_fault(STRIPE, "lost_delivery", times=None)


@given("Stripe's news of the end of a dispute is lost")
def dispute_news_lost(world: World) -> None:
    """Send all news of a dispute but the last."""
    for event in ("charge.dispute.closed", "charge.dispute.funds_reinstated"):
        world.plant_fault(STRIPE, "lost_delivery", event=event, times=None)


@given("Stripe's news that a refund has failed is lost")
def refund_failure_lost(world: World) -> None:
    """Let nobody hear that a bank has sent a refund back."""
    for event in ("refund.failed", "refund.updated", "charge.refund.updated"):
        world.plant_fault(STRIPE, "lost_delivery", event=event, times=None)


@given("Stripe hears no answer to its webhooks")
def webhooks_unheard(world: World) -> None:
    """Send each again, although it has arrived."""
    world.plant_fault(STRIPE, "ignored_answer", times=None)


@given("Stripe's webhooks and the school's news come in any order")
def news_shuffled(world: World) -> None:
    """Let each wait for a moment of its own, and long enough for others to overtake it."""
    for service, event in ((STRIPE, "*"), (LEARNING, "EnrollmentConfirmed")):
        world.plant_fault(service, "shuffled_delivery", event=event, withinSeconds=280, times=None)


@given(parsers.re(r"Stripe's clock is (?P<span>.+) (?P<off>behind|ahead)"))
def clocks_differ(world: World, span: str, off: str) -> None:
    """Sign for Stripe's time, which is not ours."""
    seconds = duration(span).total_seconds() * (1 if off == "behind" else -1)
    world.plant_fault(STRIPE, "stale_timestamp", seconds=seconds, times=None)


@given("Stripe's answer to the next payment request is lost")
def answer_lost(world: World) -> None:
    """Do the work, but be not heard."""
    world.plant_fault(STRIPE, "lost_answer", **ASKING)


@given(parsers.parse("Stripe answers the next payment request {trouble}"))
def in_trouble(world: World, trouble: str) -> None:
    """Fail once."""
    name, parameters = TROUBLES[trouble]
    world.plant_fault(STRIPE, name, **ASKING, **parameters)


@given(parsers.parse("Stripe answers the next refund request {trouble}"))
def in_trouble_with_refunds(world: World, trouble: str) -> None:
    """Fail once."""
    name, parameters = TROUBLES[trouble]
    world.plant_fault(STRIPE, name, **REFUNDING, **parameters)


@given("Stripe cannot refund for a while")
def cannot_refund(world: World) -> None:
    """Let every refund of ours fail until all is calm again."""
    world.plant_fault(STRIPE, "server_error", times=None, **REFUNDING)


@given(parsers.parse("Stripe's next news of a refund tells of {sum_}"))
def refund_news_differs(world: World, sum_: str) -> None:
    """Tell a sum that never went back, in every event about it."""
    world.plant_fault(STRIPE, "altered_amount", event="*refund*", amount=money(sum_)[0], times=None)


@given(parsers.parse("Stripe's next news of a payment tells of {sum_}"))
def webhook_differs(world: World, sum_: str) -> None:
    """Tell a sum that was never paid."""
    world.plant_fault(STRIPE, "altered_amount", event="payment_intent.succeeded", amount=money(sum_)[0])
