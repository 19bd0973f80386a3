"""How each promise stands: kept, broken and by which message, or too early to say."""

from __future__ import annotations

from pathlib import Path

from simulators.judge.verdict import AT_REST, Standing, Verdict, judge
from simulators.stories.run import SERVICES
from simulators.world.inside import Inside


def standing(judged: list[Verdict], *which: Standing) -> list[int]:
    return [each.number for each in judged if each.standing in which]


def test_while_a_saga_is_under_way_it_is_too_early_to_say_how_it_ends(tmp_path: Path) -> None:
    with Inside(tmp_path) as world:
        world.learning.create_course("algebra")
        ada = world.student("ada")
        saga_id = ada.enroll("algebra")
        ada.client_secret(saga_id)
        before = judge(world)
        ada.pay(saga_id)
        world.settle()
        after, busy = judge(world), judge(world, is_quiet=False)

    assert standing(before, Standing.NOT_YET) == standing(busy, Standing.NOT_YET) == [*AT_REST]
    assert standing(before, Standing.VIOLATED) == []
    assert standing(after, Standing.HOLDS) == [*range(1, 19)]


def test_a_breach_is_told_of_the_saga_that_it_concerns_and_names_the_last_message_of_it(tmp_path: Path) -> None:
    with Inside(tmp_path, service=SERVICES["naive"]) as world:
        world.learning.create_course("algebra")
        world.learning.create_course("biology")
        ada, ben = world.student("ada"), world.student("ben")
        hers, his = ada.enroll("algebra"), ben.enroll("biology")
        secret = ada.client_secret(hers)
        ben.pay(his)
        world.learning.unpublish("algebra")
        ada.pay_with_secret(secret)
        world.settle()
        hers_alone, others, everybody = judge(world, hers), judge(world, his), judge(world)

    assert standing(hers_alone, Standing.VIOLATED) == standing(everybody, Standing.VIOLATED) == [1]
    assert standing(others, Standing.VIOLATED) == []
    (finding,) = hers_alone[0].findings
    assert finding.cause
    assert (finding.cause.message, finding.cause.saga_id) == ("EnrollmentRejected", hers)
    assert str(hers_alone[0]) == (
        "I1 every payment ends once: ada paid 49.00 EUR for the course algebra, and has nothing"
        " (by EnrollmentRejected from learning-service to payment-service, answered 202)"
    )
