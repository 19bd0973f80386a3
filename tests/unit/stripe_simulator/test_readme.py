from __future__ import annotations

from tests.unit.stripe_simulator.readme import routes, written


def test_the_readme_lists_the_routes_that_there_are() -> None:
    assert written() == routes()


def test_every_route_says_what_it_is() -> None:
    assert [line for line in routes().splitlines() if line.endswith("|  |")] == []
