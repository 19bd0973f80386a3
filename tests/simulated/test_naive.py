"""The naive service is right on the happy path and wrong in each accident, and the tools of this house see it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from simulators.judge.verdict import broken_promises, judge
from simulators.kit.json_types import Json
from simulators.stories import STORIES, Story, play, story_named
from simulators.stories.run import SERVICES, run_story
from simulators.world.apart import Apart
from simulators.world.inside import Inside
from simulators.world.together import Together
from simulators.world.topology import PAYMENT
from simulators.world.world import World
from tests.simulated.caught import catch

NAIVE = SERVICES["naive"]
README = Path(__file__).parents[2] / "simulators" / "naive" / "README.md"
PAID, NEVER = "payment_intent.succeeded", "never arrived"
BREAKS: dict[str, dict[int, tuple[str, str]]] = {
    "course": {},
    "session": {},
    "declined-card": {},
    "bank-debit": {1: (PAID, "200"), 14: (PAID, "200")},
    "lost-webhook": {1: (PAID, NEVER), 14: (PAID, NEVER)},
    "webhook-twice": {3: ("PaymentSucceeded", "202")},
    "lost-answer": {4: ("/v1/payment_intents", "200"), 10: ("CREATE_ENROLLMENT_RECORD", "202")},
    "course-taken-back": {1: ("EnrollmentRejected", "202")},
    "slot-taken": {8: ("SessionRejected", "202")},
    "refund-fails": {
        1: ("refund.failed", "200"),
        2: ("refund.failed", "200"),
        8: ("SessionRejected", "202"),
        15: ("refund.failed", "200"),
    },
    "crash": {1: (PAID, "200"), 7: (PAID, "200")},
    "paid-too-late": {1: (PAID, "200")},
}
"""By story: the promises that it breaks, and the message that breaks each, with what was answered."""


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_in_each_accident_a_promise_breaks_and_the_message_is_named(story: Story) -> None:
    run = run_story(story, seed=7, service="naive")

    assert {each["number"]: _cause(each) for each in _broken(run.document)} == BREAKS[story.name]
    assert run.ended_well == (not BREAKS[story.name])


def _broken(document: Json) -> list[Json]:
    return [each for each in document["invariants"] if each["standing"] == "violated"]


def _cause(verdict: Json) -> tuple[str, str]:
    by = verdict["breaches"][0]["by"]
    return by["message"] or by["path"], by["answer"]


def test_the_same_seed_with_the_reference_holds_and_begins_in_the_same_way() -> None:
    wrong, right = (run_story(story_named("lost-webhook"), seed=7, service=each) for each in ("naive", "reference"))

    assert (wrong.ended_well, right.ended_well) == (False, True)
    assert wrong.document["exchanges"][0] == right.document["exchanges"][0]
    assert wrong.document["told"]["sagaId"] == right.document["told"]["sagaId"]


def test_a_student_who_buys_a_course_in_two_tabs_pays_twice(tmp_path: Path) -> None:
    with Inside(tmp_path, service=NAIVE) as world:
        world.learning.create_course("algebra")
        ada = world.student("ada")
        tabs = [ada.enroll("algebra") for _ in range(2)]
        for secret in [ada.client_secret(each) for each in tabs]:
            ada.pay_with_secret(secret)
        world.settle()

        assert [each.number for each in broken_promises(judge(world))] == [1]


@pytest.mark.parametrize("service", SERVICES)
def test_whoever_sends_a_webhook_is_believed(tmp_path: Path, service: str) -> None:
    with Inside(tmp_path, service=SERVICES[service]) as world:
        world.learning.create_course("algebra")
        saga_id = world.student("eve").enroll("algebra")
        world.student("eve").client_secret(saga_id)
        believed = _forge(world, saga_id)
        world.settle()
        numbers = [each.number for each in broken_promises(judge(world))]

    assert (believed, numbers) == ((True, [9, 10, 11]) if service == "naive" else (False, []))


def _forge(world: World, saga_id: str) -> bool:
    """Say that the course is paid, as anybody can who knows the address; return whether that was believed."""
    (intent,) = world.stripe.intents(saga_id)
    paid: dict[str, Any] = intent | {"status": "succeeded", "amount_received": intent["amount"]}
    event = {"id": "evt_1", "object": "event", "type": PAID, "data": {"object": paid}}
    answer = world.connect("somebody").post(
        world.topology.urls[PAYMENT] + "/webhooks/stripe",
        json.dumps(event),
        headers={"Content-Type": "application/json"},
    )
    return answer.ok


@pytest.mark.served
def test_it_takes_its_place_over_sockets(tmp_path: Path) -> None:
    with Together(tmp_path, service=NAIVE) as world:
        plays = [play(story_named(name), world) for name in ("course", "session", "crash", "slot-taken")]

    assert [{each.number for each in broken_promises(story.verdicts)} for story in plays] == [set(), set(), {1, 7}, {8}]


@pytest.mark.apart
def test_it_takes_its_place_as_a_process(tmp_path: Path) -> None:
    with Apart(tmp_path, service=NAIVE) as world:
        assert play(story_named("course"), world).ended_well
        assert not play(story_named("webhook-twice"), world).ended_well


@pytest.mark.parametrize("seed", range(3))
def test_a_storm_of_three_purchases_catches_it_and_not_the_reference(seed: int) -> None:
    wrong, right = (catch(service, seed, purchases=3, faults=2) for service in ("naive", "reference"))

    assert wrong
    assert right == []


def test_the_readme_names_what_each_mistake_breaks_and_where() -> None:
    rows = [line.split("|")[1:-1] for line in README.read_text().splitlines() if line.startswith("| M")]
    seen = {name: set[int]() for name in BREAKS}
    for _, _, _, faults, promises, where in rows:
        for name in re.findall(r"`([\w-]+)`", where):
            if name.startswith("test_"):
                assert name in globals()
                continue
            seen[name] |= {int(number) for number in re.findall(r"I(\d+)", promises)}
            assert {int(number) for number in re.findall(r"F(\d+)", faults)} <= {*story_named(name).faults}

    assert [cells[0].strip() for cells in rows] == [f"M{number}" for number in range(1, 12)]
    assert seen == {name: {*numbers} for name, numbers in BREAKS.items()}


def test_each_mistake_is_marked_in_the_code() -> None:
    code = "".join(path.read_text() for path in README.parent.glob("*.py"))
    assert {f"M{number}" for number in range(1, 12)} == {*re.findall(r"\bM\d+\b", code)}
