"""The demo: plays the stories, shows both sides of each payment, and says how to do it by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from simulators.world.client import Refused
from simulators.world.invariants import INVARIANTS, judge
from simulators.world.plan import LEARNING, PAYMENT, SIMULATORS, STRIPE
from simulators.world.sides import HEAD, sides
from simulators.world.stories import STORIES, furnish
from simulators.world.waiting import stopwatch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulators.world.recorder import Exchange
    from simulators.world.stories import Story, Tell
    from simulators.world.world import World

REDIRECT = 300
BY_HAND_STUDENT = "fay"


def play(world: World, tell: Tell) -> bool:
    """Play all stories; True when each ended as told and every invariant holds."""
    furnish(world)
    world.recorder.listen(lambda exchange: _overhear(exchange, tell))
    endings = [_play(story, number, world, tell) for number, story in enumerate(STORIES, 1)]
    world.settle()
    _show_both_sides(world, endings, tell)
    return all([_judge(world, tell), *endings])


def _play(story: Story, number: int, world: World, tell: Tell) -> str | None:
    """Return the saga of a story that ended as told, or None."""
    seconds = stopwatch()
    tell(f"{number} · {story.title}", "title")
    tell(f"{story.student} {story.opening}", "aside")
    try:
        saga_id = story.act(world, world.student(story.student), story.thing, tell)
        story.must_end_as_told(world, saga_id)
    except (AssertionError, Refused) as problem:
        tell(f"✗ this did not end as told: {problem}", "bad")
        return None
    tell(f"✓ {story.outcome}: {story.ending} ({seconds():.1f} s)", "good")
    return saga_id


def _overhear(exchange: Exchange, tell: Tell) -> None:
    went_well = exchange.status is not None and exchange.status < REDIRECT
    tell(str(exchange), "message" if went_well else "trouble")


def _show_both_sides(world: World, saga_ids: list[str | None], tell: Tell) -> None:
    tell("What Stripe knows of these payments, next to what we know", "title")
    for story, saga_id in zip(STORIES, saga_ids, strict=True):
        if saga_id:
            tell(f"{story.title}", "aside")
            for row in [HEAD, *sides(world, saga_id)]:
                tell(str(row), "bad" if row.agree is False else "message")


def _judge(world: World, tell: Tell) -> bool:
    tell("What must hold whatever happens, judged by what Stripe and the neighbours show", "title")
    violations = judge(world)
    for violation in violations:
        tell(f"✗ {violation}", "bad")
    if not violations:
        tell(f"✓ all {len(INVARIANTS)} hold: " + " · ".join(each.name for each in INVARIANTS[:4]) + " · …", "good")
    return not violations


def by_hand(world: World, tell: Tell) -> None:
    """Say where everything is, and how to buy a course with nothing but curl."""
    urls = world.plan.urls
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
        f"SAGA=$(curl -s -X POST {urls[LEARNING]}/courses/drawing/enroll {bearer} | {_pick('sagaId')})",
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
