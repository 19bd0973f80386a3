"""The demo: plays the stories, shows both sides of each payment, and says how to do it by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from simulators.judge.comparison import HEAD, sides
from simulators.judge.verdict import broken, verdicts
from simulators.stories import play, story_named
from simulators.world.topology import LEARNING, PAYMENT, SIMULATORS, STRIPE

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    urls = world.plan.urls
    world.learning.course(BY_HAND_COURSE, title="Drawing by hand", amount=1900)
    tell("Do it by hand", "title")
    for name, see in ((PAYMENT, "/openapi.json"), *((name, "/_sim") for name in SIMULATORS)):
        tell(f"{name:<24}{urls[name]}{see}", "message")
    token = world.plan.credentials.token(BY_HAND_STUDENT, "student", world.clock.now(), timedelta(days=1))
    tell(f"{BY_HAND_STUDENT} buys a course: paste this into another terminal, and watch here", "aside")
    for line in _commands(urls, token, world.plan.credentials.publishable_key):
        tell(line, "plain")


def _commands(urls: Mapping[str, str], token: str, key: str) -> list[str]:
    bearer = '-H "Authorization: Bearer $TOKEN"'
    return [
        f"TOKEN={token}",
        f"SAGA=$(curl -s -X POST {urls[LEARNING]}/courses/{BY_HAND_COURSE}/enroll {bearer} | {_pick('sagaId')})",
        "sleep 1",
        f"SECRET=$(curl -s {urls[PAYMENT]}/sagas/$SAGA {bearer} | {_pick('clientSecret')})",
        f"curl -s {urls[STRIPE]}/v1/payment_intents/${{SECRET%%_secret_*}}/confirm -u {key}: \\",
        "     -d client_secret=$SECRET -d payment_method=pm_card_visa",
        "sleep 1",
        f"curl -s {urls[PAYMENT]}/sagas/$SAGA {bearer}",
    ]


def _pick(key: str) -> str:
    """Return the shell's way to one value of a JSON document, without asking for more tools."""
    return rf"""sed -n 's/.*"{key}": *"\([^"]*\)".*/\1/p'"""
