"""The fixtures, in a folder of another team that has nothing but the wheel: what their document shows is run."""

from __future__ import annotations

import pytest

from tests.documents.reading import blocks
from tests.installed.conftest import Installation
from tests.rooms.source import ROOT

GUIDE = ROOT / "simulators" / "testing" / "README.md"
PURCHASE = """
def test_a_purchase(world, learning_service, faults, virtual_clock):
    from datetime import timedelta

    learning_service.create_course("algebra")
    faults.plant("stripe", "lost_delivery", times=None)
    student = world.student("ada")
    student.pay(student.enroll("algebra"))
    virtual_clock.advance(timedelta(minutes=15))
"""
FEATURE = """
import pytest_bdd
from simulators.package_data import FEATURES

pytest_plugins = ["simulators.check.steps"]


@pytest_bdd.scenario(FEATURES / "enroll_in_course.feature", "{}")
def test_scenario(): ...
"""


def pytest_of(team: Installation, *words: str, test: str, settings: str = "") -> str:
    (team.folder / "test_team.py").write_text(test)
    (team.folder / "pytest.ini").write_text(f"[pytest]\naddopts = -p no:cacheprovider -p no:pact\n{settings}\n")
    answer = team.run("python", "-m", "pytest", "-q", *words)
    return answer.stdout + answer.stderr


@pytest.mark.served
@pytest.mark.parametrize("words", [[], ["-n", "2"]], ids=["alone", "beside each other"])
def test_the_three_tests_of_the_document_pass(installation: Installation, words: list[str]) -> None:
    (block,) = blocks(GUIDE, "python")
    said = pytest_of(installation, *words, test=block.text, settings="filterwarnings = error")
    assert "3 passed" in said, said


def test_a_broken_promise_is_an_error_of_its_test(installation: Installation) -> None:
    said = pytest_of(installation, test=PURCHASE, settings="harness_service = simulators.naive.app:create_app")
    assert "1 passed, 1 error" in said, said
    assert "PromiseBroken: I1 every payment ends once" in said


def test_a_promise_that_is_broken_on_purpose_is_not_judged(installation: Installation) -> None:
    marked = "import pytest\n\n\n@pytest.mark.harness(judged=False)" + PURCHASE
    said = pytest_of(installation, test=marked, settings="harness_service = simulators.naive.app:create_app")
    assert "1 passed in" in said, said


def test_a_fixture_of_the_teams_own_takes_precedence(installation: Installation) -> None:
    own = "@pytest.fixture\ndef world():\n    return 7\n\n\ndef test_own(world):\n    assert world == 7\n"
    assert "1 passed in" in pytest_of(installation, test=f"import pytest\n\n\n{own}")


def test_who_wants_no_world_loads_none(installation: Installation) -> None:
    test = "import sys\n\n\ndef test_nothing():\n    assert not {'flask', 'stripe', 'sqlalchemy'} & set(sys.modules)\n"
    assert "1 passed in" in pytest_of(installation, test=test)


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ("harness_service = nowhere:create_app", "no service at 'nowhere:create_app'"),
        ("harness_world = apart", "'apart' is none of inside, together"),
        ("harness_time = soon", "'soon' is none of auto, faked, wall"),
        ("harness_command = x\nharness_service = y:z", "harness_service or harness_command, not both"),
    ],
)
def test_a_wrong_setting_is_named(installation: Installation, settings: str, named: str) -> None:
    assert named in pytest_of(installation, test=PURCHASE, settings=settings)


def test_a_scenario_runs_in_the_world_of_the_fixture(installation: Installation) -> None:
    said = pytest_of(installation, test=FEATURE.format("The amount in the webhook differs from what was paid"))
    assert "1 passed" in said, said
