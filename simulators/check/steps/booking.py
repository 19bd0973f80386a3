"""What happens to sessions: tutors, slots, and what the student is told."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from pytest_bdd import given, parsers, then, when

from simulators.check.expect import expect
from simulators.check.steps.scenario import CurrentScenario, duration, money
from simulators.clients.messages import COMMANDS
from simulators.kit.json_types import Json
from simulators.stories import tomorrow
from simulators.world.topology import COMMUNICATION, TUTORS
from simulators.world.world import World

ANSWERS: dict[str, tuple[str, dict[str, object]]] = {
    "is lost": ("lost_delivery", {}),
    "comes late": ("delayed_delivery", {"seconds": 600}),
    "comes twice": ("duplicate_delivery", {}),
}


@given(parsers.parse('the tutor "{tutor}" teaches for {rate} an hour'))
def tutor_teaches(world: World, tutor: str, rate: str) -> None:
    """Hire a tutor."""
    amount, currency = money(rate)
    world.tutors.hire(tutor, amount=amount, currency=currency)


@given(parsers.parse('"{who}" has asked for {minutes:d} minutes with "{tutor}"'))
@when(parsers.parse('"{who}" asks for {minutes:d} minutes with "{tutor}"'))
def asks_for_session(scenario: CurrentScenario, who: str, minutes: int, tutor: str) -> None:
    """Ask for tomorrow at ten."""
    scenario.begins(who, scenario.world.student(who).book(tutor, tomorrow(scenario.world), minutes))


@given(parsers.parse('"{who}" has begun to ask for {minutes:d} minutes with "{tutor}"'))
def begins_to_ask(scenario: CurrentScenario, who: str, minutes: int, tutor: str) -> None:
    """Ask, although nobody may answer yet."""
    scenario.who = who
    scenario.sagas.append(scenario.world.student(who).book(tutor, tomorrow(scenario.world), minutes))


@when(parsers.parse('"{who}" cancels as soon as Stripe was asked for the payment'))
def cancels_when_asked(scenario: CurrentScenario, who: str) -> None:
    """Cancel although nobody has heard an answer yet."""
    scenario.world.eventually(lambda: scenario.world.stripe.intents(scenario.saga_id))
    scenario.world.student(who).cancel(scenario.saga_id)


@when(parsers.parse('"{who}" asks for {minutes:d} minutes with "{tutor}" in the night'))
def asks_in_the_night(scenario: CurrentScenario, who: str, minutes: int, tutor: str) -> None:
    """Ask for a time at which tutors sleep."""
    scenario.begins(who, scenario.world.student(who).book(tutor, tomorrow(scenario.world, hour=23), minutes))


@given(parsers.parse('"{who}" has asked for {minutes:d} minutes with "{tutor}" in the time of another zone'))
def asks_in_another_zone(scenario: CurrentScenario, who: str, minutes: int, tutor: str) -> None:
    """Ask for the same instant as everybody, written with an offset."""
    at = datetime.fromisoformat(tomorrow(scenario.world)).astimezone(timezone(timedelta(hours=5, minutes=30)))
    scenario.begins(who, scenario.world.student(who).book(tutor, at.isoformat(), minutes))


@then(parsers.parse('the session of "{who}" is at the time that was asked for'))
def is_at_that_time(scenario: CurrentScenario, who: str) -> None:
    """The same instant, in whatever form."""
    world = scenario.world
    (session,) = world.eventually(lambda: [each for each in world.communication.sessions() if each["studentId"] == who])
    wanted = datetime.fromisoformat(tomorrow(world))
    expect(datetime.fromisoformat(session["scheduledAt"]), wanted, "when the session is")


@given(parsers.re(r"the tutor-matching-service's next answer (?P<trouble>is lost|comes late|comes twice)"))
def answer_in_trouble(world: World, trouble: str) -> None:
    """The slot is held, and the answer goes astray."""
    name, parameters = ANSWERS[trouble]
    world.plant_fault(TUTORS, name, event="AvailabilityConfirmed", **parameters)


@given("the tutor-matching-service's answers are all lost")
def answers_lost(world: World) -> None:
    """The slot is held, and nobody ever hears of it."""
    world.plant_fault(TUTORS, "lost_delivery", event="AvailabilityConfirmed", times=None)


@when(parsers.parse('"{who}" clicks twice to book {minutes:d} minutes with "{tutor}"'))
def clicks_twice(scenario: CurrentScenario, who: str, minutes: int, tutor: str) -> None:
    """Send the same form twice, as browsers do."""
    at = tomorrow(scenario.world)
    first, second = (scenario.world.student(who).book(tutor, at, minutes, key="the same form") for _ in range(2))
    expect(second, first, "the purchase of the second click")
    scenario.begins(who, first)


@given(parsers.parse('somebody else has the slot with "{tutor}"'))
def slot_is_taken(world: World, tutor: str) -> None:
    """Let it be booked by other ways, whoever holds it."""
    world.tutors.give_away(tutor, tomorrow(world), 60)
    world.communication.book_otherwise(tutor, tomorrow(world), 60)


@given("the communication-service rejects the next session")
def session_rejected(world: World) -> None:
    """There is no room."""
    world.plant_fault(COMMUNICATION, "rejected_session")


@given("the communication-service's confirmations take 5 hours")
def confirmations_late(world: World) -> None:
    """The session takes place, and the news of it comes when nobody waits any more."""
    world.plant_fault(COMMUNICATION, "delayed_delivery", event="SessionConfirmed", seconds=5 * 3600, times=None)


@given(parsers.parse('"{who}" has filled in form {number} for {minutes:d} minutes with "{tutor}"'))
def fills_in(scenario: CurrentScenario, who: str, number: str, minutes: int, tutor: str) -> None:
    """Ask under a key that somebody else may have used."""
    scenario.begins(who, scenario.world.student(who).book(tutor, tomorrow(scenario.world), minutes, key=number))


@when(parsers.parse('"{who}" sends form {number} for {minutes:d} minutes with "{tutor}" once more'))
def sends_once_more(scenario: CurrentScenario, who: str, number: str, minutes: int, tutor: str) -> None:
    """Ask again under the same key."""
    again = scenario.world.student(who).book(tutor, tomorrow(scenario.world), minutes, key=number)
    expect(again, scenario.saga_id, "the purchase of the second click")


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
def has_session(scenario: CurrentScenario, who: str, tutor: str) -> None:
    """The communication-service says so, and only once."""
    scenario.world.eventually(lambda: len(sessions(scenario.world, who, tutor)) == 1)


@then(parsers.re(r'"(?P<who>\w+)" has a confirmed session with "(?P<tutor>\w+)" within (?P<span>.+)'))
def has_session_within(scenario: CurrentScenario, who: str, tutor: str, span: str) -> None:
    """The communication-service says so after a while."""
    scenario.world.pass_time(duration(span))
    has_session(scenario, who, tutor)


@then(parsers.parse('"{who}" has no session with "{tutor}"'))
def has_no_session(world: World, who: str, tutor: str) -> None:
    """Nothing takes place."""
    world.settle()
    expect(sessions(world, who, tutor), [], f"sessions of {who} with {tutor}")


@then(parsers.parse('nobody\'s slot is kept for "{who}"'))
def nothing_kept(world: World, who: str) -> None:
    """Others can have it."""
    world.settle()
    expect([each for each in world.tutors.active_holds() if each["studentId"] == who], [], f"slots held for {who}")


@then(parsers.parse('"{who}" is told once that it is confirmed'))
def hears_of_confirmation(scenario: CurrentScenario, who: str) -> None:
    """One notice, however often it was asked for."""
    scenario.world.pass_time(timedelta(minutes=10))
    expect(notices(scenario, who), ["CONFIRMED"], f"notices to {who}")


@then(parsers.parse('"{who}" is told once that it needs attention'))
def hears_of_attention(scenario: CurrentScenario, who: str) -> None:
    """The student knows that somebody looks after it."""
    scenario.world.settle()
    expect(notices(scenario, who).count("NEEDS_ATTENTION"), 1, f"notices to {who} that it needs attention")


@then(parsers.parse('"{who}" is told {times:d} times that it is declined'))
def hears_of_declines(scenario: CurrentScenario, who: str, times: int) -> None:
    """Every attempt counts."""
    scenario.world.settle()
    expect(notices(scenario, who), ["DECLINED"] * times, f"notices to {who}")


@given(parsers.parse('"{who}" has asked for a session'))
def has_asked_for_a_session(scenario: CurrentScenario, who: str) -> None:
    """Any session will do."""
    scenario.world.tutors.hire("anybody")
    asks_for_session(scenario, who, 60, "anybody")


def sessions(world: World, who: str, tutor: str) -> list[Json]:
    """Return the sessions of the two that take place."""
    return [each for each in world.communication.sessions() if (each["studentId"], each["tutorId"]) == (who, tutor)]


def notices(scenario: CurrentScenario, who: str) -> list[str]:
    """Return the kinds of notices that the student had about the purchase."""
    return [each["kind"] for each in scenario.world.communication.notices(scenario.saga_id, who)]
