"""What happens to sessions: tutors, slots, and what the student is told."""

from __future__ import annotations

from datetime import timedelta

from pytest_bdd import given, parsers, then, when

from simulators.check.steps.story import Story, duration, money
from simulators.clients.messages import COMMANDS
from simulators.kit.json_types import Json
from simulators.stories import tomorrow
from simulators.world.topology import COMMUNICATION, TUTORS
from simulators.world.world import World


@given(parsers.parse('the tutor "{tutor}" teaches for {rate} an hour'))
def tutor_teaches(world: World, tutor: str, rate: str) -> None:
    """Hire a tutor."""
    amount, currency = money(rate)
    world.tutors.hire(tutor, amount=amount, currency=currency)


@given(parsers.parse('"{who}" has asked for {minutes:d} minutes with "{tutor}"'))
@when(parsers.parse('"{who}" asks for {minutes:d} minutes with "{tutor}"'))
def asks_for_session(story: Story, who: str, minutes: int, tutor: str) -> None:
    """Ask for tomorrow at ten."""
    story.begins(who, story.world.student(who).book(tutor, tomorrow(story.world), minutes))


@given(parsers.parse('"{who}" has begun to ask for {minutes:d} minutes with "{tutor}"'))
def begins_to_ask(story: Story, who: str, minutes: int, tutor: str) -> None:
    """Ask, although nobody may answer yet."""
    story.who = who
    story.sagas.append(story.world.student(who).book(tutor, tomorrow(story.world), minutes))


@when(parsers.parse('"{who}" asks for {minutes:d} minutes with "{tutor}" in the night'))
def asks_in_the_night(story: Story, who: str, minutes: int, tutor: str) -> None:
    """Ask for a time at which tutors sleep."""
    story.begins(who, story.world.student(who).book(tutor, tomorrow(story.world, hour=23), minutes))


@when(parsers.parse('"{who}" clicks twice to book {minutes:d} minutes with "{tutor}"'))
def clicks_twice(story: Story, who: str, minutes: int, tutor: str) -> None:
    """Send the same form twice, as browsers do."""
    at = tomorrow(story.world)
    first, second = (story.world.student(who).book(tutor, at, minutes, key="the same form") for _ in range(2))
    assert first == second  # noqa: S101 - a step is a test
    story.begins(who, first)


@given(parsers.parse('somebody else has the slot with "{tutor}"'))
def slot_is_taken(world: World, tutor: str) -> None:
    """Let it be booked by other ways, whoever holds it."""
    world.tutors.give_away(tutor, tomorrow(world), 60)
    world.communication.book_otherwise(tutor, tomorrow(world), 60)


@given("the communication-service rejects the next session")
def session_rejected(world: World) -> None:
    """There is no room."""
    world.plant_fault(COMMUNICATION, "rejected_session")


@given("the tutor-matching-service loses its next answer")
def answer_lost(world: World) -> None:
    """The slot is held, but nobody hears of it."""
    world.plant_fault(TUTORS, "lost_delivery", event="AvailabilityConfirmed")


@given("the communication-service hears everything twice")
def hears_twice(world: World) -> None:
    """Let every answer of it be lost once, so that all is said again."""
    world.plant_fault(COMMUNICATION, "lost_answer", path=COMMANDS, times=3)


@then(parsers.parse('"{who}" has a confirmed session with "{tutor}"'))
@given(parsers.parse('"{who}" has a confirmed session with "{tutor}"'))
def has_session(story: Story, who: str, tutor: str) -> None:
    """The communication-service says so, and only once."""
    story.world.eventually(lambda: len(sessions(story.world, who, tutor)) == 1)


@then(parsers.re(r'"(?P<who>\w+)" has a confirmed session with "(?P<tutor>\w+)" within (?P<span>.+)'))
def has_session_within(story: Story, who: str, tutor: str, span: str) -> None:
    """The communication-service says so after a while."""
    story.world.pass_time(duration(span))
    has_session(story, who, tutor)


@then(parsers.parse('"{who}" has no session with "{tutor}"'))
def has_no_session(world: World, who: str, tutor: str) -> None:
    """Nothing takes place."""
    world.settle()
    assert sessions(world, who, tutor) == []  # noqa: S101 - a step is a test


@then(parsers.parse('nobody\'s slot is kept for "{who}"'))
def nothing_kept(world: World, who: str) -> None:
    """Others can have it."""
    world.settle()
    assert [each for each in world.tutors.active_holds() if each["studentId"] == who] == []  # noqa: S101 - a step is a test


@then(parsers.parse('"{who}" is told once that it is confirmed'))
def told_of_confirmation(story: Story, who: str) -> None:
    """One notice, however often it was asked for."""
    story.world.pass_time(timedelta(minutes=10))
    assert notices(story, who) == ["CONFIRMED"]  # noqa: S101 - a step is a test


@then(parsers.parse('"{who}" is told once that it needs attention'))
def told_of_attention(story: Story, who: str) -> None:
    """The student knows that somebody looks after it."""
    story.world.settle()
    assert notices(story, who).count("NEEDS_ATTENTION") == 1  # noqa: S101 - a step is a test


@then(parsers.parse('"{who}" is told {times:d} times that it is declined'))
def told_of_declines(story: Story, who: str, times: int) -> None:
    """Every attempt counts."""
    story.world.settle()
    assert notices(story, who) == ["DECLINED"] * times  # noqa: S101 - a step is a test


@given(parsers.parse('"{who}" has asked for a session'))
def has_asked_for_a_session(story: Story, who: str) -> None:
    """Any session will do."""
    story.world.tutors.hire("anybody")
    asks_for_session(story, who, 60, "anybody")


def sessions(world: World, who: str, tutor: str) -> list[Json]:
    """Return the sessions of the two that take place."""
    return [each for each in world.communication.sessions() if (each["studentId"], each["tutorId"]) == (who, tutor)]


def notices(story: Story, who: str) -> list[str]:
    """Return what the student was told of the purchase."""
    told = story.world.communication.notices(story.saga_id)
    return [each["kind"] for each in told if each["personId"] == who]
