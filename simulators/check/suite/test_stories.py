"""All stories: how each must end, and every promise as far as it concerns its saga."""

import pytest

from simulators.check.crash_purchase import nothing_is_put_aside
from simulators.stories import STORIES, Story, play
from simulators.world.world import World


@pytest.mark.parametrize(
    "story", [pytest.param(each, id=each.name, marks=pytest.mark.case(each.name, each.title)) for each in STORIES]
)
def test_story(story: Story, unjudged_world: World) -> None:
    """It ends as told."""
    played = play(story, unjudged_world)
    if not played.ended_well:
        pytest.fail(played.sentence, pytrace=False)
    nothing_is_put_aside(unjudged_world, played.saga_id)
