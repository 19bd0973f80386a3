"""Neighbours that are down for a while."""

from __future__ import annotations

from pytest_bdd import given, parsers, when

from simulators.check.steps.scenario import duration
from simulators.check.steps.stripe_troubles import TROUBLES
from simulators.clients.learning import course_path
from simulators.clients.messages import COMMANDS
from simulators.clients.payments import STRIPE_WEBHOOKS
from simulators.world.recorder import Exchange
from simulators.world.topology import LEARNING, PAYMENT
from simulators.world.world import World


@given(parsers.parse("the {neighbour} is down"))
def is_down(world: World, neighbour: str) -> None:
    """Nobody answers there."""
    world.take_down(neighbour)


@when(parsers.parse("the {neighbour} is back after {span}"))
def is_back(world: World, neighbour: str, span: str) -> None:
    """It goes on with all that it knew."""
    world.pass_time(duration(span))
    world.bring_back(neighbour)


@given(parsers.re(r"the (?P<neighbour>[\w-]+) answers every command (?P<trouble>.+)"))
def answers_badly(world: World, neighbour: str, trouble: str) -> None:
    """Refuse nothing, but let no answer be of use."""
    name, parameters = TROUBLES[trouble]
    world.plant_fault(neighbour, name, path=COMMANDS, times=None, **parameters)


@given(parsers.parse("the learning-service answers every question about courses {trouble}"))
def answers_questions_badly(world: World, trouble: str) -> None:
    """Say nothing about any course, neither yes nor no."""
    name, parameters = TROUBLES[trouble]
    world.plant_fault(LEARNING, name, method="GET", path=course_path("*"), times=None, **parameters)


@when(parsers.parse("all is well again after {span}"))
def is_well_again(world: World, span: str) -> None:
    """Whatever was wrong is mended."""
    world.pass_time(duration(span))
    world.clear_faults()


@given("the payment-service dies as soon as it has answered the news of the payment")
def dies_after_the_news(world: World) -> None:
    """Kill it at the moment at which Stripe need not send the news again."""

    def kill(_: int, exchange: Exchange) -> None:
        is_news = exchange.path == STRIPE_WEBHOOKS and exchange.message == "payment_intent.succeeded"
        if is_news and exchange.is_accepted and world.is_up(PAYMENT):
            world.take_down(PAYMENT)

    world.recorder.watch(kill)


@given("the payment-service was started again")
def was_started_again(world: World) -> None:
    """It ends at once, and goes on with what it has stored."""
    world.settle()
    world.take_down(PAYMENT)
    world.bring_back(PAYMENT)


@when("the payment-service is back")
def service_is_back(world: World) -> None:
    """It goes on with what it has stored."""
    world.settle()
    world.bring_back(PAYMENT)
