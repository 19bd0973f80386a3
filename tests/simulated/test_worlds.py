"""The three worlds tell the same stories."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from simulators.judge.verdict import broken_promises, judge, must_hold
from simulators.kit.faults.links import CallerCrash, LinkDown, LinkFault, LinkLostAnswer
from simulators.stories.demo import DEMO_STORIES, play_demo
from simulators.world.apart import Apart, CannotMoveTime
from simulators.world.inside import Inside
from simulators.world.serving import Port, PortTaken
from simulators.world.together import Together
from simulators.world.topology import LEARNING, PAYMENT, STRIPE
from simulators.world.waiting import really_pass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulators.world.world import World

SHARED = [Inside, pytest.param(Together, marks=pytest.mark.served)]
ALL = [*SHARED, pytest.param(Apart, marks=pytest.mark.apart)]


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    with request.param(tmp_path) as world:
        yield world


@pytest.fixture
def inside(tmp_path: Path) -> Iterator[Inside]:
    with Inside(tmp_path) as world:
        yield world


def bought(world: World) -> str:
    world.learning.create_course("algebra")
    saga_id = world.student("ada").enroll("algebra")
    world.student("ada").pay(saga_id)
    return saga_id


def has_ended(world: World, saga_id: str, outcome: str) -> bool:
    saga = world.payment.find_saga(saga_id)
    return bool(saga and saga["outcome"] == outcome)


@pytest.mark.parametrize("world", ALL, indirect=True)
def test_the_stories_of_the_demo_end_as_they_must(world: World) -> None:
    lines: list[str] = []
    assert play_demo(world, lambda line, tone="": lines.append(f"{tone}: {line}"))
    assert sum(line.startswith("good: ✓") for line in lines) == len(DEMO_STORIES) + 1


@pytest.mark.parametrize("world", ALL, indirect=True)
def test_the_payment_service_is_killed_and_goes_on_where_it_was(world: World) -> None:
    world.learning.create_course("algebra")
    ada = world.student("ada")
    saga_id = ada.enroll("algebra")
    client_secret = ada.client_secret(saga_id)
    world.take_down(PAYMENT)
    ada.pay_with_secret(client_secret)
    world.settle()
    assert not world.is_up(PAYMENT)

    world.bring_back(PAYMENT)
    if not isinstance(world, Apart):
        world.pass_time(timedelta(minutes=10))
    world.eventually(lambda: has_ended(world, saga_id, "COMPLETED"))
    must_hold(world)


@pytest.mark.parametrize("world", ALL, indirect=True)
def test_a_simulator_that_was_away_still_knows_everything(world: World) -> None:
    bought(world)
    world.eventually(world.learning.enrollments)
    world.take_down(LEARNING)
    world.bring_back(LEARNING)

    assert [each["studentId"] for each in world.learning.enrollments()] == ["ada"]


@pytest.mark.parametrize("world", SHARED, indirect=True)
def test_a_fault_planted_in_a_simulator_strikes_and_can_be_lifted(world: World) -> None:
    world.plant_fault(STRIPE, "lost_delivery", event="payment_intent.succeeded", times=None)
    world.clear_faults()
    saga_id = bought(world)

    world.eventually(lambda: has_ended(world, saga_id, "COMPLETED"))
    assert any(each.message == "payment_intent.succeeded" for each in world.recorder)


@pytest.mark.parametrize("shuffled", [False, True])
def test_two_runs_of_a_seed_leave_the_same_trace(tmp_path: Path, shuffled: bool) -> None:  # noqa: FBT001 - a case
    def trace(seed: int, folder: str) -> bytes:
        (tmp_path / folder).mkdir()
        with Inside(tmp_path / folder, seed=seed, shuffled=shuffled) as world:
            play_demo(world, lambda *_: None)
            world.pass_time(timedelta(days=3))
            return world.recorder.trace()

    first, again, other = trace(7, "first"), trace(7, "again"), trace(8, "other")
    assert first == again
    assert first != other


def test_three_days_pass_at_once_and_the_student_who_never_pays_is_let_go(inside: Inside) -> None:
    inside.learning.create_course("algebra")
    saga_id = inside.student("ada").enroll("algebra")
    inside.pass_time(timedelta(days=3))

    assert has_ended(inside, saga_id, "EXPIRED")
    must_hold(inside)


def test_the_service_dies_at_a_call_and_the_purchase_survives(inside: Inside) -> None:
    inside.network.faults.add(CallerCrash(after=True, caller=PAYMENT, callee=STRIPE, times=1))
    inside.learning.create_course("algebra")
    ada = inside.student("ada")
    saga_id = ada.enroll("algebra")
    inside.settle()
    assert not inside.is_up(PAYMENT)

    inside.bring_back(PAYMENT)
    inside.pass_time(timedelta(minutes=5))
    ada.pay(saga_id)
    inside.eventually(lambda: has_ended(inside, saga_id, "COMPLETED"))
    must_hold(inside)
    assert len(inside.stripe.intents(saga_id)) == 1


@pytest.mark.parametrize("fault", [LinkDown, LinkLostAnswer])
@pytest.mark.fault(11)
def test_links_break_and_heal_and_nothing_is_lost(inside: Inside, fault: type[LinkFault]) -> None:
    inside.network.faults.add(fault(caller=PAYMENT, times=4))
    inside.network.faults.add(fault(caller=STRIPE, times=2))
    inside.learning.create_course("algebra")
    saga_id = inside.student("ada").enroll("algebra")
    inside.pass_time(timedelta(minutes=10))
    inside.student("ada").pay(saga_id)
    inside.pass_time(timedelta(minutes=10))

    assert has_ended(inside, saga_id, "COMPLETED")
    must_hold(inside)


def test_what_is_not_so_when_all_is_quiet_is_reported_with_the_last_that_was_said(inside: Inside) -> None:
    bought(inside)
    with pytest.raises(AssertionError, match="EnrollmentConfirmed"):
        inside.eventually(lambda: None)


def test_a_seat_that_nobody_paid_for_is_seen(inside: Inside) -> None:
    bought(inside)
    inside.settle()
    must_hold(inside)

    command = {"sagaId": "saga_forged", "studentId": "eve", "courseId": "algebra", "paymentId": "none"}
    about = {"specversion": "1.0", "id": "1", "source": "eve", "type": "CREATE_ENROLLMENT_RECORD"}
    headers = {"Content-Type": "application/cloudevents+json"}
    service = inside.client(LEARNING, "eve", lambda: inside.topology.credentials.service_token)
    service.post("/commands", about | {"subject": "saga_forged", "data": command}, **headers)
    with pytest.raises(
        AssertionError, match=r"I9 nothing for free: saga saga_forged: eve has something, and nothing was paid"
    ):
        must_hold(inside)


@pytest.mark.served
def test_time_is_moved_for_all_services_at_once(tmp_path: Path) -> None:
    with Together(tmp_path) as world:
        world.learning.create_course("algebra")
        saga_id = world.student("ada").enroll("algebra")
        world.student("ada").client_secret(saga_id)
        world.pass_time(timedelta(hours=1))

        world.eventually(lambda: has_ended(world, saga_id, "EXPIRED"))
        must_hold(world)


@pytest.mark.apart
@pytest.mark.fault(7)
def test_kill_9_at_any_moment_costs_nothing_but_time(tmp_path: Path) -> None:
    with Apart(tmp_path) as world:
        world.learning.create_course("algebra")
        sagas = [_bought_while_killed(world, f"student{n}", n * timedelta(milliseconds=15)) for n in range(3)]
        world.eventually(lambda: all(has_ended(world, each, "COMPLETED") for each in sagas))
        world.eventually(
            lambda: not broken_promises(judge(world))
        )  # The last notice may still wait for the end of a lease.


def _bought_while_killed(world: World, name: str, delay: timedelta) -> str:
    """Kill the payment-service so long after the start, and so long after the payment."""
    student = world.student(name)
    saga_id = student.enroll("algebra")
    really_pass(delay)
    world.take_down(PAYMENT)
    world.bring_back(PAYMENT)
    student.pay(saga_id)
    really_pass(delay)
    world.take_down(PAYMENT)
    world.bring_back(PAYMENT)
    return saga_id


@pytest.mark.apart
def test_real_time_is_not_moved(tmp_path: Path) -> None:
    with Apart(tmp_path) as world, pytest.raises(CannotMoveTime, match="1 day"):
        world.pass_time(timedelta(days=1))


@pytest.mark.served
def test_a_port_that_is_taken_is_named_with_the_option_that_changes_it(tmp_path: Path) -> None:
    taken = Port(STRIPE, 0)
    number = int(taken.url.rpartition(":")[2])
    with pytest.raises(PortTaken, match=rf"port {number}.* stripe, .*--stripe-port"):
        Together(tmp_path, ports={PAYMENT: 0, STRIPE: number, LEARNING: 0})
    taken.socket.close()
