"""Guided stories: what students buy, what goes wrong meanwhile, and what that proves; each runs in any world.

`STORIES` is all there are, in the order in which they are best told. `story_named("lost-webhook")` finds one.
`play(story, world, tell)` plays it and returns the `Play`, with how it ended; it may be played again in the same world.
"""

from __future__ import annotations

from simulators.kit.guess import guess
from simulators.stories.accidents import ACCIDENTS
from simulators.stories.play import Play, play
from simulators.stories.purchases import PURCHASES
from simulators.stories.scene import tomorrow
from simulators.stories.story import Story
from simulators.stories.telling import Tell, silently

__all__ = ["STORIES", "Play", "Story", "Tell", "play", "silently", "story_named", "tomorrow"]

STORIES: tuple[Story, ...] = (*PURCHASES, *ACCIDENTS)


def story_named(name: str) -> Story:
    """Return the story of that name, or raise LookupError saying which there are."""
    try:
        return next(story for story in STORIES if story.name == name)
    except StopIteration:
        known = [story.name for story in STORIES]
        raise LookupError(f"there is no story {name!r}; there are {', '.join(known)}{guess(name, known)}") from None
