"""Messages and people that should move nothing: news that contradicts a purchase, and tokens that open nothing."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from datetime import timedelta
from http import HTTPStatus
from random import Random

from pytest_bdd import given, parsers, then, when

from simulators.check.expect import expect
from simulators.check.steps.scenario import CurrentScenario
from simulators.clients.http_client import HttpClient, Refused
from simulators.clients.messages import EVENTS
from simulators.clients.operator import Operator
from simulators.kit.http.cloudevents import CONTENT_TYPE, envelope
from simulators.kit.json_types import Json
from simulators.world.credentials import Credentials
from simulators.world.recorder import Exchange
from simulators.world.topology import COMMUNICATION, LEARNING, PAYMENT, TUTORS
from simulators.world.world import World

OTHER = {"studentId": "somebody", "courseId": "something", "sessionId": "session_of_nobody", "tutorId": "somebody"}
# By what is said wrongly: who says it, in which event, and which of its facts is another purchase's.
CONTRADICTIONS = {
    "a seat for another student": (LEARNING, "EnrollmentConfirmed", "studentId"),
    "a seat in another course": (LEARNING, "EnrollmentConfirmed", "courseId"),
    "the same purchase by another student": (LEARNING, "EnrollInCourseInitiated", "studentId"),
    "the same purchase of another course": (LEARNING, "EnrollInCourseInitiated", "courseId"),
    "another session": (COMMUNICATION, "SessionConfirmed", "sessionId"),
    "a slot of another tutor that is free again": (TUTORS, "TutorSlotReleased", "tutorId"),
}
REFUSALS = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
NOBODY = "somebody"


@when(parsers.re(r"the (?P<service>[\w-]+) tells of (?P<what>.+)"))
def contradict(scenario: CurrentScenario, service: str, what: str) -> None:
    """Send an event with the purchase's sagaId, of which one fact is not the purchase's."""
    sender, name, wrong = CONTRADICTIONS[what]
    expect(sender, service, "who says so")
    saga = scenario.saga() or {}
    facts = {
        "studentId": saga["studentId"],
        "courseId": saga["contextId"],
        "sessionId": saga["contextId"],
        "tutorId": "grace",
        "enrollmentId": "enrollment_of_nobody",
        "meetingLink": "https://meet.example/nobody",
    }
    fields = {
        "EnrollmentConfirmed": ("enrollmentId", "studentId", "courseId"),
        "EnrollInCourseInitiated": ("studentId", "courseId"),
        "SessionConfirmed": ("sessionId", "meetingLink"),
        "TutorSlotReleased": ("tutorId",),
    }
    data = {each: facts[each] for each in fields[name]} | {"sagaId": scenario.saga_id, wrong: OTHER[wrong]}
    expect(_send(scenario.world, sender, name, data), HTTPStatus.OK, "whether the event was taken")


@when(parsers.re(r"somebody (?:without a|with an? (?P<role>\w+)'s) token tells that the student is enrolled"))
def claim(scenario: CurrentScenario, role: str | None) -> None:
    """Send the event that the school would send."""
    data = {"sagaId": scenario.saga_id, "enrollmentId": "e", "studentId": scenario.who, "courseId": "anything"}
    token = scenario.world.token(scenario.who, role) if role else ""
    scenario.answers.append(_send(scenario.world, NOBODY, "EnrollmentConfirmed", data, token=token))


@then("somebody has to look at it")
def is_for_a_person(scenario: CurrentScenario) -> None:
    """It is kept among the messages that nobody could use."""
    scenario.world.settle()
    kept = [each["sagaId"] for each in scenario.world.payment.dead_letters()]
    expect(scenario.saga_id in kept, wanted=True, what=f"whether a message about {scenario.saga_id} is kept, of {kept}")


@then("the purchase is still under way")
def is_under_way(scenario: CurrentScenario) -> None:
    """Nothing has ended it."""
    scenario.world.settle()
    expect((scenario.saga() or {})["outcome"], None, "the outcome of the purchase")


@when(parsers.parse("somebody {how} tries everything that can be tried with the purchase"))
def try_everything(scenario: CurrentScenario, how: str) -> None:
    """Look at it, at the lists and at what waits for a person, and try to move it."""
    for act in _acts(Operator(_caller(scenario, how)), scenario.saga_id):
        scenario.answers.append(_status(act))


@then("nobody is let in")
def is_refused(scenario: CurrentScenario) -> None:
    """Every door stays shut, or shows nothing of the purchase."""
    expect([each for each in scenario.answers if each not in REFUSALS], [], "the answers to who should not come in")


@when(parsers.parse('"{who}" looks for what others have bought'))
def look_for_others(scenario: CurrentScenario, who: str) -> None:
    """Look at the purchase by its id, at one's own lists, and at somebody else's."""
    world = scenario.world
    service = Operator(world.client(PAYMENT, who, lambda: world.token(who, "student")))
    acts = [
        lambda: service.saga(scenario.saga_id),
        lambda: service.resume(scenario.saga_id, "because"),
        lambda: service.cancel(scenario.saga_id),
        lambda: list(service.dead_letters()),
    ]
    scenario.answers += [_status(act) for act in acts]
    saga = scenario.saga() or {}
    narrowed = ({"student": scenario.who}, *({name: saga[name]} for name in ("context", "contextId", "state")))
    lists = [service.payments(), service.sagas(), *(service.sagas(**each) for each in narrowed)]
    shown = [each for items in lists for each in _contents(scenario, items)]
    expect(shown, [], f"what {who} sees of others")


@when(parsers.parse('"{who}" tries what only a person in charge may do'))
def try_to_be_in_charge(scenario: CurrentScenario, who: str) -> None:
    """Move one's own purchase, and deal with what waits for a person."""
    world = scenario.world
    service = Operator(world.client(PAYMENT, who, lambda: world.token(who, "student")))
    acts: list[Callable[[], object]] = [
        lambda: service.resume(scenario.saga_id, "because"),
        lambda: list(service.dead_letters()),
        lambda: service.retry_dead_letter(1, "because"),
        lambda: service.resolve_dead_letter(1, "because"),
    ]
    scenario.answers += [_status(act) for act in acts]


@when("the learning-service confirms under the number of another service's message")
def confirm_alike(scenario: CurrentScenario) -> None:
    """Send an event whose id is new for its sender only."""
    scenario.world.settle()
    names = {each.message: each.message_id for each in scenario.world.recorder if each.callee == PAYMENT}
    saga = scenario.saga() or {}
    facts = {"sagaId": scenario.saga_id, "studentId": saga["studentId"], "courseId": saga["contextId"]}
    data = facts | {"enrollmentId": "enrollment_of_hers"}
    number = str(names["AvailabilityConfirmed"])
    expect(_send(scenario.world, LEARNING, "EnrollmentConfirmed", data, number), HTTPStatus.OK, "the answer")


@given(parsers.re(r"somebody looks at the purchase whenever the (?P<service>[\w-]+) is asked for something"))
def look_when_asked(scenario: CurrentScenario, service: str) -> None:
    """Keep the state that the purchase has at the moment of each command."""

    def look(_: int, exchange: Exchange) -> None:
        is_command = exchange.callee == service and (exchange.message or "").startswith("CREATE_")
        if is_command and not exchange.answer:
            scenario.seen.append(str((scenario.saga(exchange.saga_id) or {}).get("state")))

    scenario.world.recorder.watch(look)


@then(parsers.parse("it was always {state} by then"))
def was_decided(scenario: CurrentScenario, state: str) -> None:
    """What is asked for was decided, and can be read, before it is asked for."""
    scenario.world.settle()
    expect(set(scenario.seen), {state.upper().replace(" ", "_")}, "the states in which it was asked for")


def _caller(scenario: CurrentScenario, how: str) -> HttpClient:
    world, now = scenario.world, scenario.world.clock.now()
    credentials = world.topology.credentials
    foreign = Credentials.draw(Random(how))  # noqa: S311 - somebody's, and not ours
    bearers: dict[str, str] = {
        "without a token": "",
        "whose token has expired": credentials.token(
            scenario.who, "student", now - timedelta(days=1), timedelta(hours=1)
        ),
        "who signs tokens with another secret": foreign.token(scenario.who, "operator", now),
        "of another role": credentials.token(scenario.who, "tutor", now),
        "with another service's token": foreign.service_token,
        "with half of a service's token": credentials.service_token[: len(credentials.service_token) // 2],
        "whose token is signed by nobody": _without_signature(credentials.token(scenario.who, "operator", now)),
    }
    return world.client(PAYMENT, NOBODY, lambda: bearers[how])


def _without_signature(token: str) -> str:
    """Return a token that says of itself that it needs no signature."""
    header = urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    return f"{header}.{token.split('.')[1]}."


def _acts(caller: Operator, saga_id: str) -> Iterator[Callable[[], object]]:
    yield lambda: caller.saga(saga_id)
    yield lambda: list(caller.sagas())
    yield lambda: list(caller.payments())
    yield lambda: caller.book("grace", "2030-01-01T10:00:00Z", 60)
    yield lambda: caller.cancel(saga_id)
    yield lambda: caller.resume(saga_id, "because")
    yield lambda: list(caller.dead_letters())
    yield lambda: caller.retry_dead_letter(1, "because")
    yield lambda: caller.resolve_dead_letter(1, "because")


def _status(act: Callable[[], object]) -> int:
    try:
        act()
    except Refused as refusal:
        return refusal.status
    return HTTPStatus.OK


def _contents(scenario: CurrentScenario, items: Iterator[Json]) -> list[Json]:
    """Return what a list holds: none of it may be somebody else's, and whether it is refused or empty is not agreed."""
    try:
        return list(items)
    except Refused as refusal:
        scenario.answers.append(refusal.status)
        return []


def _send(world: World, sender: str, name: str, data: Json, number: str | None = None, token: str = "") -> int:
    token = token if sender == NOBODY else world.topology.credentials.service_token
    event = envelope(
        number or f"{sender}-{name}", f"edtech.{sender}", name, str(data["sagaId"]), world.clock.now(), data
    )
    service = world.client(PAYMENT, sender, lambda: token)
    return _status(lambda: service.post(EVENTS, form=event, **{"Content-Type": CONTENT_TYPE}))
