"""Routes that are worked out once are matched and built as if each app had worked them out itself."""

from pathlib import Path
from typing import Any

import pytest
from werkzeug.exceptions import NotFound
from werkzeug.routing import BaseConverter, Map, Rule

from simulators.world.inside import Inside
from simulators.world.shared_routes import Route, SharedMap

RULES = ["/", "/courses", "/courses/<course_id>", "/courses/<course_id>/lessons/<int:number>", "/files/<path:name>"]
PATHS = ["/", "/courses", "/courses/algebra", "/courses/algebra/lessons/12", "/files/a/b", "/courses/"]


def own_map() -> Map:
    return Map([Rule(rule, endpoint=f"{number}", methods={"GET"}) for number, rule in enumerate(RULES)])


def shared_map(**options: Any) -> SharedMap:
    made = SharedMap()
    for number, rule in enumerate(RULES):
        made.add(Route(rule, endpoint=f"{number}", methods={"GET"}, **options))
    return made


def matched(routes: Map, path: str) -> object:
    try:
        return routes.bind("x.test").match(path)
    except NotFound as failure:
        return type(failure)


@pytest.mark.parametrize("path", PATHS)
def test_shared_routes_match_as_any_others(path: str) -> None:
    assert matched(own_map(), path) == matched(shared_map(), path) == matched(shared_map(), path)


def test_a_url_is_built_with_its_own_values() -> None:
    values = {"course_id": "a b", "number": 7, "page": 2}
    for routes in (own_map(), shared_map(), shared_map()):
        assert routes.bind("x.test").build("3", values) == "/courses/a%20b/lessons/7?page=2"


def test_what_one_adds_later_is_not_in_the_others() -> None:
    first, second = shared_map(), shared_map()
    assert [matched(each, "/late") for each in (first, second)] == [NotFound, NotFound]
    first.add(Route("/late", endpoint="late", methods={"GET"}))
    assert [matched(each, "/late") for each in (first, second, shared_map())] == [("late", {}), NotFound, NotFound]


def test_routes_with_defaults_stay_apart() -> None:
    with_default, without = shared_map(defaults={"page": 1}), shared_map()
    assert matched(with_default, "/courses/algebra") == ("2", {"course_id": "algebra", "page": 1})
    assert matched(without, "/courses/algebra") == ("2", {"course_id": "algebra"})


def test_a_map_with_converters_of_its_own_works_out_its_own() -> None:
    class Shouted(BaseConverter):
        def to_python(self, value: str) -> str:
            return value.upper()

    routes = shared_map()
    routes.converters["loud"] = Shouted
    routes.add(Route("/loud/<loud:name>", endpoint="loud", methods={"GET"}))
    assert matched(routes, "/loud/a") == ("loud", {"name": "A"})
    assert matched(routes, "/courses") == ("1", {})
    assert matched(shared_map(), "/loud/a") == NotFound


def test_a_rule_that_is_none_of_ours_is_kept() -> None:
    routes = shared_map()
    routes.add(Rule("/own", endpoint="own"))
    assert [matched(routes, path) for path in ("/own", "/courses")] == [("own", {}), ("1", {})]


def test_the_apps_of_two_worlds_share_their_routes(tmp_path: Path) -> None:
    found = []
    for seed in range(2):
        with Inside(tmp_path / str(seed), seed=seed) as world:
            found.append([list(each.app.url_map.iter_rules()) for each in world.services.values()])
    for first, second in zip(*found, strict=True):
        assert first
        assert all(one is other for one, other in zip(first, second, strict=True))
