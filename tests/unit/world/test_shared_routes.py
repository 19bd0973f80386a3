"""Routes that are worked out once are matched and built as if each app had worked them out itself."""

import pytest
from flask import Flask
from werkzeug.routing import Map, Rule

from simulators.world.local_service import LocalService
from simulators.world.shared_routes import SharedRule

RULES = ["/", "/courses", "/courses/<course_id>", "/courses/<course_id>/lessons/<int:number>", "/files/<path:name>"]
PATHS = ["/", "/courses", "/courses/algebra", "/courses/algebra/lessons/12", "/files/a/b"]


def maps(kind: type[Rule]) -> Map:
    return Map([kind(rule, endpoint=f"{number}") for number, rule in enumerate(RULES)])


@pytest.mark.parametrize("path", PATHS)
def test_a_shared_rule_matches_as_any_other(path: str) -> None:
    own, first, second = (maps(kind).bind("x.test") for kind in (Rule, SharedRule, SharedRule))
    assert own.match(path) == first.match(path) == second.match(path)


def test_a_shared_rule_builds_the_url_with_its_own_values() -> None:
    maps(SharedRule)
    found = maps(SharedRule).bind("x.test").build("3", {"course_id": "a b", "number": 7, "page": 2})
    assert found == "/courses/a%20b/lessons/7?page=2"


def test_rules_of_one_text_and_other_defaults_stay_apart() -> None:
    with_default = Map([SharedRule("/courses/<course_id>", endpoint="0", defaults={"page": 1})]).bind("x.test")
    without = Map([SharedRule("/courses/<course_id>", endpoint="0")]).bind("x.test")
    assert with_default.match("/courses/algebra") == ("0", {"course_id": "algebra", "page": 1})
    assert without.match("/courses/algebra") == ("0", {"course_id": "algebra"})


def test_the_apps_of_a_world_share_their_routes() -> None:
    service = LocalService("toy", lambda: Flask("toy"))
    assert {type(rule) for rule in service.app.url_map.iter_rules()} == {SharedRule}
