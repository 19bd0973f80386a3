"""Plays a story, and says what came of it: as told or not, each promise kept or broken, and by which message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import requests

from simulators.clients.http_client import Refused
from simulators.judge.verdict import Verdict, broken, verdicts
from simulators.stories.scene import Scene
from simulators.stories.story import silently

if TYPE_CHECKING:
    from simulators.stories.story import Story, Tell
    from simulators.world.world import World

LOOKS = 10
"""How often one looks whether it has ended as told; each time all is quiet."""


@dataclass(frozen=True)
class Told:
    """What came of one story."""

    story: Story
    student: str
    saga_id: str
    outcome: str | None
    """How the saga ended; None when it has not, or when nobody knows it."""
    problem: str
    """Why it did not end as it must; empty when it did."""
    verdicts: tuple[Verdict, ...]
    """All promises, as far as they concern this saga."""

    @property
    def ended_well(self) -> bool:
        """Whether it ended as told, and every promise was kept."""
        return not self.problem and not broken(self.verdicts)

    @property
    def sentence(self) -> str:
        """What was proven; or, when it was not, the promise that was broken and the message that broke it."""
        if self.ended_well:
            return self.story.proven
        return str(next(iter(broken(self.verdicts)), self.problem))


def play(story: Story, world: World, tell: Tell = silently) -> Told:
    """Play a story in a world, to its end whatever happens, and judge it when all is quiet."""
    tell(story.title, "title")
    scene = Scene(story, world, tell)
    stopped = _act(scene)
    scene.rests()
    problem = "; ".join(filter(None, [_wrong_at_the_end(scene), stopped]))
    saga = world.payment.find_saga(scene.saga_id) or {} if scene.saga_id else {}
    judged = tuple(verdicts(world, scene.saga_id))
    told = Told(story, scene.student.name, scene.saga_id, saga.get("outcome"), problem, judged)
    _conclude(told, tell)
    return told


def _act(scene: Scene) -> str:
    """Let it happen; return what stopped it, if anything did."""
    try:
        scene.story.act(scene)
    except Refused as refusal:
        return str(refusal).partition(": ")[0]  # What was answered may hold a client secret.
    except (AssertionError, requests.RequestException) as problem:
        return str(problem).partition("\n")[0]
    return ""


def _wrong_at_the_end(scene: Scene) -> str:
    """Return in which way it did not end as told: by the saga, by Stripe, and by who delivers."""
    differs = "it has not begun"
    for _ in range(LOOKS if scene.saga_id else 0):
        if not (differs := _difference(scene)):
            break
        scene.world.settle()
    return differs


def _difference(scene: Scene) -> str:
    story, world = scene.story, scene.world
    saga = world.payment.find_saga(scene.saga_id) or {"outcome": "unknown"}
    intents = [each for each in world.stripe.intents(scene.saga_id) if each["status"] == "succeeded"]
    refunds = [each for intent in intents for each in world.stripe.refunds(intent["id"])]
    deliveries = world.learning.enrollments() + world.communication.sessions()
    delivered = len([each for each in deliveries if each.get("sagaId") == scene.saga_id])
    back = sum(each["amount"] for each in refunds if each["status"] == "succeeded")
    left = sum(each["amount_received"] for each in intents) - back
    if (saga["outcome"], delivered, left > 0) == (story.outcome, story.delivers, story.keeps_money):
        return ""
    how = saga["outcome"] or f"still {saga['state']}"
    return f"must end {story.outcome}, but is {how}: {delivered} deliveries, {left / 100:.2f} with the school"


def _conclude(told: Told, tell: Tell) -> None:
    if told.ended_well:
        tell(f"✓ {told.outcome}: {told.story.ending.format(student=told.student)}", "good")
        tell(told.sentence, "proven")
        return
    tell(f"✗ {told.problem or f'it ended as it must, {told.outcome}, but at a price'}", "bad")
    for verdict in broken(told.verdicts):
        tell(f"✗ {verdict}", "bad")
