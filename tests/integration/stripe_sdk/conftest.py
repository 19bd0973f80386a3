from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.stripe_world import World, stripe_in_process, stripe_world

if TYPE_CHECKING:
    from collections.abc import Iterator

    import stripe


@pytest.fixture
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """Lend a Stripe: on loopback where the test is marked as served, and without a socket anywhere else."""
    lent = stripe_world if request.node.get_closest_marker("served") else stripe_in_process
    with lent() as world:
        yield world


@pytest.fixture
def client(world: World) -> stripe.StripeClient:
    return world.client()


@pytest.fixture
def student(world: World) -> stripe.StripeClient:
    """What a student's app is: it has a publishable key, and gets the client secret."""
    return world.client("pk_test_of_the_tests")
