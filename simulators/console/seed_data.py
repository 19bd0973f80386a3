"""What the school offers from the start: whatever the stories are about, for anybody to buy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.stories import STORIES

if TYPE_CHECKING:
    from simulators.world.world import World


def furnish(world: World) -> None:
    """Give the school its courses and tutors."""
    for thing in {story.thing.id: story.thing for story in STORIES}.values():
        if thing.is_session:
            world.tutors.hire(thing.id, amount=thing.amount)
        else:
            world.learning.create_course(thing.id, title=thing.title, amount=thing.amount)
