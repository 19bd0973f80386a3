"""What happens at the school."""

from __future__ import annotations

from pytest_bdd import given, parsers, then, when

from simulators.check.expect import expect
from simulators.check.steps.scenario import CurrentScenario, duration, money
from simulators.world.topology import LEARNING
from simulators.world.world import World


@given(parsers.parse('the published course "{course}" costs {price}'))
def published_course(world: World, course: str, price: str) -> None:
    """Offer a course."""
    amount, currency = money(price)
    world.learning.create_course(course, amount=amount, currency=currency)


@given(parsers.parse('"{course}" costs {price} from now on'))
def price_changes(world: World, course: str, price: str) -> None:
    """Change the price under the feet of those who have asked."""
    amount, currency = money(price)
    world.learning.reprice(course, amount=amount, currency=currency)


@given(parsers.parse('"{course}" is not published any more'))
def is_unpublished(world: World, course: str) -> None:
    """Take the course back."""
    world.learning.unpublish(course)


@given(parsers.parse('"{who}" has asked for "{course}"'))
@when(parsers.parse('"{who}" asks for "{course}"'))
@when(parsers.parse('"{who}" asks for "{course}" again'))
def asks_for(scenario: CurrentScenario, who: str, course: str) -> None:
    """Ask for a seat, as the school's app does."""
    scenario.begins(who, scenario.world.student(who).enroll(course))


@when(parsers.re(r'"(?P<who>\w+)" asks for "(?P<course>\w+)"(?:, which nobody teaches| all the same)'))
def asks_past_the_check(scenario: CurrentScenario, who: str, course: str) -> None:
    """Announce a start that the school's own check would not have let through: the world changed meanwhile."""
    scenario.begins(who, scenario.world.learning.announce(who, course))


@given(parsers.parse('"{who}" has begun to ask for "{course}"'))
def begins_to_ask_for(scenario: CurrentScenario, who: str, course: str) -> None:
    """Ask, although nobody may answer yet."""
    scenario.who = who
    scenario.sagas.append(scenario.world.student(who).enroll(course))


@given(parsers.parse('"{who}" has asked for a course'))
def has_asked_for_a_course(scenario: CurrentScenario, who: str) -> None:
    """Any course will do."""
    scenario.world.learning.create_course("anything")
    asks_for(scenario, who, "anything")


@given("the course is taken back")
def is_taken_back(world: World) -> None:
    """Whatever was asked for cannot be had any more."""
    world.learning.unpublish("anything")


@given("the learning-service announces every start twice")
def starts_twice(world: World) -> None:
    """At least once is sometimes twice."""
    world.plant_fault(LEARNING, "duplicate_delivery", event="EnrollInCourseInitiated", times=None)


@given("the learning-service loses its next confirmation")
def confirmation_lost(world: World) -> None:
    """The seat is given, but nobody hears of it."""
    world.plant_fault(LEARNING, "lost_delivery", event="EnrollmentConfirmed")


@given("the learning-service's confirmations take 5 hours")
def confirmations_late(world: World) -> None:
    """The seat is given, and the news of it comes when nobody waits any more."""
    world.plant_fault(LEARNING, "delayed_delivery", event="EnrollmentConfirmed", seconds=5 * 3600, times=None)


@given(parsers.parse('"{who}" is enrolled in "{course}"'))
@then(parsers.parse('"{who}" is enrolled in "{course}"'))
def is_enrolled(scenario: CurrentScenario, who: str, course: str) -> None:
    """The school says so, and only once."""
    scenario.world.eventually(lambda: len(seats(scenario.world, who, course)) == 1)


@then(parsers.re(r'"(?P<who>\w+)" is enrolled in "(?P<course>\w+)" within (?P<span>.+)'))
def is_enrolled_within(scenario: CurrentScenario, who: str, course: str, span: str) -> None:
    """The school says so after a while."""
    scenario.world.pass_time(duration(span))
    is_enrolled(scenario, who, course)


@then(parsers.parse('"{who}" is not enrolled in "{course}"'))
def is_not_enrolled(world: World, who: str, course: str) -> None:
    """The school has no seat for the student."""
    world.settle()
    expect(seats(world, who, course), [], f"seats of {who} in {course}")


def seats(world: World, who: str, course: str) -> list[str]:
    """Return the sagas by which the student has a seat in the course."""
    return [each["sagaId"] for each in world.learning.enrollments(who) if each["courseId"] == course]
