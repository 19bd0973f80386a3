"""The guided stories end as told, in every world, and prove what they say they prove."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulators.judge.fault_model import FAULTS
from simulators.judge.invariants import INVARIANTS
from simulators.stories import STORIES, Story, play, story_named
from simulators.stories.demo import DEMO_STORIES
from simulators.stories.run import run_story
from simulators.world.inside import Inside
from simulators.world.together import Together

PLAYED_AGAIN = ("course", "course-taken-back", "slot-taken", "paid-too-late")
HOLDING = [(each.number, "holds") for each in INVARIANTS]
by_name = pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)


@by_name
def test_a_story_ends_as_told(story: Story, request: pytest.FixtureRequest) -> None:
    seed, service = request.config.getoption("--seed"), request.config.getoption("--service")
    run = run_story(story, seed=seed, service=service)
    document = run.document

    assert run.ended_well, "\n".join(
        [document["told"]["sentence"], *run.lines, f"again: {document['again']['terminal']}"]
    )
    assert [(each["number"], each["standing"]) for each in document["invariants"]] == HOLDING
    assert (document["told"]["problem"], document["told"]["sentence"]) == ("", story.proven)


def test_there_are_both_flows_a_declined_card_a_slow_bank_and_eight_accidents() -> None:
    assert [each.name for each in STORIES if not each.faults] == ["course", "session"]
    assert len([each for each in STORIES if each.faults]) == 2 + 8
    assert len({each.name for each in STORIES}) == len(STORIES)
    assert {number for each in STORIES for number in each.faults} <= {each.number for each in FAULTS}


def test_every_story_says_in_one_sentence_what_it_proves() -> None:
    assert [each.name for each in STORIES if each.proven.count(".") != 1 or not each.proven.endswith(".")] == []


def test_a_story_can_be_told_again_in_the_same_world(tmp_path: Path) -> None:
    with Inside(tmp_path) as world:
        plays = [play(story_named(name), world) for name in PLAYED_AGAIN * 2]

    assert [each.sentence for each in plays if not each.ended_well] == []
    assert len({each.student for each in plays}) == len(plays)


@pytest.mark.served
def test_the_stories_in_which_time_passes_are_told_over_sockets_too(tmp_path: Path) -> None:
    with Together(tmp_path) as world:
        plays = [play(story, world) for story in STORIES if story.name not in DEMO_STORIES]

    assert [each.sentence for each in plays if not each.ended_well] == []


def test_a_story_that_nobody_knows_is_told_with_those_there_are() -> None:
    with pytest.raises(
        LookupError, match=r"no story 'lost'; there are course, session, declined-card, bank-debit, lost-webhook"
    ):
        story_named("lost")
