"""The playing of a story: what is told meanwhile, whether it ended as told, and how each promise stands."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Self

import requests

from simulators.clients.http_client import Refused
from simulators.judge.verdict import Verdict, broken_promises, judge
from simulators.judge.wording import fate
from simulators.kit.currencies import money_at_stripe
from simulators.kit.json_types import Json
from simulators.stories.scene import Scene
from simulators.stories.story import Story
from simulators.stories.telling import Tell, silently
from simulators.stories.thing import CURRENCY
from simulators.world.world import World

LOOKS = 10  # How often one looks whether it has ended as told; each time all is quiet.


@dataclass(frozen=True)
class Line:
    """One line that was told, after so many exchanges."""

    after: int
    tone: str
    line: str

    def to_json(self) -> Json:
        """Return it as runs have it."""
        return asdict(self)


class Play:
    """One playing of a story: the lines so far and its saga, and when it is over, how it ended."""

    def __init__(self, story: Story, world: World, tell: Tell = silently) -> None:
        self.story, self._world, self._tell = story, world, tell
        self._start = len(world.recorder)
        world.played[story.name] += 1
        self._scene = Scene(world, story.thing, story.student, world.played[story.name], self._say)
        self.lines: list[Line] = []
        self.is_over = False
        self.outcome: str | None = None  # None: the saga has not ended, or nobody knows it.
        self.problem = ""  # Why it did not end as it must; empty when it did.
        self.verdicts: tuple[Verdict, ...] = ()  # All promises, as far as they concern this saga.

    @property
    def student(self) -> str:
        """The student's name."""
        return self._scene.student.name

    @property
    def saga_id(self) -> str:
        """The purchase's saga; empty until it has begun."""
        return self._scene.saga_id

    @property
    def ended_well(self) -> bool:
        """Whether it ended as told, and every promise was kept."""
        return self.is_over and not self.problem and not broken_promises(self.verdicts)

    @property
    def sentence(self) -> str:
        """What was proven; or, when it was not, the promise that was broken and the message that broke it."""
        if self.ended_well:
            return self.story.proven
        return str(next(iter(broken_promises(self.verdicts)), self.problem))

    def perform(self) -> Self:
        """Play it to its end whatever happens, judge it when all is quiet, and return itself."""
        self._say(self.story.title, "title")
        stopped = self._act()
        self._scene.rests()
        self.problem = "; ".join(filter(None, [self._wrong_ending(), stopped]))
        saga = self._world.payment.find_saga(self.saga_id) if self.saga_id else None
        self.outcome = saga["outcome"] if saga else None
        self.verdicts = tuple(judge(self._world, self.saga_id))
        self.is_over = True
        self._conclude()
        return self

    def _say(self, line: str, tone: str = "quiet") -> None:
        self.lines.append(Line(len(self._world.recorder) - self._start, tone, line))
        self._tell(line, tone)

    def _act(self) -> str:
        """Let it happen; return what stopped it, if anything did."""
        try:
            self.story.act(self._scene)
        except Refused as refusal:
            return str(refusal).partition(": ")[0]  # What was answered may hold a client secret.
        except (AssertionError, requests.RequestException) as problem:
            return str(problem).partition("\n")[0].rstrip(":")
        return ""

    def _wrong_ending(self) -> str:
        """Return in which way it did not end as told: by the saga, by Stripe, and by who delivers."""
        differs = "it has not begun"
        for _ in range(LOOKS if self.saga_id else 0):
            if not (differs := self._difference()):
                break
            self._world.settle()
        return differs

    def _difference(self) -> str:
        story, world = self.story, self._world
        saga = world.payment.find_saga(self.saga_id) or {"outcome": "unknown"}
        intents = [each for each in world.stripe.intents(self.saga_id) if each["status"] == "succeeded"]
        refunds = [each for intent in intents for each in world.stripe.refunds(intent["id"])]
        deliveries = world.learning.enrollments() + world.communication.sessions()
        delivered = len([each for each in deliveries if each.get("sagaId") == self.saga_id])
        paid = sum(each["amount_received"] for each in intents)
        back = sum(each["amount"] for each in refunds if each["status"] == "succeeded")
        if (saga["outcome"], delivered, paid > back) == (story.outcome, story.delivers, story.keeps_money):
            return ""
        how = saga["outcome"] or f"still {saga['state']}"
        has = fate(delivered, money_at_stripe(back, CURRENCY) if back else "")
        of_it = f"{self.student} paid {money_at_stripe(paid, CURRENCY)}, and {has}" if paid else f"{self.student} {has}"
        return f"it must end {story.outcome}, but is {how}: {of_it}"

    def _conclude(self) -> None:
        if self.ended_well:
            self._say(f"✓ {self.outcome}: {self.story.ending.format(student=self.student)}", "good")
            return self._say(self.sentence, "proven")
        self._say(f"✗ {self.problem or f'it ended as it must, {self.outcome}, but at a price'}", "bad")
        for verdict in broken_promises(self.verdicts):
            self._say(f"✗ {verdict}", "bad")
        return None


def play(story: Story, world: World, tell: Tell = silently) -> Play:
    """Play a story in a world, to its end whatever happens; returns how it ended."""
    return Play(story, world, tell).perform()
