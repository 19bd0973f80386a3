"""The initial data: the courses and tutors that the stories and the demo's printed lines are about."""

from simulators.stories import STORIES
from simulators.stories.demo import offer_by_hand
from simulators.world.world import World


def seed(world: World) -> None:
    """Give the school its courses and tutors."""
    for thing in {story.thing.id: story.thing for story in STORIES}.values():
        if thing.is_session:
            world.tutors.hire(thing.id, amount=thing.amount)
        else:
            world.learning.create_course(thing.id, title=thing.title, amount=thing.amount)
    offer_by_hand(world)
