"""The demo: five stories played in a row, both sides of each payment compared, and how to buy by hand."""

from __future__ import annotations

from datetime import timedelta

from simulators.clients.control import CONTROL_PATH
from simulators.clients.curl import look_by_curl, purchase_by_curl
from simulators.clients.payments import OPENAPI
from simulators.judge.comparison import HEAD, compare
from simulators.judge.verdict import broken_promises, judge
from simulators.stories import Play, Tell, play, story_named
from simulators.world.topology import LEARNING, PAYMENT, SIMULATORS, STRIPE
from simulators.world.world import World

# The stories in which no time has to pass; `harness stories` plays all.
DEMO_STORIES = ("course", "declined-card", "course-taken-back", "session", "slot-taken")
BY_HAND_STUDENT, BY_HAND_COURSE, OPERATOR = "lea", "drawing", "olga"


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
    failures = broken_promises(verdicts)
    for verdict in failures:
        tell(f"✗ {verdict}", "bad")
    if not failures:
        tell(
            f"✓ all {len(verdicts)} hold: " + " · ".join(each.invariant.name for each in verdicts[:4]) + " · …", "good"
        )
    return not failures


def offer_by_hand(world: World) -> None:
    """Offer the course that the printed lines buy, unless it is there."""
    if world.learning.find_course(BY_HAND_COURSE) is None:
        world.learning.create_course(BY_HAND_COURSE, title="Drawing by hand", amount=1900)


def tell_by_hand(world: World, tell: Tell) -> None:
    """Say where everything is, and how to buy a course, and look as the person in charge, with nothing but curl."""
    urls = world.topology.urls
    offer_by_hand(world)
    tell("Do it by hand", "title")
    for name, see in ((PAYMENT, OPENAPI), *((name, CONTROL_PATH) for name in SIMULATORS)):
        tell(f"{name:<24}{urls[name]}{see}", "message")
    token = world.topology.credentials.token(BY_HAND_STUDENT, "student", world.clock.now(), timedelta(days=1))
    tell(f"{BY_HAND_STUDENT} buys a course: paste this into another terminal, and watch here", "aside")
    key = world.topology.credentials.publishable_key
    where = {"learning": urls[LEARNING], "payments": urls[PAYMENT], "stripe": urls[STRIPE]}
    for line in purchase_by_curl(BY_HAND_COURSE, token, key, **where):
        tell(line, "plain")
    operator = world.topology.credentials.token(OPERATOR, "operator", world.clock.now(), timedelta(days=1))
    tell(
        "The person in charge sees all sagas, and what waits for a person, with this token; both are good for a day",
        "aside",
    )
    for line in look_by_curl(operator, urls[PAYMENT]):
        tell(line, "plain")
