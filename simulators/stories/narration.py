"""The demo: plays the stories, shows both sides of each payment, and says how to do it by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from simulators.clients.control import CONTROL_PATH
from simulators.clients.curl import purchase_by_curl
from simulators.clients.payments import OPENAPI
from simulators.judge.comparison import HEAD, sides
from simulators.judge.verdict import broken, verdicts
from simulators.stories import play, story_named
from simulators.world.topology import LEARNING, PAYMENT, SIMULATORS, STRIPE

if TYPE_CHECKING:
    from simulators.stories import Tell, Told
    from simulators.world.recorder import Exchange
    from simulators.world.world import World

REDIRECT = 300
TOLD_HERE = ("course", "declined-card", "course-taken-back", "session", "slot-taken")
"""The stories in which no time has to pass; `harness stories` tells all."""
BY_HAND_STUDENT, BY_HAND_COURSE = "lea", "drawing"


def tell_all(world: World, tell: Tell) -> bool:
    """Play the demo's stories; True when each ended as told and every invariant holds."""
    told = [play(story_named(name), world, tell) for name in TOLD_HERE]
    world.settle()
    _show_both_sides(world, told, tell)
    return all([_judge(world, tell), *(each.ended_well for each in told)])


def overhear(exchange: Exchange, tell: Tell) -> None:
    """Tell what services say to each other, as it is said."""
    went_well = exchange.status is not None and exchange.status < REDIRECT
    tell(str(exchange), "message" if went_well else "trouble")


def _show_both_sides(world: World, told: list[Told], tell: Tell) -> None:
    tell("What Stripe knows of these payments, next to what we know", "title")
    for each in told:
        if not each.problem:
            tell(each.story.title, "aside")
            for row in [HEAD, *sides(world, each.saga_id)]:
                tell(str(row), "bad" if row.agree is False else "message")


def _judge(world: World, tell: Tell) -> bool:
    tell("What must hold whatever happens, judged by what Stripe and the neighbours show", "title")
    judged = verdicts(world)
    for verdict in broken(judged):
        tell(f"✗ {verdict}", "bad")
    if not broken(judged):
        tell(f"✓ all {len(judged)} hold: " + " · ".join(each.name for each in judged[:4]) + " · …", "good")
    return not broken(judged)


def by_hand(world: World, tell: Tell) -> None:
    """Say where everything is, and how to buy a course with nothing but curl."""
    urls = world.topology.urls
    world.learning.create_course(BY_HAND_COURSE, title="Drawing by hand", amount=1900)
    tell("Do it by hand", "title")
    for name, see in ((PAYMENT, OPENAPI), *((name, CONTROL_PATH) for name in SIMULATORS)):
        tell(f"{name:<24}{urls[name]}{see}", "message")
    token = world.topology.credentials.token(BY_HAND_STUDENT, "student", world.clock.now(), timedelta(days=1))
    tell(f"{BY_HAND_STUDENT} buys a course: paste this into another terminal, and watch here", "aside")
    key = world.topology.credentials.publishable_key
    where = {"learning": urls[LEARNING], "payments": urls[PAYMENT], "stripe": urls[STRIPE]}
    for line in purchase_by_curl(BY_HAND_COURSE, token, key, **where):
        tell(line, "plain")
