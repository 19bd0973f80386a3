"""The demo: five stories played in a row, both sides of each payment compared, and how to buy by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from simulators.judge.comparison import HEAD, compare
from simulators.judge.verdict import broken, judge
from simulators.stories import Play, Tell, play, story_named
from simulators.world.topology import LEARNING, PAYMENT, SIMULATORS, STRIPE
from simulators.world.world import World

# The stories in which no time has to pass; `harness stories` plays all.
DEMO_STORIES = ("course", "declined-card", "course-taken-back", "session", "slot-taken")
BY_HAND_STUDENT, BY_HAND_COURSE = "lea", "drawing"


def play_demo(world: World, tell: Tell) -> bool:
    """Play the demo's stories; True when each ended as told and every promise is kept."""
    plays = [play(story_named(name), world, tell) for name in DEMO_STORIES]
    world.settle()
    _show_both_sides(world, plays, tell)
    return all([_judge(world, tell), *(each.ended_well for each in plays)])


def _show_both_sides(world: World, plays: list[Play], tell: Tell) -> None:
    tell("What Stripe knows of these payments, next to what we know", "title")
    for each in plays:
        if not each.problem:
            tell(each.story.title, "aside")
            for row in [HEAD, *compare(world, each.saga_id)]:
                tell(str(row), "bad" if row.agree is False else "message")


def _judge(world: World, tell: Tell) -> bool:
    tell("What must hold whatever happens, judged by what Stripe and the neighbours show", "title")
    verdicts = judge(world)
    failures = broken(verdicts)
    for verdict in failures:
        tell(f"✗ {verdict}", "bad")
    if not failures:
        tell(
            f"✓ all {len(verdicts)} hold: " + " · ".join(each.invariant.name for each in verdicts[:4]) + " · …", "good"
        )
    return not failures


def tell_by_hand(world: World, tell: Tell) -> None:
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
