"""Each mistake that loses money is found by a storm of few purchases and faults, and made as small as it can be."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable

import pytest

from simulators.check.storms import Storm
from simulators.check.subject import Subject
from simulators.explore.shrinking import break_promises, shrink
from simulators.explore.spec import StormSpec
from simulators.stories.run import SERVICES
from tests.rooms.source import ROOT

Is = Callable[[Storm], bool]
NAIVE = Subject(factory=SERVICES["naive"])


def buys(kind: str, thing: str, way: str) -> Is:
    return lambda storm: any((each.kind, each.thing, each.way) == (kind, thing, way) for each in storm.purchases)


def goes_wrong(service: str, fault: str) -> Is:
    return lambda storm: any((each.service, each.fault) == (service, fault) for each in storm.faults)


def has_two_tabs(storm: Storm) -> bool:
    return len({each.student for each in storm.purchases}) < len(storm.purchases)


# By which storm of a search that begins with seed 0, as which broken promise, and what must be left of the storm.
FOUND: dict[str, tuple[str, str, Is]] = {
    "M1": (
        "1/1x1/way=pays+thing=sure+fault=duplicate_delivery@stripe",
        "I3",
        goes_wrong("stripe", "duplicate_delivery"),
    ),
    "M2": ("2/2x2", "I4", goes_wrong("stripe", "lost_answer")),
    "M3": (
        "7/1x1/way=pays+thing=sure+fault=reset_peer@learning-service",
        "I1",
        goes_wrong("learning-service", "reset_peer"),
    ),
    "M4": ("4/2x2", "I1", has_two_tabs),
    "M5": ("1/2x2", "I1", buys("course", "fickle", "pays")),
    "M6": ("0/2x2", "I1", buys("course", "sure", "pays and cancels")),
    "M7": ("21/2x2", "I2", buys("session", "fickle", "cannot be refunded")),
    "M8": ("1/2x2", "I8", buys("session", "fickle", "pays")),
    "M9": ("3/2x2", "I11", buys("course", "sure", "forges the news")),
    "M10": ("7/1x1/way=pays+thing=sure+fault=lost_delivery@stripe", "I14", goes_wrong("stripe", "lost_delivery")),
    "M11": ("1/2x2/way=pays-from-an-account+thing=sure", "I14", buys("course", "sure", "pays from an account")),
}


@pytest.mark.parametrize("mistake", FOUND)
def test_each_mistake_of_the_naive_service_is_found_and_made_small(mistake: str) -> None:
    name, broken, is_left = FOUND[mistake]
    storm = StormSpec.parse(name).brew()
    assert broken in break_promises(storm, NAIVE)
    small = shrink(storm, broken, NAIVE)
    assert (len(small.storm.purchases) <= 2, len(small.storm.faults) <= 2) == (True, True)
    assert is_left(small.storm), small
    assert small.problem.startswith(f"{broken} ")


@pytest.mark.parametrize(
    ("mistake", "seed", "broken"),
    [("draws_a_key_for_each_try", 2, "I4"), ("forgets_bookings", 0, "I13"), ("enrolls_in_advance", 12, "I8")],
)
def test_a_wrong_service_is_found_and_made_small(mistake: str, seed: int, broken: str) -> None:
    """In a process of its own: a mistake stays in its process."""
    service = f"tests.wrong_services.mistakes:{mistake}"
    asked = ["--seeds", f"{seed}-{seed}", "--purchases", "2", "--faults", "2", "--no-steer", "--jobs", "1", "--json"]
    found = subprocess.run(
        [sys.executable, "-m", "simulators.cli", "explore", *asked, "--service", service],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.returncode == 1, found.stderr
    small = json.loads(found.stdout.splitlines()[-1])["small"]
    assert list(small) == [broken]
    storm = small[broken]["storm"]
    assert (len(storm["purchases"]), len(storm["faults"])) in ((1, 0), (1, 1))
